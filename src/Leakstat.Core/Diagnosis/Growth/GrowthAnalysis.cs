using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Diagnosis.Growth;

/// <summary>
/// What grew between the captures of the current boot, in which owner, and what explains it. Comparison only: it never
/// says leak; that takes a trend of many samples.
/// </summary>
internal sealed class GrowthAnalysis
{
    /// <summary>Growth below this is noise on any host, bytes.</summary>
    private const long NoiseBytes = 64 << 10;

    /// <summary>A counter explains growth when the series grew no more than this much faster than it.</summary>
    private const double SlackOfExplanation = 1.5;

    private GrowthAnalysis(ImmutableArray<GrowthObservation> unexplained, ImmutableArray<GrowthObservation> explained)
    {
        Unexplained = unexplained;
        Explained = explained;
    }

    /// <summary>Growth that no counter explains, most bytes first, what moves in lockstep joined.</summary>
    public ImmutableArray<GrowthObservation> Unexplained { get; }

    /// <summary>Growth that a counter explains, most bytes first.</summary>
    public ImmutableArray<GrowthObservation> Explained { get; }

    /// <summary>Compares the captures of the current boot; null where there is only one.</summary>
    public static GrowthAnalysis? Of(DiagnosisCase context)
    {
        HostHistory history = context.History;
        int from = history.CurrentBootStart;
        if (history.Samples.Length - from < 2)
        {
            return null;
        }

        bool typesKnown = history.Find(SeriesKind.Account, AccountName.Malloc) is not null
            && history.Series.Any(s => s.Key.Kind == SeriesKind.MallocBytes);
        var unexplained = new List<GrowthObservation>();
        var explained = new List<GrowthObservation>();
        foreach (Series series in history.Series)
        {
            if (!IsOwner(series, typesKnown) || series.IsConstant
                || GrowthObservation.Of(series, from) is not { } seen || !IsGrowth(seen))
            {
                continue;
            }

            GrowthObservation observation = seen with { Explanation = Explanation(history, seen) };
            (observation.Explanation is null ? unexplained : explained).Add(observation);
        }

        return new GrowthAnalysis(
            Join([.. unexplained.OrderByDescending(g => g.Bytes)
                .ThenBy(g => g.Series.Key.Name, StringComparer.Ordinal)]),
            [.. explained.OrderByDescending(g => g.Bytes).ThenBy(g => g.Series.Key.Name, StringComparer.Ordinal)]);
    }

    private static bool IsOwner(Series series, bool typesKnown) => series.Key.Kind switch
    {
        SeriesKind.MallocBytes => true,
        SeriesKind.ZoneUsed => !GrowthExplanations.IsFollower(series.Key.Name, typesKnown),
        _ => false,
    };

    /// <summary>
    /// Whether it rose for good: the end above the beginning, and with more captures the lower envelope too.
    /// </summary>
    private static bool IsGrowth(GrowthObservation seen)
    {
        if (seen.Bytes < NoiseBytes)
        {
            return false;
        }

        return seen.Samples switch
        {
            2 => true,
            < 6 => seen.Falls <= 0.34 && seen.Floor > 0,
            _ => seen.Falls < seen.Rises && seen.Floor > 0,
        };
    }

    private static (string Counter, double Ratio)? Explanation(HostHistory history, GrowthObservation seen)
    {
        bool listed = GrowthExplanations.IsListed(seen.Series.Key.Name);
        double growth = Ratio(seen.Before, seen.After);
        foreach (string counter in GrowthExplanations.For(seen.Series.Key.Name))
        {
            if (history.Find(SeriesKind.Counter, counter) is { } series
                && series[seen.First] is { } before && series[seen.Last] is { } after && after > before)
            {
                double ratio = Ratio(before, after);

                // What follows the counter by design may lag behind it; for anything else the counter has to have grown
                // as much, and enough not to be chance.
                if (growth - 1 <= SlackOfExplanation * (ratio - 1) && (listed || ratio >= 1.05))
                {
                    return (counter, ratio);
                }
            }
        }

        return null;
    }

    private static double Ratio(long before, long after) => (double)after / Math.Max(before, 1);

    /// <summary>Joins what moves together; what holds the most bytes stands for the group.</summary>
    private static ImmutableArray<GrowthObservation> Join(List<GrowthObservation> ordered)
    {
        var groups = new List<List<GrowthObservation>>();
        foreach (GrowthObservation observation in ordered)
        {
            List<GrowthObservation>? group = groups.Find(g => MovesWith(g[0], observation));
            if (group is null)
            {
                groups.Add([observation]);
            }
            else
            {
                group.Add(observation);
            }
        }

        return [.. groups.Select(g => g[0] with { Lockstep = g[1..] })];
    }

    /// <summary>
    /// Whether two series gain at the same times: increments correlated above 0.95 over at least five steps.
    /// </summary>
    private static bool MovesWith(GrowthObservation a, GrowthObservation b)
    {
        int first = Math.Max(a.First, b.First);
        int last = Math.Min(a.Last, b.Last);
        double sumA = 0;
        double sumB = 0;
        double sumAB = 0;
        double sumAA = 0;
        double sumBB = 0;
        int n = 0;
        for (int i = first + 1; i <= last; i++)
        {
            if (a.Series[i] is not { } a1 || a.Series[i - 1] is not { } a0 || b.Series[i] is not { } b1
                || b.Series[i - 1] is not { } b0)
            {
                continue;
            }

            double x = a1 - a0;
            double y = b1 - b0;
            sumA += x;
            sumB += y;
            sumAB += x * y;
            sumAA += x * x;
            sumBB += y * y;
            n++;
        }

        if (n < 5)
        {
            return false;
        }

        double covariance = sumAB - (sumA * sumB / n);
        double varianceA = sumAA - (sumA * sumA / n);
        double varianceB = sumBB - (sumB * sumB / n);
        return varianceA > 0 && varianceB > 0 && covariance / Math.Sqrt(varianceA * varianceB) > 0.95;
    }
}
