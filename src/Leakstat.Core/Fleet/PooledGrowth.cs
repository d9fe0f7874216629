using Leakstat.Detection;

namespace Leakstat.Fleet;

/// <summary>
/// How fast a series rises on the hosts of a group together, bytes per day and host: the mean without the fifth of
/// hosts at either end, with a 95 % interval (Tukey and McLaughlin), which hosts that are far off do not move.
/// </summary>
/// <param name="BytesPerDay">Estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct PooledGrowth(double BytesPerDay, double Low, double High)
{
    private const double Trimmed = 0.2;

    /// <summary>Pools slopes; null of fewer than five.</summary>
    public static PooledGrowth? Of(IEnumerable<double> slopes)
    {
        double[] sorted = [.. slopes.Order()];
        int cut = (int)(sorted.Length * Trimmed);
        int kept = sorted.Length - (2 * cut);
        if (sorted.Length < TraitGroups.FewestHosts)
        {
            return null;
        }

        double mean = sorted[cut..^cut].Average();
        double[] pulled = [.. sorted.Select(s => Math.Clamp(s, sorted[cut], sorted[^(cut + 1)]))];
        double centre = pulled.Average();
        double variance = pulled.Sum(s => (s - centre) * (s - centre)) / (sorted.Length - 1);
        double error = Math.Sqrt(variance / sorted.Length) / (1 - (2 * Trimmed));
        double wide = Tails.StudentQuantile(0.025, kept - 1) * error;
        return new PooledGrowth(mean, mean - wide, mean + wide);
    }
}
