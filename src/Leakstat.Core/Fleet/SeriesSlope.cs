using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Fleet;

/// <summary>
/// How fast a series of one host rises over the boot that was judged, without a verdict: the median of the slopes
/// between the medians of twelve stretches (Theil and Sen), which neither a spike nor a step decides. The first day
/// after a boot, in which caches fill, is left out where enough is left.
/// </summary>
/// <param name="Key">The series.</param>
/// <param name="BytesPerDay">Slope, bytes per day.</param>
/// <param name="Early">Slope over the first half.</param>
/// <param name="Late">Slope over the second half.</param>
public readonly record struct SeriesSlope(SeriesKey Key, double BytesPerDay, double Early, double Late)
{
    private const int Stretches = 12;
    private const int FewestSamples = 12;
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

        int count = Math.Min(Stretches, values.Count / 2);
        double[] at = new double[count];
        double[] level = new double[count];
        for (int b = 0; b < count; b++)
        {
            int start = values.Count * b / count;
            int end = values.Count * (b + 1) / count;
            at[b] = (times[start] + times[end - 1]) / 2;
            level[b] = Median(values.GetRange(start, end - start));
        }

        double perDay = 24 * series.BytesPerUnit;
        return new SeriesSlope(
            key,
            perDay * TheilSen(at, level),
            perDay * TheilSen(at.AsSpan(0, count / 2), level.AsSpan(0, count / 2)),
            perDay * TheilSen(at.AsSpan(count / 2), level.AsSpan(count / 2)));
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

    private static double Median(List<double> values)
    {
        values.Sort();
        int middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
