using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>The keg of a zone, by walking its slabs.</summary>
/// <param name="Name">Name.</param>
/// <param name="Stride">Bytes from one item to the next.</param>
/// <param name="PagesPerSlab">Pages of a slab.</param>
/// <param name="ItemsPerSlab">Items of a slab.</param>
/// <param name="Pages">Pages by the kernel's counter.</param>
/// <param name="Slabs">Slabs that were read.</param>
/// <param name="UnreadableSlabs">Slabs that could not be read.</param>
/// <param name="FreeInSlabs">Items free in slabs.</param>
/// <param name="Allocated">Items allocated.</param>
public sealed record DumpKeg(
    string Name, int Stride, int PagesPerSlab, int ItemsPerSlab, long Pages, int Slabs, int UnreadableSlabs,
        long FreeInSlabs, long Allocated);

/// <summary>A zone as <c>vmstat -z</c> counts it, and its keg.</summary>
public sealed record DumpZone
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Address of the structure.</summary>
    [JsonConverter(typeof(AddressConverter))]
    public required ulong Address { get; init; }

    /// <summary>Bytes of an item.</summary>
    public required long Size { get; init; }

    /// <summary>Limit, items; 0 = none.</summary>
    public required long Limit { get; init; }

    /// <summary>Items in use.</summary>
    public required long Used { get; init; }

    /// <summary>Items free in its caches and slabs.</summary>
    public required long Free { get; init; }

    /// <summary>Allocations since boot.</summary>
    public required long Requests { get; init; }

    /// <summary>Failed allocations.</summary>
    public required long Failures { get; init; }

    /// <summary>Times an allocation slept at the limit.</summary>
    public required long Sleeps { get; init; }

    /// <summary>Frees on another domain; null where the kernel does not count them.</summary>
    public long? CrossDomain { get; init; }

    /// <summary>Items in its caches, by walking.</summary>
    public required long Cached { get; init; }

    /// <summary>Its keg; null for a cache zone.</summary>
    public DumpKeg? Keg { get; init; }
}

/// <summary>Where a counter that the kernel keeps is not what was counted by walking.</summary>
/// <param name="Name">Zone or keg.</param>
/// <param name="What">What was counted.</param>
/// <param name="Counted">The kernel's counter.</param>
/// <param name="Walked">What there is.</param>
/// <param name="Cause">Why it has to be so; null where that is not known.</param>
public sealed record DumpDisagreement(string Name, string What, long Counted, long Walked, string? Cause = null);

/// <summary>Zones of a dump, checked against the slabs (<c>leakstat dump VMCORE zones</c>).</summary>
public sealed record DumpZonesView : DumpView
{
    private const int MostNames = 12;

    /// <inheritdoc/>
    [JsonPropertyOrder(-2)]
    public override string Schema => "leakstat.dumpzones/1";

    /// <summary>The zones, in the kernel's order.</summary>
    public required ImmutableArray<DumpZone> Zones { get; init; }

    /// <summary>Counters that disagree with what was counted.</summary>
    public required ImmutableArray<DumpDisagreement> Disagreements { get; init; }

    /// <summary>Slabs that are not in the dump, of all kegs.</summary>
    [JsonIgnore]
    public long UnreadableSlabs { get; init; }

    /// <summary>Kegs that they are of.</summary>
    [JsonIgnore]
    public ImmutableArray<string> UnreadableKegs { get; init; } = [];

    /// <summary>
    /// Writes them as <c>vmstat -z</c> prints them (<c>usr.bin/vmstat/vmstat.c</c>), and what disagrees.
    /// </summary>
    public override void Write(TextWriter writer, TerminalOptions layout)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(layout);
        writer.WriteLine(
            "ITEM                   SIZE   LIMIT     USED     FREE      REQ FAIL SLEEP"
                + (Zones.Any(z => z.CrossDomain is not null)
                ? " XDOM"
                : ""));
        foreach (DumpZone zone in Zones)
        {
            DumpText.WriteLine(writer, Row(zone).ReplaceLineEndings(" "), layout);
        }

        WriteDisagreements(writer, "Counters that disagree with what was counted in the dump:", null, layout);
        foreach (string cause in Disagreements.Select(d => d.Cause).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            WriteDisagreements(writer, $"As it has to be: {cause}:", cause, layout);
        }

        if (UnreadableSlabs > 0 && layout.Detail != Detail.Quiet)
        {
            writer.WriteLine();
            string names = string.Join(", ", UnreadableKegs.Take(MostNames));
            DumpText.WriteLine(
                writer,
                $"{Display.Count(UnreadableSlabs, "slab is", "slabs are")} not in the dump (their items are not "
                    + $"counted above): {names}",
                layout);
        }

        DumpText.WriteProblems(writer, this, layout);
    }

    private void WriteDisagreements(TextWriter writer, string title, string? cause, TerminalOptions layout)
    {
        DumpDisagreement[] found = [.. Disagreements.Where(d => d.Cause == cause)];
        if (found.Length == 0 || (cause is not null && layout.Detail == Detail.Quiet))
        {
            return;
        }

        writer.WriteLine();
        DumpText.WriteLine(writer, title, layout);
        foreach (DumpDisagreement one in found)
        {
            DumpText.WriteLine(
                writer,
                $"  {one.Name}: {one.What}: the kernel counts {Display.Count(one.Counted)}, there are "
                    + $"{Display.Count(one.Walked)}",
                layout);
        }
    }

    private static string Row(DumpZone zone)
    {
        string name = zone.Name + ":";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-20} {zone.Size,6},{zone.Limit,7},{zone.Used,8},{zone.Free,8},"
                + $"{zone.Requests,8},{zone.Failures,4},{zone.Sleeps,4}")
            + (zone.CrossDomain is { } domain ? string.Create(CultureInfo.InvariantCulture, $",{domain,4}") : "");
    }
}
