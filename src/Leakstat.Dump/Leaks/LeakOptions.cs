using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Leaks;

/// <summary>How leaks are searched for.</summary>
public sealed record LeakOptions
{
    /// <summary>Threads.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>What was unreached in a healthy dump of the same kernel; null = none.</summary>
    public LeakBaseline? Baseline { get; init; }

    /// <summary>An earlier dump: only what was allocated after it is wanted; null = everything.</summary>
    public EarlierDump? Since { get; init; }

    /// <summary>Told how far marking is, and of how much.</summary>
    public Action<MarkProgress, long>? Started { get; init; }
}
