namespace Leakstat.Detection.Weighing;

/// <summary>How much of a rise a measure of load accounts for.</summary>
internal static class CounterShare
{
    /// <summary>
    /// Share of the gain, 0 to 1, that goes with a level: how much the series moves with it around both their lines,
    /// times what the level gained. A line beside a line proves nothing, and so their lines are taken out before the
    /// two are compared.
    /// </summary>
    /// <param name="values">The series by blocks.</param>
    /// <param name="level">The level by the same blocks.</param>
    /// <param name="correlation">Correlation of what is left without their lines.</param>
    public static double Of(ReadOnlySpan<double> values, ReadOnlySpan<double> level, out double correlation)
    {
        (double slopeV, double slopeL, double vv, double ll, double vl) = Moments(values, level);
        correlation = vv > 0 && ll > 0 ? vl / Math.Sqrt(vv * ll) : 0;
        if (!(slopeV > 0) || !(ll > 0) || slopeL <= 0 || correlation <= 0)
        {
            return 0;
        }

        // The counter is a noisy measure of the load, which makes the regression too flat by its share of noise: what
        // the correlation leaves open is given to it.
        double per = vl / ll / Math.Max(correlation * correlation, 0.25);
        return Math.Clamp(per * slopeL / slopeV, 0, 1);
    }

    /// <summary>
    /// The series without what goes with a level, which moves by so much with it around both their lines.
    /// </summary>
    public static double[] Without(ReadOnlySpan<double> values, ReadOnlySpan<double> level, out double correlation)
    {
        (_, _, double vv, double ll, double vl) = Moments(values, level);
        correlation = vv > 0 && ll > 0 ? vl / Math.Sqrt(vv * ll) : 0;
        double per = ll > 0 ? vl / ll : 0;
        double[] left = new double[values.Length];
        for (int i = 0; i < left.Length; i++)
        {
            left[i] = values[i] - (per * (level[i] - level[0]));
        }

        return left;
    }

    private static (double SlopeV, double SlopeL, double Vv, double Ll, double Vl) Moments(
        ReadOnlySpan<double> values, ReadOnlySpan<double> level)
    {
        int n = values.Length;
        double middle = (n - 1) / 2.0, meanV = 0, meanL = 0, tt = 0, tv = 0, tl = 0;
        for (int i = 0; i < n; i++)
        {
            meanV += values[i] / n;
            meanL += level[i] / n;
        }

        for (int i = 0; i < n; i++)
        {
            tt += (i - middle) * (i - middle);
            tv += (i - middle) * (values[i] - meanV);
            tl += (i - middle) * (level[i] - meanL);
        }

        double slopeV = tv / tt, slopeL = tl / tt, vv = 0, ll = 0, vl = 0;
        for (int i = 0; i < n; i++)
        {
            double v = values[i] - meanV - (slopeV * (i - middle)), l = level[i] - meanL - (slopeL * (i - middle));
            vv += v * v;
            ll += l * l;
            vl += v * l;
        }

        return (slopeV, slopeL, vv, ll, vl);
    }
}
