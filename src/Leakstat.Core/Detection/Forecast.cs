namespace Leakstat.Detection;

/// <summary>Says when a rise reaches a bound.</summary>
internal static class Forecast
{
    private const double Horizon = 24 * 365 * 20;

    /// <summary>The forecast; null where the bound is passed or out of sight.</summary>
    /// <param name="bound">Bound.</param>
    /// <param name="slope">Slope of the rise.</param>
    /// <param name="now">Time of the last sample, hours.</param>
    /// <param name="level">Fitted value there.</param>
    /// <param name="span">Length of the rise, hours.</param>
    public static Exhaustion? To(SeriesBound bound, Slope slope, double now, double level, double span)
    {
        double left = bound.Value - level;
        if (!(left > 0) || !(slope.PerHour > 0) || left / slope.PerHour > Horizon)
        {
            return null;
        }

        double wide = Tails.StudentQuantile(0.1, slope.Degrees);
        return new Exhaustion(
            bound.Name,
            now + (left / slope.PerHour),
            now + Reaches(left, slope, span, wide),
            now + Reaches(left, slope, span, -wide));
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
                ? slope.Error * Math.Sqrt((hours * hours) + (hours * span / 1.2))
                : slope.Error * (hours + (span / 2));
            return (slope.PerHour * hours) + (wide * error);
        }
    }
}
