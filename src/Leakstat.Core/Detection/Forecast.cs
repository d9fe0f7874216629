namespace Leakstat.Detection;

/// <summary>
/// Says when a rise first reaches a bound: the line's own uncertainty, and the peaks around it that get there before
/// the line does. The peaks are those that were seen, shifted in time; by whole days and weeks where the rise holds
/// those.
/// </summary>
internal static class Forecast
{
    private const double Horizon = 24 * 365 * 20;
    private const int Shifts = 60;
    private const int MostSteps = 20000;

    /// <summary>The forecast; null where the bound is passed or out of sight.</summary>
    /// <param name="bound">Bound.</param>
    /// <param name="slope">Slope of the rise.</param>
    /// <param name="hours">Times of the rise, hours.</param>
    /// <param name="values">Its values.</param>
    public static Exhaustion? To(
        SeriesBound bound, Slope slope, ReadOnlySpan<double> hours, ReadOnlySpan<double> values)
    {
        bool walks = slope.Correlation >= 1;
        double now = hours[^1], span = now - hours[0], time = 0, level = 0;
        for (int i = 0; i < hours.Length; i++)
        {
            time += hours[i] / hours.Length;
            level += (values[i] - values[0]) / hours.Length;
        }

        // Where the line is now; a walk goes on from where it is.
        level = walks ? values[^1] : values[0] + level + (slope.PerHour * (now - time));
        double left = bound.Value - level;
        if (values[^1] >= bound.Value || !(slope.PerHour > 0) || left / slope.PerHour > Horizon)
        {
            return null;
        }

        double line = Math.Max(left, 0) / slope.PerHour;
        (double first, double middle, double last) = walks
            ? (line, line, line)
            : Passages(left, slope.PerHour, level, hours, values);
        double wide = Tails.StudentQuantile(0.1, slope.Degrees), early = 0, late = 0;
        if (left > 0)
        {
            early = line - Reaches(left, slope, span, wide);
            late = Reaches(left, slope, span, -wide) - line;
        }

        double sooner = middle - first, later = last - middle;
        return new Exhaustion(
            bound.Name,
            now + middle,
            now + Math.Max(middle - Math.Sqrt((early * early) + (sooner * sooner)), 0),
            now + middle + Math.Sqrt((late * late) + (later * later)));
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

    // Hours until the line with what was seen around it first reaches what is left: with a chance of one tenth, one
    // half, nine tenths.
    private static (double Tenth, double Half, double NineTenths) Passages(
        double left, double perHour, double level, ReadOnlySpan<double> hours, ReadOnlySpan<double> values)
    {
        int rows = hours.Length;
        double interval = (hours[^1] - hours[0]) / (rows - 1), highest = double.MinValue, lowest = double.MaxValue;
        double[] around = new double[rows];
        for (int i = 0; i < rows; i++)
        {
            around[i] = values[i] - level - (perHour * (hours[i] - hours[^1]));
            highest = Math.Max(highest, around[i]);
            lowest = Math.Min(lowest, around[i]);
        }

        double period = hours[^1] - hours[0] >= 2 * Season.Week ? Season.Week
            : hours[^1] - hours[0] >= 2 * Season.Day ? Season.Day : interval;
        int each = Math.Max((int)Math.Round(period / interval), 1), cycles = rows / each, whole = cycles * each;
        int shifts = Math.Min(cycles, Shifts);
        double perStep = perHour * interval;
        double from = Math.Max(Math.Floor((left - highest) / perStep), 0);
        int stride = (int)Math.Max((highest - lowest) / perStep / MostSteps, 1);
        double[] passages = new double[shifts];
        for (int shift = 0; shift < shifts; shift++)
        {
            long offset = (long)cycles * shift / shifts * each;
            double step = from;
            while ((perStep * (step + 1)) + around[rows - whole + (int)((step + offset) % whole)] < left)
            {
                step += stride;
            }

            passages[shift] = (step + 1) * interval;
        }

        Array.Sort(passages);
        return (At(0.1), At(0.5), At(0.9));

        double At(double share) => passages[(int)Math.Min(share * shifts, shifts - 1)];
    }
}
