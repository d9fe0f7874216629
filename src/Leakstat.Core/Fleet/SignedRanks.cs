using Leakstat.Detection;

namespace Leakstat.Fleet;

/// <summary>
/// Wilcoxon's signed-rank test: the chance that values which are as likely above zero as below lie as far above. It
/// asks nothing of how wide they are spread, and a few that are far off decide nothing.
/// </summary>
internal static class SignedRanks
{
    /// <summary>
    /// Up to so many values the chance is counted; beyond, the normal curve gives one that is too large.
    /// </summary>
    private const int MostCounted = 64;

    /// <summary>The chance; 1 where there are no values but zeros.</summary>
    public static double Chance(IEnumerable<double> values)
    {
        double[] moved = [.. values.Where(v => v != 0 && double.IsFinite(v)).OrderBy(Math.Abs)];
        double above = 0;
        for (int start = 0; start < moved.Length;)
        {
            int end = start + 1;
            while (end < moved.Length && Math.Abs(moved[end]) == Math.Abs(moved[start]))
            {
                end++;
            }

            // Equal ones share the mean of their ranks.
            above += moved[start..end].Count(v => v > 0) * (start + end + 1) / 2.0;
            start = end;
        }

        double count = moved.Length;
        double mean = count * (count + 1) / 4;
        double deviation = Math.Sqrt(count * (count + 1) * ((2 * count) + 1) / 24);
        return above <= mean ? 1
            : moved.Length <= MostCounted ? Counted(moved.Length, (int)Math.Floor(above))
            : Tails.Normal((above - 0.5 - mean) / deviation);
    }

    /// <summary>Share of all choices of signs whose ranks above zero add up to a sum or more.</summary>
    private static double Counted(int count, int sum)
    {
        double[] ways = new double[(count * (count + 1) / 2) + 1];
        ways[0] = 1;
        for (int rank = 1; rank <= count; rank++)
        {
            for (int total = rank * (rank + 1) / 2; total >= rank; total--)
            {
                ways[total] = (ways[total] + ways[total - rank]) / 2;
            }

            for (int total = 0; total < rank; total++)
            {
                ways[total] /= 2;
            }
        }

        return Math.Min(ways.AsSpan(sum).ToArray().Sum(), 1);
    }
}
