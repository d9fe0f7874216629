using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether the latest capture is the one before it once more: on a running kernel no quarter of an hour passes in which
/// nobody allocates anything, the commands of the capture among them. What collects stands still, and growth judged
/// over such captures is judged over nothing.
/// </summary>
internal static class FrozenGap
{
    private const double LeastHours = 0.25;

    /// <summary>So many running totals do not all stand still.</summary>
    private const int LeastTotals = 20;

    /// <summary>The gap; null where anything moved, or nothing tells.</summary>
    public static Gap? Of(HostHistory history)
    {
        int last = history.Samples.Length - 1;
        if (last <= history.CurrentBootStart || !(history.Hours(last - 1, last) >= LeastHours))
        {
            return null;
        }

        int totals = 0;
        string when = history.Samples[last - 1].TakenAt is { } time ? $" of {Display.Time(time)}" : "";
        foreach (Series series in history.Series)
        {
            if (series.Key.Kind is SeriesKind.ZoneRequests or SeriesKind.MallocRequests
                && series[last] is { } now && series[last - 1] is { } before)
            {
                if (now != before)
                {
                    return null;
                }

                totals++;
            }
        }

        return totals >= LeastTotals
            ? new Gap(
                "captures",
                $"none of {Display.Count(totals)} running totals moved since the capture before"
                    + $"{when}: the same state was stored again")
            : null;
    }
}
