using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>What a dump comes in.</summary>
/// <param name="Container">Form: <c>minidump, version 3</c>.</param>
/// <param name="Pages">Pages that are in it.</param>
/// <param name="PageSize">Bytes of a page.</param>
/// <param name="PagesCutOff">Pages that are missing at its end.</param>
/// <param name="Layouts">Where layouts of structures come from; null where not known.</param>
public sealed record DumpContainer(string Container, int Pages, int PageSize, long PagesCutOff, string? Layouts);

/// <summary>A loaded kernel file.</summary>
/// <param name="Name">Name.</param>
/// <param name="Address">Address.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Symbols">Whether its symbols are known.</param>
public sealed record DumpFileRow(
    string Name, [property: JsonConverter(typeof(AddressConverter))] ulong Address, ulong Size, bool Symbols);

/// <summary>What a keg holds.</summary>
/// <param name="Name">Name.</param>
/// <param name="Pages">Pages by the kernel's counter.</param>
/// <param name="Allocated">Items allocated.</param>
/// <param name="Cached">Items in caches.</param>
/// <param name="FreeInSlabs">Items free in slabs.</param>
/// <param name="UnreadableSlabs">Slabs that could not be read.</param>
public sealed record DumpKegRow(
    string Name, long Pages, long Allocated, long Cached, long FreeInSlabs, int UnreadableSlabs);

/// <summary>What a dump is, and what took its memory (<c>leakstat dump VMCORE summary</c>).</summary>
public sealed record DumpSummaryView : DumpView
{
    private const int UsualKegs = 12;

    /// <inheritdoc/>
    [JsonPropertyOrder(-2)]
    public override string Schema => "leakstat.dumpsummary/1";

    /// <summary>The kernel's version text.</summary>
    public required string Version { get; init; }

    /// <summary>Host name; null where not known.</summary>
    public string? Host => HostName;

    /// <summary>The panic message; null where there was none.</summary>
    public string? Panic => PanicText;

    /// <summary>When it was made; null where not known.</summary>
    public string? DumpedAt => TakenAt is { } time ? Display.ExactTime(time) : null;

    /// <summary>What it comes in.</summary>
    public required DumpContainer Dump { get; init; }

    /// <summary>CPUs.</summary>
    public required int Cpus { get; init; }

    /// <summary>NUMA domains.</summary>
    public required int Domains { get; init; }

    /// <summary>Threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Loaded files.</summary>
    public required ImmutableArray<DumpFileRow> Files { get; init; }

    /// <summary>Zones.</summary>
    public required int Zones { get; init; }

    /// <summary>Kegs.</summary>
    public required int Kegs { get; init; }

    /// <summary>Slabs.</summary>
    public required int Slabs { get; init; }

    /// <summary>Items of all slabs.</summary>
    public required int Items { get; init; }

    /// <summary>Items allocated.</summary>
    public required long Allocated { get; init; }

    /// <summary>Items in caches.</summary>
    public required long Cached { get; init; }

    /// <summary>Slabs that could not be read.</summary>
    public required long UnreadableSlabs { get; init; }

    /// <summary>Bytes of all slabs.</summary>
    public required long SlabBytes { get; init; }

    /// <summary>Allocations of whole pages.</summary>
    public required int LargeAllocations { get; init; }

    /// <summary>Bytes of these.</summary>
    public required long LargeBytes { get; init; }

    /// <summary>malloc(9) types.</summary>
    public required int MallocTypes { get; init; }

    /// <summary>Bytes that they have in use.</summary>
    public required long MallocBytes { get; init; }

    /// <summary>Counters that disagree with what was counted.</summary>
    public required int Disagreements { get; init; }

    /// <summary>Bytes of the dump by what they belong to, most first.</summary>
    public required IReadOnlyDictionary<string, long> PageOwners { get; init; }

    /// <summary>What sysctl(8) would have said of memory, by name.</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }

    /// <summary>Kegs, most pages first.</summary>
    [JsonIgnore]
    public ImmutableArray<DumpKegRow> KegRows { get; init; } = [];

    /// <inheritdoc/>
    public override void Write(TextWriter writer, TerminalOptions layout)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(layout);
        DumpText.WriteHead(writer, this, layout);
        writer.WriteLine();
        Field("kernel", Version.ReplaceLineEndings(" ").Trim());
        Field(
            "dump",
            $"{Dump.Container}, {Display.Count(Dump.Pages)} pages ({Display.Bytes((long)Dump.Pages * Dump.PageSize)})");
        Field("layouts", Dump.Layouts ?? "not known");
        Field("CPUs", $"{Cpus}, NUMA domains {Domains}");
        Field("threads", Display.Count(Threads));
        Field("files", string.Join(", ", Files.Select(f => f.Name)));
        writer.WriteLine();
        WriteKegs(writer, layout);
        writer.WriteLine();
        Field("in slabs", Display.Bytes(SlabBytes));
        Field(
            "large",
            $"{Display.Count(LargeAllocations, "allocation", "allocations")} of more than 64 KiB or contiguous, "
                + $"{Display.Bytes(LargeBytes)}");
        Field("malloc", $"{Display.Count(MallocTypes, "type", "types")}, {Display.Bytes(MallocBytes)} in use");
        Field("counters", Disagreements == 0
            ? "all agree with what was counted"
            : $"{Display.Count(Disagreements, "disagrees", "disagree")} with what was counted: see zones");
        writer.WriteLine();
        writer.WriteLine("Pages of the dump by owner");
        foreach ((string owner, long bytes) in PageOwners)
        {
            writer.WriteLine($"  {owner,-22} {Display.Bytes(bytes),10}");
        }

        if (layout.Detail == Detail.Verbose && Counters.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine("Counters, as sysctl would print them");
            foreach ((string name, long value) in Counters)
            {
                writer.WriteLine(FormattableString.Invariant($"  {name}: {value}"));
            }
        }

        DumpText.WriteProblems(writer, this, layout);

        void Field(string label, string text) => DumpText.WriteLine(writer, $"{label,-9} {text}", layout);
    }

    private void WriteKegs(TextWriter writer, TerminalOptions layout)
    {
        writer.WriteLine("Kernel memory by keg: pages, items allocated, cached, free in slabs");
        foreach (DumpKegRow keg in KegRows.Take(layout.Detail == Detail.Verbose ? int.MaxValue : UsualKegs))
        {
            string unreadable = keg.UnreadableSlabs > 0
                ? $"  {Display.Count(keg.UnreadableSlabs)} slabs not in the dump"
                : "";
            DumpText.WriteLine(
                writer,
                $"  {keg.Name,-22} {Display.Bytes(keg.Pages * Dump.PageSize),10} {Display.Count(keg.Allocated),12} "
                    + $"{Display.Count(keg.Cached),10} {Display.Count(keg.FreeInSlabs),10}{unreadable}",
                layout);
        }
    }
}
