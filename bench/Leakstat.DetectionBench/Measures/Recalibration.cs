using System.Globalization;
using System.Text;

namespace Leakstat.DetectionBench.Measures;

/// <summary>
/// Confidence fitted on some families and tested on another (Platt, 1999: a logistic curve over the log-odds that were
/// said): how far the numbers are from what they would be if they had been fitted there, and whether such a fit carries
/// over.
/// </summary>
internal static class Recalibration
{
    public static string Table(IReadOnlyList<HostOutcome> outcomes, (string[] Fit, string Test)[] splits)
    {
        var text = new StringBuilder();
        text.AppendLine(
            "Confidence fitted anew on two families and tested on the third (logistic over the log-odds said), by "
                + "what was said:");
        text.AppendLine();
        text.AppendLine(
            "| fitted on | tested on | findings | right | mean said | mean fitted | Brier score said | Brier "
                + "score fitted |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach ((string[] fit, string test) in splits)
        {
            (double Confidence, bool IsRight)[] known = [.. Said(outcomes, fit)], asked = [.. Said(outcomes, [test])];
            if (known.Length == 0 || asked.Length == 0)
            {
                continue;
            }

            (double offset, double slope) = Fit(known);
            double[] fitted = [.. asked.Select(a => 1 / (1 + Math.Exp(-offset - (slope * LogOdds(a.Confidence)))))];
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {string.Join(", ", fit)} | {test} | {asked.Length} | "
                    + $"{asked.Average(a => a.IsRight ? 1.0 : 0):0.000} | "
                    + $"{asked.Average(a => a.Confidence):0.000} | {fitted.Average():0.000} | "
                    + $"{asked.Average(a => Square(a.Confidence - (a.IsRight ? 1 : 0))):0.000} | "
                    + $"{asked.Zip(fitted).Average(p => Square(p.Second - (p.First.IsRight ? 1 : 0))):0.000} |"));
        }

        return text.ToString();
    }

    /// <summary>
    /// Offset and slope of greatest likelihood, by Newton's method with Platt's targets (a finding more of either
    /// kind), so that all of one kind gives no infinite slope.
    /// </summary>
    public static (double Offset, double Slope) Fit((double Confidence, bool IsRight)[] known)
    {
        int right = known.Count(k => k.IsRight), wrong = known.Length - right;
        double high = (right + 1.0) / (right + 2), low = 1.0 / (wrong + 2), offset = 0, slope = 1;
        for (int round = 0; round < 50; round++)
        {
            // A weak pull towards what was said keeps the slope finite where one kind lies at one confidence.
            double g0 = 0, g1 = 1e-3 * (1 - slope), h00 = 1e-9, h01 = 0, h11 = 1e-3;
            foreach ((double confidence, bool isRight) in known)
            {
                double x = LogOdds(confidence), p = 1 / (1 + Math.Exp(-offset - (slope * x))),
                    off = (isRight ? high : low) - p, w = p * (1 - p);
                (g0, g1, h00, h01, h11) = (g0 + off, g1 + (off * x), h00 + w, h01 + (w * x), h11 + (w * x * x));
            }

            double determinant = (h00 * h11) - (h01 * h01);
            if (determinant < 1e-12)
            {
                break;
            }

            double step0 = ((h11 * g0) - (h01 * g1)) / determinant, step1 = ((h00 * g1) - (h01 * g0)) / determinant;
            double most = Math.Max(Math.Abs(step0), Math.Abs(step1)), damp = Math.Min(1, 1 / Math.Max(most, 1e-12));
            (offset, slope) = (offset + (damp * step0), slope + (damp * step1));
            if (most < 1e-9)
            {
                break;
            }
        }

        return (offset, slope);
    }

    private static IEnumerable<(double Confidence, bool IsRight)> Said(IEnumerable<HostOutcome> outcomes,
        string[] families) =>
        outcomes.Where(o => families.Contains(o.Family)).SelectMany(o => o.Said);

    private static double LogOdds(double confidence)
    {
        double p = Math.Clamp(confidence, 0.001, 0.999);
        return Math.Log(p / (1 - p));
    }

    private static double Square(double value) => value * value;
}
