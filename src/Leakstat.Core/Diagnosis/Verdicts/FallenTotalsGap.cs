using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether running totals fell from one capture to the next within a boot. They only count up: captures between which
/// most of them fall are of two hosts, or one of them is out of its place.
/// </summary>
internal static class FallenTotalsGap
{
    /// <summary>A module that was loaded anew begins its own totals anew, and those are few.</summary>
    private const int LeastFallen = 10;

    /// <summary>The share of captures that may be so before a history counts as damaged.</summary>
    private const int DamagedShare = 20;

    /// <summary>The gaps, one for each table at most.</summary>
    public static IEnumerable<Gap> Of(HostHistory history)
    {
        (SeriesKind Kind, string Command)[] tables =
            [(SeriesKind.ZoneRequests, "vmstat -z"), (SeriesKind.MallocRequests, "vmstat -m")];
        foreach ((SeriesKind kind, string command) in tables)
        {
            Series[] totals = [.. history.Series.Where(series => series.Key.Kind == kind)];
            int last = history.Samples.Length - 1;
            int[] fallen =
                [.. Enumerable.Range(1, Math.Max(last, 0)).Where(later => AreFallen(history, totals, later))];
            if (fallen is [.., { } example]
                && (example == last || fallen.Length > history.Samples.Length / DamagedShare))
            {
                yield return new Gap(
                    command,
                    $"most of its running totals fall from {history.Samples[example - 1].Source} to "
                        + $"{history.Samples[example].Source}, without a reboot between them: the two are of different "
                        + "hosts, or not in their order");
            }
        }
    }

    private static bool AreFallen(HostHistory history, Series[] totals, int later)
    {
        if (history.Samples[later].Boot != history.Samples[later - 1].Boot)
        {
            return false;
        }

        int fell = 0;
        int rose = 0;
        foreach (Series series in totals)
        {
            if (series[later - 1] is { } before && series[later] is { } after)
            {
                fell += after < before && !RunningTotal.MayHaveWrapped(before, after) ? 1 : 0;
                rose += after > before ? 1 : 0;
            }
        }

        return fell >= LeastFallen && fell > rose;
    }
}
