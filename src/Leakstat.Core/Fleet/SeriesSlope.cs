using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Leakstat.Detection;
using Leakstat.Detection.Weighing;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Fleet;

/// <summary>
/// How fast a series of one host rises over the boot that was judged, without a verdict: the median of the slopes
/// between the medians of days (Theil and Sen), which neither a spike nor a step decides. The first day after a boot,
/// in which caches fill, is left out where enough is left.
/// </summary>
/// <param name="Key">The series.</param>
/// <param name="BytesPerDay">Slope, bytes per day.</param>
/// <param name="Early">Slope over the first half.</param>
/// <param name="Late">Slope over the second half.</param>
public readonly record struct SeriesSlope(SeriesKey Key, double BytesPerDay, double Early, double Late)
{
    private const int Stretches = 12;
    private const int FewestSamples = 12;
    private const int FewestDays = 4;
    private const int MostDays = 24;
    private const double Day = 24;
    private const double WholeEnough = 0.9;
    private const double WarmUpHours = 24;

    /// <summary>Slopes of the series of a host that may leak; empty where no trend was judged.</summary>
    public static ImmutableArray<SeriesSlope> Of(TrendJudgement? trends)
    {
        if (trends is not { To: >= 0 })
        {
            return [];
        }

        Dictionary<string, SeriesKey> keys = trends.Results
            .Where(r => !HasReason(r.Value.Class)).ToDictionary(r => r.Value.Key, r => r.Key);
        return Of(trends.Host, trends.From, trends.To, keys);
    }

    /// <summary>Slopes of series over a stretch of samples of one boot.</summary>
    /// <param name="host">The series.</param>
    /// <param name="from">First sample.</param>
    /// <param name="to">Last sample.</param>
    /// <param name="keys">
    /// Whose each is; those that are not in it are left out, as are sums of others and caches.
    /// </param>
    public static ImmutableArray<SeriesSlope> Of(
        HostSeries host, int from, int to, IReadOnlyDictionary<string, SeriesKey> keys)
    {
        double uptime = from == 0 ? host.UptimeAtStart : 0;
        int warm = from;
        while (warm <= to && uptime + host.Hours[warm] - host.Hours[from] < WarmUpHours)
        {
            warm++;
        }

        int first = to - warm + 1 >= Math.Max(FewestSamples, (to - from + 1) / 2) ? warm : from;
        var slopes = ImmutableArray.CreateBuilder<SeriesSlope>();
        foreach (SeriesInput series in host.Series)
        {
            if (series.Role == SeriesRole.Live && keys.TryGetValue(series.Key, out SeriesKey key)
                && Of(key, host.Hours, series, first, to) is { } slope)
            {
                slopes.Add(slope);
            }
        }

        return slopes.ToImmutable();
    }

    /// <summary>
    /// Whether the engine found a reason for what a series does, so that its slope says nothing of a leak.
    /// </summary>
    private static bool HasReason(TrendClass found) => found is TrendClass.Explained or TrendClass.BoundedFill
        or TrendClass.Elastic or TrendClass.Fragmentation or TrendClass.HostWide or TrendClass.Insufficient;

    private static SeriesSlope? Of(SeriesKey key, ImmutableArray<double> hours, SeriesInput series, int from, int to)
    {
        List<double> times = new(to - from + 1);
        List<double> values = new(to - from + 1);
        for (int i = from; i <= to && i < series.Values.Length; i++)
        {
            if (double.IsFinite(series.Values[i]))
            {
                times.Add(hours[i]);
                values.Add(series.Values[i]);
            }
        }

        if (values.Count < FewestSamples)
        {
            return null;
        }

        List<(double At, double Level)> levels = Levels(times, values);
        double[] at = [.. levels.Select(l => l.At)];
        double[] level = [.. levels.Select(l => l.Level)];
        int half = at.Length / 2;
        double perDay = Day * series.BytesPerUnit;
        return new SeriesSlope(
            key,
            perDay * TheilSen(at, level),
            perDay * TheilSen(at.AsSpan(0, half), level.AsSpan(0, half)),
            perDay * TheilSen(at.AsSpan(half), level.AsSpan(half)));
    }

    /// <summary>
    /// Medians of stretches of the time: of whole days where there are four or more, so that what comes and goes with
    /// the day is the same in each; else of twelve parts of equally many samples.
    /// </summary>
    private static List<(double At, double Level)> Levels(List<double> times, List<double> values)
    {
        int days = (int)((times[^1] - times[0]) / Day);
        double length = Day * ((days + MostDays - 1) / MostDays);
        List<(double At, double Level)> levels = [];
        for (int start = 0; start < values.Count;)
        {
            int end = start + 1;
            if (days >= FewestDays)
            {
                while (end < values.Count && times[end] < times[start] + length)
                {
                    end++;
                }

                // The last stretch is seldom whole.
                if (end == values.Count && times[^1] - times[start] < WholeEnough * length && levels.Count > 1)
                {
                    break;
                }
            }
            else
            {
                end = Math.Max(end, values.Count * (levels.Count + 1) / Stretches);
            }

            levels.Add(((times[start] + times[end - 1]) / 2, Median(values.GetRange(start, end - start))));
            start = end;
        }

        return levels;
    }

    private static double TheilSen(ReadOnlySpan<double> at, ReadOnlySpan<double> level)
    {
        List<double> slopes = new(at.Length * at.Length / 2);
        for (int i = 0; i < at.Length; i++)
        {
            for (int j = i + 1; j < at.Length; j++)
            {
                if (at[j] > at[i])
                {
                    slopes.Add((level[j] - level[i]) / (at[j] - at[i]));
                }
            }
        }

        return slopes.Count == 0 ? 0 : Median(slopes);
    }

    private static double Median(List<double> values) => OrderStatistic.Median(CollectionsMarshal.AsSpan(values));
}
