using System.Collections.Immutable;

namespace Leakstat.Detection;

/// <summary>
/// Finds the slowest steady leak that would be listed by now: leaks of one rate are put into series of the host, one at
/// a time and over the whole of its history, and judged by the engine itself.
/// </summary>
/// <param name="options">Options of the engine that judged the host.</param>
public sealed class SensitivityProbe(TrendOptions? options = null)
{
    private const double Listed = 0.8;
    private const int MostSeries = 24;
    private const int Steps = 9;

    private readonly TrendOptions _options = (options ?? TrendOptions.Default) with { IsAlone = true };

    /// <summary>
    /// Bytes per hour of the slowest steady leak that is listed in four of five of the series; null where not even a
    /// leak of the given rate is.
    /// </summary>
    /// <param name="host">Times, boots, counters and memory of the host.</param>
    /// <param name="series">Series that might leak, those that never move among them.</param>
    /// <param name="most">Greatest rate to try, bytes per hour.</param>
    public double? Slowest(HostSeries host, ImmutableArray<SeriesInput> series, double most)
    {
        SeriesInput[] probed = [.. Spread([.. series.Where(s => s.Role is SeriesRole.Live or SeriesRole.Aggregate)])];
        double high = Math.Log(most), low = Math.Log(0.01);
        if (probed.Length == 0 || !(high > low) || Share(host, probed, most) < Listed)
        {
            return null;
        }

        for (int i = 0; i < Steps; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Share(host, probed, Math.Exp(middle)) >= Listed ? (low, middle) : (middle, high);
        }

        return Math.Exp(high);
    }

    private static IEnumerable<SeriesInput> Spread(SeriesInput[] series)
    {
        int count = Math.Min(series.Length, MostSeries);
        return Enumerable.Range(0, count).Select(i => series[(int)((long)i * series.Length / count)]);
    }

    // Share of the series that would be listed with a leak of that rate in them.
    private double Share(HostSeries host, SeriesInput[] series, double bytesPerHour)
    {
        // The others of the host are tested too, and count.
        int others = Math.Max((host.Series.Length + series.Length - 1) / series.Length, 1);
        HostTrends trends = new TrendEngine(_options with { HostCount = _options.HostCount * others }).Analyze(
            host with { Series = [.. series.Select((s, i) => Leaking(host, s, bytesPerHour / s.BytesPerUnit, i))] });
        return (double)trends.Results.Count(r => r.IsLeak || r.Class == TrendClass.Suspect) / series.Length;
    }

    // What is lost comes in whole steps, and begins anew with every boot.
    private static SeriesInput Leaking(HostSeries host, SeriesInput series, double perHour, int number)
    {
        double phase = (number * 0.618) % 1, began = host.Hours[0];
        double[] values = [.. series.Values];
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0 && !host.Boots.IsDefaultOrEmpty && host.Boots[i] != host.Boots[i - 1])
            {
                began = host.Hours[i];
            }

            values[i] += Math.Floor((perHour * (host.Hours[i] - began) / series.Quantum) + phase) * series.Quantum;
        }

        return series with { Key = $"{number} {series.Key}", Values = ImmutableArray.Create(values), Bound = null };
    }
}
