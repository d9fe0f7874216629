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

    /// <summary>
    /// The two corners of the line that is flat, rises, and is flat again, with the share of all variation that it
    /// explains. Tries all pairs: for few bins only.
    /// </summary>
    public static (int Start, int End, double Share) FindWithStop(
        ReadOnlySpan<double> hours, ReadOnlySpan<double> values)
    {
        int rows = hours.Length;
        double mean = 0, all = 0;
        foreach (double value in values)
        {
            mean += value / rows;
        }

        foreach (double value in values)
        {
            all += (value - mean) * (value - mean);
        }

        // Sums over the bins before each: of time, its square, the value and their product.
        Span<double> t = stackalloc double[rows + 1], tt = stackalloc double[rows + 1];
        Span<double> y = stackalloc double[rows + 1], ty = stackalloc double[rows + 1];
        for (int i = 0; i < rows; i++)
        {
            double hour = hours[i] - hours[0], value = values[i] - mean;
            t[i + 1] = t[i] + hour;
            tt[i + 1] = tt[i] + (hour * hour);
            y[i + 1] = y[i] + value;
            ty[i + 1] = ty[i] + (hour * value);
        }

        (int Start, int End, double Share) best = (0, rows - 1, 0);
        for (int s = 0; s < rows - 1; s++)
        {
            double from = hours[s] - hours[0];
            for (int e = s + 1; e < rows; e++)
            {
                double length = hours[e] - hours[0] - from, risen = e - s, after = rows - e;
                double rise = t[e] - t[s] - (risen * from);
                double sum = rise + (after * length);
                double squares = tt[e] - tt[s] - (2 * from * (t[e] - t[s])) + (risen * from * from)
                    + (after * length * length) - (sum * sum / rows);
                double product = ty[e] - ty[s] - (from * (y[e] - y[s])) + (length * (y[rows] - y[e]));
                if (product > 0 && squares > 0 && product * product / squares > best.Share * all)
                {
                    best = (s, e, product * product / squares / all);
                }
            }
        }

        return best;
    }
}
