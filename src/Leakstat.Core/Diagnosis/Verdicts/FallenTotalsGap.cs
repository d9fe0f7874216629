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

    /// <summary>The gaps, one for each table at most.</summary>
    public static IEnumerable<Gap> Of(HostHistory history)
    {
        foreach ((SeriesKind kind, string command) in RunningTotals.Tables)
        {
            int last = history.Samples.Length - 1;
            int[] fallen = [.. FallenSamples(history, kind)];
            if (fallen is [.., { } example]
                && (example == last || DamagedShare.IsTooLarge(fallen.Length, history.Samples.Length)))
            {
                yield return new Gap(
                    command,
                    $"most of its running totals fall from {history.Samples[example - 1].Source} to "
                        + $"{history.Samples[example].Source}, without a reboot between them: the two are of different "
                        + "hosts, or not in their order");
            }
        }
    }

    /// <summary>Samples at which most totals are lower than at the one before, of the same boot.</summary>
    private static IEnumerable<int> FallenSamples(HostHistory history, SeriesKind kind)
    {
        int count = history.Samples.Length;
        int[] fell = new int[count], rose = new int[count];
        long?[] values = new long?[count];
        foreach (Series series in history.Series.Where(s => s.Key.Kind == kind))
        {
            series.CopyTo(0, values);
            for (int i = 1; i < count; i++)
            {
                if (values[i - 1] is { } before && values[i] is { } after && after != before)
                {
                    rose[i] += after > before ? 1 : 0;
                    fell[i] += after < before && !RunningTotal.MayHaveWrapped(before, after) ? 1 : 0;
                }
            }
        }

        return Enumerable.Range(0, count).Where(i => fell[i] >= LeastFallen && fell[i] > rose[i]
            && history.Samples[i].Boot == history.Samples[i - 1].Boot);
    }
}
