using Leakstat.History;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>Series that only count up while a host runs, and the command that prints each kind of them.</summary>
internal static class RunningTotals
{
    /// <summary>Kinds of series, each with its command.</summary>
    public static readonly (SeriesKind Kind, string Command)[] Tables =
        [(SeriesKind.ZoneRequests, "vmstat -z"), (SeriesKind.MallocRequests, "vmstat -m")];
}
