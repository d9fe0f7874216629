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
            int[] lasting = [.. Lasting(history, kind)];
            if (fallen is [.., { } latest]
                && (latest == last || lasting.Length > 0 || DamagedShare.IsTooLarge(fallen.Length, last + 1)))
            {
                int example = lasting is [.., { } stays] ? stays : latest;
                yield return new Gap(command, $"most of its running totals {Between(history, example)}")
                {
                    IsOfTwo = true,
                };
            }
        }
    }

    /// <summary>
    /// Samples of the current boot from which on most totals of a table are lower than they were, and stay so: what
    /// comes behind is not of the host and boot of what came before. One capture out of its place is none.
    /// </summary>
    public static IEnumerable<int> Lasting(HostHistory history) =>
        RunningTotals.Tables.SelectMany(table => Lasting(history, table.Kind)).Distinct().Order();

    /// <summary>That totals fall at a sample, and what that means.</summary>
    public static string Between(HostHistory history, int sample) =>
        $"fall from {history.Samples[sample - 1].Source} to {history.Samples[sample].Source}, without a reboot between "
            + "them: the two are of different hosts, or not in their order";

    private static IEnumerable<int> Lasting(HostHistory history, SeriesKind kind)
    {
        int[] fallen = [.. FallenSamples(history, kind).Where(i => i > history.CurrentBootStart)];
        if (fallen.Length == 0)
        {
            return [];
        }

        // A capture that is out of its place is passed over: those on both sides of it go on counting up.
        HashSet<int> overOne = [.. FallenSamples(history, kind, lag: 2)];
        return fallen.Where(i => (i < 2 || overOne.Contains(i)) && i + 1 < history.Samples.Length
            && overOne.Contains(i + 1));
    }

    /// <summary>
    /// Samples at which most totals are lower than at the one so many before, of the same boot.
    /// </summary>
    private static IEnumerable<int> FallenSamples(HostHistory history, SeriesKind kind, int lag = 1)
    {
        int count = history.Samples.Length;
        int[] fell = new int[count], rose = new int[count];
        long?[] values = new long?[count];
        foreach (Series series in history.Series.Where(s => s.Key.Kind == kind))
        {
            series.CopyTo(0, values);
            for (int i = lag; i < count; i++)
            {
                if (values[i - lag] is { } before && values[i] is { } after && after != before)
                {
                    rose[i] += after > before ? 1 : 0;
                    fell[i] += after < before && !RunningTotal.MayHaveWrapped(before, after) ? 1 : 0;
                }
            }
        }

        return Enumerable.Range(0, count).Where(i => fell[i] >= LeastFallen && fell[i] > rose[i]
            && history.Samples[i].Boot == history.Samples[i - lag].Boot);
    }
}
