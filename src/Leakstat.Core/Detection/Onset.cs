namespace Leakstat.Detection;

/// <summary>Where a rise begins: the corner of the flat line that turns into a rising one.</summary>
internal static class Onset
{
    /// <summary>
    /// Bin in which a line that was flat before and rises to the end fits best; 0 where the rise has no beginning in
    /// sight.
    /// </summary>
    public static int Find(ReadOnlySpan<double> hours, ReadOnlySpan<double> values, int fewestAfter)
    {
        int rows = hours.Length;
        double origin = hours[0], level = values[0];
        double sumY = 0;
        foreach (double value in values)
        {
            sumY += value - level;
        }

        double meanY = sumY / rows;
        int best = 0;
        double gained = 0;
        double n = 0, t = 0, tt = 0, y = 0, ty = 0;
        for (int s = rows - 1; s >= 0; s--)
        {
            double hour = hours[s] - origin, value = values[s] - level - meanY;
            n++;
            t += hour;
            tt += hour * hour;
            y += value;
            ty += hour * value;
            if (n < fewestAfter)
            {
                continue;
            }

            double sum = t - (n * hour);
            double squares = tt - (2 * hour * t) + (n * hour * hour) - (sum * sum / rows);
            double product = ty - (hour * y);
            if (product > 0 && squares > 0 && product * product / squares > gained)
            {
                gained = product * product / squares;
                best = s;
            }
        }

        return best;
    }
}
