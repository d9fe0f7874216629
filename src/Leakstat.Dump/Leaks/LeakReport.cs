using Leakstat.Dump.Marking;
using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>What the search for leaks in a dump gave.</summary>
public sealed record LeakReport
{
    /// <summary>Groups, most bytes first.</summary>
    public required IReadOnlyList<LeakGroup> Leaks { get; init; }

    /// <summary>Groups that are not reached for a known cause.</summary>
    public required IReadOnlyList<LeakGroup> Known { get; init; }

    /// <summary>Blocks left out because the baseline has as many that look the same.</summary>
    public required long InBaseline { get; init; }

    /// <summary>Cost and evidence of marking.</summary>
    public required MarkCounts Counts { get; init; }

    /// <summary>Lost blocks left out because an earlier dump has them already.</summary>
    public long InEarlier { get; init; }

    /// <summary>The earlier dump that the report is held against; null where it is not.</summary>
    public EarlierDump? Since { get; init; }

    /// <summary>Allocated blocks.</summary>
    public required long Objects { get; init; }

    /// <summary>Root ranges.</summary>
    public required int Roots { get; init; }

    /// <summary>Zones whose keg was walked.</summary>
    public required int ZonesWalked { get; init; }

    /// <summary>Zones with slabs that could not be read.</summary>
    public required int ZonesUnreadable { get; init; }

    /// <summary>
    /// Pages that are not in the dump and may have held pointers: of slabs that could not be read, unless their items
    /// are only data,
    /// and pages cut off.
    /// </summary>
    public required long MissingPages { get; init; }

    /// <summary>
    /// Whether all zones could be found, so that a loss in none of them is missed; of ZFS data no slab needs to be in
    /// the dump.
    /// </summary>
    public required bool IsWhole { get; init; }

    /// <summary>How many readings of a running kernel it rests on; 1 for a dump.</summary>
    public int Passes { get; init; } = 1;

    /// <summary>With several readings: blocks expected to be called lost in error; null for one.</summary>
    public double? ExpectedErrors { get; init; }

    /// <summary>What limits the result, for a person.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The heap that was searched.</summary>
    public required HeapBlocks Heap { get; init; }
}
