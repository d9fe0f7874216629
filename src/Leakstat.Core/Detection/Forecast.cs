namespace Leakstat.Detection;

/// <summary>Noise around a line, from sample to sample.</summary>
/// <param name="Level">Fitted value at the last sample.</param>
/// <param name="Deviation">Standard deviation.</param>
/// <param name="Correlation">Lag-1 correlation, 0 to 1.</param>
/// <param name="Interval">Hours between samples.</param>
internal readonly record struct Surroundings(double Level, double Deviation, double Correlation, double Interval);

/// <summary>
/// Says when a rise first reaches a bound: the line's own uncertainty, and the peaks of the noise that get there before
/// the line does.
/// </summary>
internal static class Forecast
{
    private const double Horizon = 24 * 365 * 20;

    /// <summary>The forecast; null where the bound is passed or out of sight.</summary>
    /// <param name="bound">Bound.</param>
    /// <param name="slope">Slope of the rise.</param>
    /// <param name="around">Noise around it.</param>
    /// <param name="now">Time of the last sample, hours.</param>
    /// <param name="span">Length of the rise, hours.</param>
    public static Exhaustion? To(SeriesBound bound, Slope slope, Surroundings around, double now, double span)
    {
        double left = bound.Value - around.Level;
        if (!(left > 0) || !(slope.PerHour > 0) || left / slope.PerHour > Horizon)
        {
            return null;
        }

        double wide = Tails.StudentQuantile(0.1, slope.Degrees);
        double line = left / slope.PerHour;
        double early = line - Reaches(left, slope, span, wide), late = Reaches(left, slope, span, -wide) - line;
        (double first, double middle, double last) = slope.Correlation >= 1 ? (0, 0, 0) : Gaps(slope.PerHour, around);
        double at = Math.Max(line - (middle / slope.PerHour), 0);
        double noiseEarly = (first - middle) / slope.PerHour, noiseLate = (middle - last) / slope.PerHour;
        return new Exhaustion(
            bound.Name,
            now + at,
            now + Math.Max(at - Math.Sqrt((early * early) + (noiseEarly * noiseEarly)), 0),
            now + at + Math.Sqrt((late * late) + (noiseLate * noiseLate)));
    }

    private static double Reaches(double left, Slope slope, double span, double wide)
    {
        double low = 0, high = Horizon;
        if (Ahead(high) < left)
        {
            return double.PositiveInfinity;
        }

        for (int i = 0; i < 80; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Ahead(middle) < left ? (middle, high) : (low, middle);
        }

        return high;

        double Ahead(double hours)
        {
            // A walk goes on wandering; what is not one is as uncertain as its line at that distance from the middle.
            double error = slope.Correlation >= 1
                ? slope.Error * Math.Sqrt((hours * hours) + (hours * span))
                : slope.Error * (hours + (span / 2));
            return (slope.PerHour * hours) + (wide * error);
        }
    }

    // How far below the bound the line is when the noise first reaches it: with a chance of one tenth, one half, nine
    // tenths. The rate of crossings of a level u by first-order noise is φ(u)·√((1 − ρ)/π) a sample, and never more
    // than the share of samples above it.
    private static (double Tenth, double Half, double NineTenths) Gaps(double perHour, Surroundings around)
    {
        if (!(around.Deviation > 0))
        {
            return (0, 0, 0);
        }

        const double farthest = 6, step = 0.02;
        double samples = around.Deviation * step / (perHour * around.Interval);
        double tenth = double.NaN, half = double.NaN, crossed = 0;
        double factor = Math.Sqrt((1 - Math.Clamp(around.Correlation, 0, 0.9999)) / Math.PI);
        double u = farthest;
        for (; u > -farthest && crossed < 2.303; u -= step)
        {
            double above = Tails.Normal(u);
            double rate = u > 0 ? Math.Min(above, Math.Exp(-u * u / 2) / Math.Sqrt(2 * Math.PI) * factor) : above;
            crossed += rate * samples;
            tenth = double.IsNaN(tenth) && crossed >= 0.105 ? u : tenth;
            half = double.IsNaN(half) && crossed >= 0.693 ? u : half;
        }

        tenth = double.IsNaN(tenth) ? u : tenth;
        half = double.IsNaN(half) ? u : half;

        // A rise that passes the whole noise between two samples is caught by the next sample, not before.
        return (tenth * around.Deviation, half * around.Deviation, u * around.Deviation);
    }
}
