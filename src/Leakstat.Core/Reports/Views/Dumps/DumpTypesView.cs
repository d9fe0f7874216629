using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>A malloc(9) type of a dump.</summary>
public sealed record DumpType
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Address of the structure.</summary>
    [JsonConverter(typeof(AddressConverter))]
    public required ulong Address { get; init; }

    /// <summary>File that declares it; null where it lies in none.</summary>
    public string? Module { get; init; }

    /// <summary>Live allocations.</summary>
    public required long InUse { get; init; }

    /// <summary>Live bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Allocations since boot.</summary>
    public required ulong Requests { get; init; }

    /// <summary>Sizes of the buckets it has used.</summary>
    public required ImmutableArray<int> Sizes { get; init; }
}

/// <summary>malloc(9) types of a dump (<c>leakstat dump VMCORE types</c>).</summary>
public sealed record DumpTypesView : DumpView
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-2)]
    public override string Schema => "leakstat.dumptypes/1";

    /// <summary>The types, in the kernel's order.</summary>
    public required ImmutableArray<DumpType> Types { get; init; }

    /// <summary>Writes them as <c>vmstat -m</c> prints them, memory in bytes as 14.2 prints it into a pipe.</summary>
    public override void Write(TextWriter writer, TerminalOptions layout)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(layout);
        writer.WriteLine("            Type  Use Memory Req Size(s)");
        foreach (DumpType type in Types.Where(t => t.Requests != 0 || t.InUse != 0))
        {
            string row = string.Create(
                CultureInfo.InvariantCulture,
                $"{type.Name,16} {type.InUse,4} {type.Bytes,5} {type.Requests,4} {string.Join(',', type.Sizes)}");
            DumpText.WriteLine(writer, row.ReplaceLineEndings(" "), layout);
        }

        if (layout.Detail == Detail.Verbose)
        {
            writer.WriteLine();
            writer.WriteLine("Declared in:");
            foreach (DumpType type in Types)
            {
                DumpText.WriteLine(
                    writer, $"  {type.Name}: {type.Module ?? "no loaded file"} (0x{type.Address:x16})", layout);
            }
        }

        DumpText.WriteProblems(writer, this, layout);
    }
}
