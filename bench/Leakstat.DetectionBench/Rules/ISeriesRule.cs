namespace Leakstat.DetectionBench.Rules;

/// <summary>
/// A simple way to tell from one series alone whether it leaks. It knows nothing of boots, bounds or other series.
/// </summary>
internal interface ISeriesRule
{
    string Name { get; }

    /// <summary>
    /// How much it looks like a leak: above 1 the rule names it, as it stands in the book or the paper it is from.
    /// </summary>
    /// <param name="hours">Time of each sample, ascending, hours.</param>
    /// <param name="bytes">Bytes in use.</param>
    double Score(double[] hours, double[] bytes);
}

/// <summary>The simple rules.</summary>
internal static class SeriesRules
{
    /// <summary>Growth below this is no leak to anybody, bytes.</summary>
    public const double Noise = 64 << 10;

    public static ISeriesRule[] All { get; } =
    [
        new TenLineRule(), new LeastSquaresRule(), new SeasonalKendallRule(), new ChangePointRule(), new CusumRule(),
            new PrecogRule(),
    ];

    /// <summary>Means of at most so many groups of neighbours.</summary>
    public static (double[] Hours, double[] Values) Binned(double[] hours, double[] values, int most)
    {
        int width = (values.Length + most - 1) / most, n = values.Length / width;
        return (
            [.. Enumerable.Range(0, n).Select(i => hours.AsSpan(i * width, width).ToArray().Average())],
            [.. Enumerable.Range(0, n).Select(i => values.AsSpan(i * width, width).ToArray().Average())]);
    }
}
