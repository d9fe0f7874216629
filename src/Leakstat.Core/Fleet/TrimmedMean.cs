using Leakstat.Detection;

namespace Leakstat.Fleet;

/// <summary>
/// The mean without the fifth of values at either end, which few that are far off do not move (Tukey and McLaughlin).
/// </summary>
/// <param name="Mean">The mean.</param>
/// <param name="Variance">Variance of the mean.</param>
/// <param name="Freedom">Degrees of freedom of the variance.</param>
internal readonly record struct TrimmedMean(double Mean, double Variance, int Freedom)
{
    private const double Trimmed = 0.2;

    /// <summary>Of values; null of fewer than five.</summary>
    public static TrimmedMean? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length < TraitGroups.FewestHosts)
        {
            return null;
        }

        int cut = (int)(sorted.Length * Trimmed);
        double[] pulled = [.. sorted.Select(s => Math.Clamp(s, sorted[cut], sorted[^(cut + 1)]))];
        double centre = pulled.Average();
        double spread = pulled.Sum(s => (s - centre) * (s - centre)) / (sorted.Length - 1);
        return new TrimmedMean(
            sorted[cut..^cut].Average(),
            spread / sorted.Length / ((1 - (2 * Trimmed)) * (1 - (2 * Trimmed))),
            sorted.Length - (2 * cut) - 1);
    }

    /// <summary>
    /// Chance that values lie so much above others where both lie alike (Yuen's test, which does not ask that both are
    /// spread alike); 1 of fewer than five on either side.
    /// </summary>
    /// <param name="values">The values.</param>
    /// <param name="others">The others.</param>
    public static double ChanceOfMore(IEnumerable<double> values, IEnumerable<double> others)
    {
        if (Of(values) is not { } with || Of(others) is not { } without)
        {
            return 1;
        }

        double variance = with.Variance + without.Variance;
        double parts = (with.Variance * with.Variance / with.Freedom)
            + (without.Variance * without.Variance / without.Freedom);
        return variance > 0
            ? Tails.Student((with.Mean - without.Mean) / Math.Sqrt(variance), variance * variance / parts)
            : 1;
    }
}
