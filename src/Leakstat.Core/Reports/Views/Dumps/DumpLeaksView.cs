using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>What a search for leaks went through.</summary>
public sealed record LeakScan
{
    /// <summary>Bytes read.</summary>
    public required long Bytes { get; init; }

    /// <summary>Allocated blocks.</summary>
    public required long Objects { get; init; }

    /// <summary>Root ranges.</summary>
    public required int Roots { get; init; }

    /// <summary>Bytes of these.</summary>
    public required long RootBytes { get; init; }

    /// <summary>Words looked at.</summary>
    public required long Words { get; init; }

    /// <summary>Words with a kernel address.</summary>
    public required long Candidates { get; init; }

    /// <summary>Of these, words that lie in a block.</summary>
    public required long Hits { get; init; }

    /// <summary>Blocks reached.</summary>
    public required long Reached { get; init; }

    /// <summary>Memory that marking took, bytes.</summary>
    public required long ExtraBytes { get; init; }

    /// <summary>Time it took, seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Zones whose keg was walked.</summary>
    public required int ZonesWalked { get; init; }

    /// <summary>Zones with slabs that could not be read.</summary>
    public required int ZonesUnreadable { get; init; }

    /// <summary>Blocks left out because the baseline has as many that look the same.</summary>
    public required long InBaseline { get; init; }

    /// <summary>Lost blocks left out because the earlier dump has them already.</summary>
    public long InEarlier { get; init; }

    /// <summary>The earlier dump that this one is compared with; null where there is none.</summary>
    public string? Earlier { get; init; }

    /// <summary>Time between the two, seconds.</summary>
    public double EarlierSeconds { get; init; }

    /// <summary>Pages that are not in the dump and may have held pointers.</summary>
    public required long MissingPages { get; init; }

    /// <summary>Whether all zones could be searched.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>Whether the kernel went on running while the dump was written.</summary>
    public required bool IsLive { get; init; }

    /// <summary>How many readings of a running kernel it rests on; 1 for a dump.</summary>
    public int Passes { get; init; } = 1;

    /// <summary>With several readings: blocks expected to be called lost in error; null for one.</summary>
    public double? ExpectedErrors { get; init; }

    /// <summary>What limits the result.</summary>
    public required ImmutableArray<string> Notes { get; init; }
}

/// <summary>Leaks in a dump (<c>leakstat dump VMCORE leaks</c>).</summary>
public sealed record DumpLeaksView : DumpView
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-2)]
    public override string Schema => "leakstat.dumpleaks/1";

    /// <summary>Path of the dump.</summary>
    public required string DumpPath { get; init; }

    /// <summary>Path of the kernel.</summary>
    public required string KernelPath { get; init; }

    /// <summary>What was gone through.</summary>
    public required LeakScan Scan { get; init; }

    /// <summary>Groups, most bytes first.</summary>
    public required ImmutableArray<LeakGroup> Leaks { get; init; }

    /// <summary>Groups that are not reached for a known cause.</summary>
    public required ImmutableArray<LeakGroup> Known { get; init; }

    /// <summary>Blocks of each group whose contents are wanted in text and JSON.</summary>
    public int Samples { get; init; }

    /// <summary>Contents of blocks by address, a line for each two words.</summary>
    public IReadOnlyDictionary<ulong, ImmutableArray<string>> Contents { get; init; } =
        ImmutableDictionary<ulong, ImmutableArray<string>>.Empty;

    /// <summary>Kernel memory by owner, bytes; for the picture on the page, empty elsewhere.</summary>
    public ImmutableArray<(string Name, long Bytes)> MemoryByOwner { get; init; } = [];

    /// <summary>Bytes of all leaks.</summary>
    public long LeakedBytes => Leaks.Total(l => l.Bytes);

    /// <summary>Blocks of all leaks.</summary>
    public long LeakedBlocks => Leaks.Total(l => l.Count);

    /// <summary>Bytes an hour since the earlier dump; null where there is none.</summary>
    public double? BytesPerHour(long bytes) =>
        Scan is { Earlier: not null, EarlierSeconds: > 0 } ? bytes / (Scan.EarlierSeconds / 3600) : null;

    /// <summary>What is said where nothing was found leaked.</summary>
    public string Nothing => Scan.Objects == 0
        ? "No allocated block could be read: nothing is known of leaks in this dump."
        : Scan.Earlier is { } earlier
            ? $"Nothing that was allocated after {earlier} is lost; "
                + $"{Display.Count(Scan.InEarlier, "block was", "blocks were")} lost or allocated before, and "
                + $"{(Scan.InEarlier == 1 ? "is" : "are")} hidden here."
        : Scan.InBaseline > 0
            ? "Nothing is lost beyond what the baseline hides" + (Scan.IsWhole
            ? "."
            : "; there may be leaks in what could not be read.")
        : Scan.IsWhole ? "Everything allocated is reached: no leak."
        : "Of what could be read, everything allocated is reached; there may be leaks in the rest.";

    /// <inheritdoc/>
    public override void Write(TextWriter writer, TerminalOptions layout) => DumpLeaksText.Write(this, writer, layout);

    /// <summary>Contents of a block; empty where they were not asked for.</summary>
    public ImmutableArray<string> ContentsOf(ulong address) =>
        Contents.TryGetValue(address, out ImmutableArray<string> lines) ? lines : [];
}
