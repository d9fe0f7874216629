namespace Leakstat.DetectionBench;

/// <summary>
/// The fixed grid of slopes and noises over which time to detect is measured, and its physical limit
/// T = (12·z²·σ²·Δ/b²)^⅓, σ² times (1+ρ)/(1−ρ), z = 4.75.
/// </summary>
internal static class Grid
{
    public const double Z = 4.75;

    public static readonly double[] Slopes = [0.1, 0.03, 0.01];
    public static readonly double[] Deviations = [30, 300];
    public static readonly double[] Correlations = [0, 0.6, 0.9];
    public static readonly double[] StepMinutes = [1, 10];

    public static IEnumerable<(double Slope, double Deviation, double Correlation, double Minutes)> Points =>
        from slope in Slopes
        from deviation in Deviations
        from correlation in Correlations
        from minutes in StepMinutes
        select (slope, deviation, correlation, minutes);

    /// <summary>Limit in samples for a slope in deviations per sample.</summary>
    public static double LimitInSamples(double slope, double correlation) =>
        Math.Pow(12 * Z * Z * (1 + correlation) / (1 - correlation) / (slope * slope), 1.0 / 3);

    public static Episode Make(
        int number, ulong seed, RealRow[][] hosts, (double Slope, double Deviation, double Correlation,
            double Minutes) point)
    {
        var chance = new Chance(seed + ((ulong)number * 104729));
        double limit = LimitInSamples(point.Slope, point.Correlation), step = point.Minutes / 60;
        int before = (int)(limit * chance.Between(0.5, 3));
        Clock clock = Clock.Regular(step, before + (int)(limit * 8));
        var host = new Background(chance, clock, chance.Of(hosts), 0.5, 0.2);
        RealRow[] rows = [.. host.Rows.Where(r => !r.IsZone && r.Size >= 16)];
        double[] noise = Shapes.Noise(chance, clock.Count, point.Deviation, point.Correlation);
        double start = clock.Hours[before];
        string[] keys = host.Grow(rows[chance.Below(rows.Length)], [.. clock.Hours.Select(
            (h, i) => noise[i] + (5 * point.Deviation)
                + (point.Slope * point.Deviation * Math.Max(h - start, 0) / step))]);
        return new Episode(number, host.Build(24 * 30), new Truth
        {
            Class = "grid",
            Culprits = keys,
            Start = start,
            Rate = point.Slope * point.Deviation / step,
            Limit = limit * step,
        });
    }
}
