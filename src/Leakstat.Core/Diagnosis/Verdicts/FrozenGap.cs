using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether a table of the latest capture is that of an earlier one once more: on a running kernel no quarter of an hour
/// passes in which nobody allocates anything, the commands of the capture among them. What collects stands still, and
/// growth judged over such captures is judged over nothing.
/// </summary>
internal static class FrozenGap
{
    private const double LeastHours = 0.25;

    /// <summary>So many running totals do not all stand still.</summary>
    private const int LeastTotals = 20;

    /// <summary>The gaps, one for each table that stands still.</summary>
    public static IEnumerable<Gap> Of(HostHistory history)
    {
        foreach ((SeriesKind kind, string command) in RunningTotals.Tables)
        {
            Series[] totals = [.. history.Series.Where(series => series.Key.Kind == kind)];
            if (FirstOfSame(history, totals) is { } first)
            {
                string since = history.Samples[first].TakenAt is { } time ? Display.Time(time) : "an earlier capture";
                yield return new Gap(
                    command, $"none of its running totals moved since {since}: the same state was stored again");
            }
        }
    }

    /// <summary>
    /// The earliest sample of this boot from which on no total moved; null where one did within the last quarter of an
    /// hour, or nothing tells.
    /// </summary>
    private static int? FirstOfSame(HostHistory history, Series[] totals)
    {
        int last = history.Samples.Length - 1;
        int first = last;
        if (last >= 0 && totals.Count(series => series[last] is not null) >= LeastTotals)
        {
            // From here on each total has one value to the end: no need to look at every sample.
            first = Math.Clamp(totals.Max(series => series.LastRunStart), history.CurrentBootStart, last);
        }

        while (first > history.CurrentBootStart && AreSame(totals, first - 1, last))
        {
            first--;
        }

        return history.Hours(first, last) >= LeastHours ? first : null;
    }

    private static bool AreSame(Series[] totals, int one, int other)
    {
        int same = 0;
        foreach (Series series in totals)
        {
            if (series[one] is { } before && series[other] is { } after)
            {
                if (before != after)
                {
                    return false;
                }

                same++;
            }
        }

        return same >= LeastTotals;
    }
}
