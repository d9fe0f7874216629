namespace Leakstat.DetectionBench.Rules;

/// <summary>
/// Precog (Jindal and others, ICSOC 2020 workshops, arXiv 2101.09799), written from its description: in the training
/// part, the first third, change points are found and a line is fitted between every two of them; the steepest rise and
/// the longest one that fit a line well are kept. In the rest the window from each change point to the end is fitted:
/// it is named where it fits well, rises steeper and longer than all that training saw, and ends higher than training
/// ever was (the variant with maximum filtration, its best).
/// </summary>
internal sealed class PrecogRule : ISeriesRule
{
    private const double Fit = 0.6;
    private const double Deviations = 3;

    public string Name => "Precog";

    public double Score(double[] hours, double[] bytes)
    {
        (double[] t, double[] y) = SeriesRules.Binned(hours, bytes, 240);
        int trained = y.Length / 3;
        int[] points = ChangePoints(y);
        int[] before = [0, .. points.Where(p => p > 0 && p < trained - 1), trained - 1];
        double steepest = 0, longest = 0;
        for (int i = 0; i < before.Length; i++)
        {
            for (int j = i + 1; j < before.Length; j++)
            {
                (double slope, double fit) = Line(t, y, before[i], before[j] + 1);
                if (slope > 0 && fit >= Fit)
                {
                    (steepest, longest) = (Math.Max(steepest, slope), Math.Max(longest, t[before[j]] - t[before[i]]));
                }
            }
        }

        double most = y[..trained].Max() + SeriesRules.Noise, best = 0;
        foreach (int from in points.Where(p => p >= trained).Append(trained))
        {
            (double slope, double fit) = Line(t, y, from, y.Length);
            if (slope > 0 && fit >= Fit && y[^1] > most)
            {
                double duration = t[^1] - t[from];
                double over = Math.Min(steepest > 0 ? slope / steepest : 2, longest > 0 ? duration / longest : 2);
                best = Math.Max(best, Math.Min(over, y[^1] / most));
            }
        }

        return best;
    }

    // Where a first difference lies more than three deviations from their mean.
    private static int[] ChangePoints(double[] y)
    {
        double[] steps = [.. Enumerable.Range(1, y.Length - 1).Select(i => y[i] - y[i - 1])];
        double mean = steps.Average(), deviation = Math.Sqrt(steps.Average(s => (s - mean) * (s - mean)));
        return [.. Enumerable.Range(1, steps.Length).Where(i => Math.Abs(steps[i - 1] - mean) > Deviations * deviation
            && i < y.Length - 12)];
    }

    private static (double Slope, double Fit) Line(double[] t, double[] y, int from, int to)
    {
        if (to - from < 6)
        {
            return (0, 0);
        }

        (double slope, _, double mean) = SeriesMethod.Line(t.AsSpan(from, to - from), y.AsSpan(from, to - from));
        double middle = t.AsSpan(from, to - from).ToArray().Average(), residual = 0, whole = 0;
        for (int i = from; i < to; i++)
        {
            double off = y[i] - mean - (slope * (t[i] - middle));
            (residual, whole) = (residual + (off * off), whole + ((y[i] - mean) * (y[i] - mean)));
        }

        return (slope, whole > 0 ? 1 - (residual / whole) : 0);
    }
}
