namespace Leakstat.DetectionBench.Rules;

/// <summary>
/// Ten lines of script: the lowest of the last third above 1.25 times the highest of the first third plus 64 KiB.
/// </summary>
internal sealed class TenLineRule : ISeriesRule
{
    public string Name => "ten lines";

    public double Score(double[] hours, double[] bytes)
    {
        int third = bytes.Length / 3;
        return third == 0 ? 0 : bytes.AsSpan(bytes.Length - third).ToArray()
            .Min() / ((1.25 * bytes.AsSpan(0, third).ToArray().Max()) + SeriesRules.Noise);
    }
}

/// <summary>
/// What a <c>predict_linear</c> alert does: the last quarter's line, carried on for four such quarters, rises by a
/// fifth.
/// </summary>
internal sealed class LeastSquaresRule : ISeriesRule
{
    public string Name => "least squares";

    public double Score(double[] hours, double[] bytes)
    {
        int from = Math.Min(bytes.Length * 3 / 4, bytes.Length - 12);
        (double slope, _, double mean) = SeriesMethod.Line(hours.AsSpan(from), bytes.AsSpan(from));
        return slope * 4 * (hours[^1] - hours[from]) / Math.Max(0.2 * Math.Abs(mean), SeriesRules.Noise);
    }
}

/// <summary>
/// Change points by binary segmentation into lines; named where the last segment rises by more than its error and than
/// 64 KiB.
/// </summary>
internal sealed class ChangePointRule : ISeriesRule
{
    public string Name => "change points";

    public double Score(double[] hours, double[] bytes)
    {
        (double[] t, double[] y) = SeriesRules.Binned(hours, bytes, 240);
        int start = ChangePointMethod.LastSegment(t, y);
        (double slope, double error, _) = SeriesMethod.Line(t.AsSpan(start), y.AsSpan(start));
        double gain = slope * (t[^1] - t[start]);
        return y.Length - start < 12 ? 0 : Math.Min(slope / Math.Max(Grid.Z * error, 1e-9), gain / SeriesRules.Noise);
    }
}

/// <summary>
/// Page's CUSUM (1954) of what lies above the mean of the first third by half a deviation; named above eight deviations
/// that were not given back.
/// </summary>
internal sealed class CusumRule : ISeriesRule
{
    private const double Allowance = 0.5;
    private const double Decision = 8;

    public string Name => "CUSUM";

    public double Score(double[] hours, double[] bytes)
    {
        double[] first = bytes[..(bytes.Length / 3)];
        double mean = first.Average(), deviation = Math.Max(Math.Sqrt(first.Average(v => (v - mean) * (v - mean))),
            SeriesRules.Noise / 8);
        double sum = 0;
        foreach (double value in bytes)
        {
            sum = Math.Max(0, sum + ((value - mean) / deviation) - Allowance);
        }

        return sum / Decision;
    }
}
