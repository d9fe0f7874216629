namespace Leakstat.DetectionBench.Hosts;

/// <summary>
/// The physical limit of time to detect, T = (12·z²·σ²·Δ/b²)^⅓ with σ² times (1+ρ)/(1−ρ), z = 4.75, for a series whose
/// noise is known because it was simulated without the leak.
/// </summary>
internal static class EarliestDetection
{
    /// <summary>Hours for a slope in units an hour; never less than the twelve samples that a verdict takes.</summary>
    public static double Hours(ReadOnlySpan<double> noise, double step, double perHour)
    {
        double scale = Scale(noise, step);
        return Math.Max(Math.Pow(scale / (perHour * perHour), 1.0 / 3), 12 * step);
    }

    /// <summary>The slope, units an hour, for which the limit is so many hours.</summary>
    public static double Slope(ReadOnlySpan<double> noise, double step, double hours) =>
        Math.Sqrt(Scale(noise, step) / Math.Pow(hours, 3));

    private static double Scale(ReadOnlySpan<double> noise, double step)
    {
        double mean = 0, squares = 0, lagged = 0;
        foreach (double value in noise)
        {
            mean += value / noise.Length;
        }

        for (int i = 0; i < noise.Length; i++)
        {
            squares += (noise[i] - mean) * (noise[i] - mean);
            lagged += i == 0 ? 0 : (noise[i] - mean) * (noise[i - 1] - mean);
        }

        // A count is never known better than to one.
        double variance = Math.Max(squares / noise.Length, 1), correlation = squares > 0
            ? Math.Clamp(lagged / squares, 0, 0.98) : 0;
        return 12 * Grid.Z * Grid.Z * variance * step * (1 + correlation) / (1 - correlation);
    }
}
