namespace Leakstat.Detection;

/// <summary>
/// The slope of a plain stretch with its 95 % interval, the error corrected for autocorrelation. No verdict: whether
/// the slope means anything is for <see cref="TrendEngine"/> to say.
/// </summary>
/// <param name="PerHour">Units per hour.</param>
/// <param name="Low">Lower end; null where the samples are too few for an interval.</param>
/// <param name="High">Upper end; null where the samples are too few for an interval.</param>
public readonly record struct RateEstimate(double PerHour, double? Low, double? High)
{
    /// <summary>Estimates; null where fewer than two samples have a value or no time passes between them.</summary>
    /// <param name="hours">Times, hours, in order.</param>
    /// <param name="values">Values, NaN where missing.</param>
    /// <param name="quantum">Smallest step of the values.</param>
    public static RateEstimate? Of(ReadOnlySpan<double> hours, ReadOnlySpan<double> values, double quantum)
    {
        double[] times = new double[hours.Length];
        double[] known = new double[hours.Length];
        int count = 0;
        for (int i = 0; i < hours.Length; i++)
        {
            if (double.IsFinite(values[i]) && double.IsFinite(hours[i]) && (count == 0 || hours[i] > times[count - 1]))
            {
                times[count] = hours[i];
                known[count++] = values[i];
            }
        }

        if (count < 2)
        {
            return null;
        }

        var bins = new Bins();
        bins.Load(times, known, 0, count, 1);
        var basis = new Basis();
        basis.Reset(bins.Count);
        Season.AddSeen(basis, bins.Hours, new double[bins.Count]);
        Slope slope = new SlopeTest().Run(basis, bins.Hours, bins.Means, quantum);
        if (!double.IsFinite(slope.Error))
        {
            return new RateEstimate((known[count - 1] - known[0]) / (times[count - 1] - times[0]), null, null);
        }

        double wide = Tails.StudentQuantile(0.025, slope.Degrees) * slope.Error;
        return new RateEstimate(slope.PerHour, slope.PerHour - wide, slope.PerHour + wide);
    }
}
