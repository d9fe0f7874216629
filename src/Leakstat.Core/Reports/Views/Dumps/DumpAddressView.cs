using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>A fact about an address.</summary>
/// <param name="Name">What it is about: <c>symbol</c>, <c>zone</c>, <c>item</c>, <c>page</c>.</param>
/// <param name="Text">The fact.</param>
public sealed record DumpFact(string Name, string Text);

/// <summary>What an address in a dump is (<c>leakstat dump VMCORE whatis ADDR</c>).</summary>
public sealed record DumpAddressView : DumpView
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-2)]
    public override string Schema => "leakstat.dumpwhatis/1";

    /// <summary>The address.</summary>
    [JsonConverter(typeof(AddressConverter))]
    public required ulong Address { get; init; }

    /// <summary>What is known of it.</summary>
    public required ImmutableArray<DumpFact> Facts { get; init; }

    /// <summary>Contents of the block it lies in, a line for each two words; empty where it lies in none.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Contents { get; init; } = [];

    /// <inheritdoc/>
    public override void Write(TextWriter writer, TerminalOptions layout)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(layout);
        DumpText.WriteLine(writer, $"0x{Address:x16}{(Facts.IsEmpty ? " lies in nothing that is known" : "")}", layout);
        foreach (DumpFact fact in Facts)
        {
            DumpText.WriteLine(writer, $"  {fact.Name,-12} {fact.Text}", layout);
        }

        foreach (string line in Contents)
        {
            DumpText.WriteLine(writer, "  " + line, layout);
        }

        DumpText.WriteProblems(writer, this, layout);
    }
}

/// <summary>A word that points to a block.</summary>
/// <param name="From">What it stands in, and where in it.</param>
/// <param name="At">Address of the word; null where it cannot be told.</param>
/// <param name="To">Address that it points to.</param>
/// <param name="Reached">Whether what it stands in is reached from a root.</param>
public sealed record DumpReference(
    string From,
    [property: JsonConverter(typeof(AddressConverter))] ulong? At,
    [property: JsonConverter(typeof(AddressConverter))] ulong To,
    bool Reached);

/// <summary>
/// Who points to a block of a dump, and a way to it from a root (<c>leakstat dump VMCORE refs ADDR</c>).
/// </summary>
public sealed record DumpReferencesView : DumpView
{
    private const int UsualReferences = 20;

    /// <inheritdoc/>
    [JsonPropertyOrder(-2)]
    public override string Schema => "leakstat.dumprefs/1";

    /// <summary>Address of the block.</summary>
    [JsonConverter(typeof(AddressConverter))]
    public required ulong Block { get; init; }

    /// <summary>What it is.</summary>
    public required string Name { get; init; }

    /// <summary>How many words point to it.</summary>
    public required long Count { get; init; }

    /// <summary>The first of them.</summary>
    public required ImmutableArray<DumpReference> References { get; init; }

    /// <summary>A way to it, a root first; empty where none leads there.</summary>
    public required ImmutableArray<string> Path { get; init; }

    /// <summary>What an empty way means.</summary>
    [JsonIgnore]
    public string WithoutPath { get; init; } = "";

    /// <inheritdoc/>
    public override void Write(TextWriter writer, TerminalOptions layout)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(layout);
        DumpText.WriteLine(writer, $"{Name}: {Display.Count(Count, "word points", "words point")} to it", layout);
        int most = layout.Detail == Detail.Verbose ? int.MaxValue : UsualReferences;
        foreach (DumpReference reference in References.Take(most))
        {
            DumpText.WriteLine(
                writer,
                $"  {reference.From}  → 0x{reference.To:x16}{(reference.Reached ? "" : "  (itself lost)")}",
                layout);
        }

        if (Count > most)
        {
            writer.WriteLine($"  and {Display.Count(Count - Math.Min(most, References.Length))} more");
        }

        writer.WriteLine();
        if (Path.IsEmpty)
        {
            writer.WriteLine(WithoutPath);
        }
        else
        {
            writer.WriteLine("A way to it:");
            DumpText.WriteLine(writer, $"  {Path[0]}", layout);
            foreach (string step in Path.Skip(1))
            {
                DumpText.WriteLine(writer, $"  → {step}", layout);
            }
        }

        DumpText.WriteProblems(writer, this, layout);
    }
}
