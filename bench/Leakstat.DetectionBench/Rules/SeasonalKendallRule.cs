namespace Leakstat.DetectionBench.Rules;

/// <summary>
/// Mann–Kendall with Sen's slope, on what is left without the day and without its own memory: the mean of each hour of
/// the day is taken off the detrended series, the correlation at lag one is differenced away with the trend put back
/// (Yue and others, 2002), and the trend has to be 10⁻⁶ beside chance and 64 KiB over the history.
/// </summary>
internal sealed class SeasonalKendallRule : ISeriesRule
{
    public string Name => "Mann–Kendall";

    public double Score(double[] hours, double[] bytes)
    {
        (double[] t, double[] y) = SeriesRules.Binned(hours, bytes, 200);
        double sen = Sen(t, y);
        double[] rest = [.. y.Select((v, i) => v - (sen * t[i]))];
        WithoutDay(t, rest);
        double keep = Correlation(rest);
        double[] white =
            [.. Enumerable.Range(1, rest.Length - 1).Select(i => rest[i] - (keep * rest[i - 1]) + (sen * t[i]))];
        (double z, double gain) = (Kendall(white), sen * (t[^1] - t[0]));
        return Math.Min(z / Grid.Z, gain / SeriesRules.Noise);
    }

    private static void WithoutDay(double[] hours, double[] values)
    {
        if (hours[^1] - hours[0] < 48)
        {
            return;
        }

        double mean = values.Average();
        foreach (IGrouping<int, int> hour in Enumerable.Range(0, values.Length).GroupBy(i => (int)(hours[i] % 24))
            .ToArray())
        {
            double level = hour.Average(i => values[i]) - mean;
            foreach (int i in hour)
            {
                values[i] -= level;
            }
        }
    }

    private static double Correlation(double[] values)
    {
        double mean = values.Average(), squares = values.Sum(v => (v - mean) * (v - mean)), lagged = 0;
        for (int i = 1; i < values.Length; i++)
        {
            lagged += (values[i] - mean) * (values[i - 1] - mean);
        }

        return squares > 0 ? Math.Clamp(lagged / squares, 0, 0.99) : 0;
    }

    private static double Sen(double[] t, double[] y)
    {
        var slopes = new List<double>(t.Length * t.Length / 2);
        for (int i = 1; i < t.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                slopes.Add((y[i] - y[j]) / (t[i] - t[j]));
            }
        }

        slopes.Sort();
        return slopes[slopes.Count / 2];
    }

    private static double Kendall(double[] y)
    {
        int n = y.Length;
        double sum = 0;
        for (int i = 1; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                sum += Math.Sign(y[i] - y[j]);
            }
        }

        double ties = y.GroupBy(v => v).Where(g => g.Count() > 1)
            .Sum(g => g.Count() * (g.Count() - 1.0) * ((2.0 * g.Count()) + 5));
        double variance = ((n * (n - 1.0) * ((2.0 * n) + 5)) - ties) / 18;
        return variance > 0 ? (sum - 1) / Math.Sqrt(variance) : 0;
    }
}
