namespace Leakstat.Fleet;

/// <summary>
/// False discoveries over a fleet, controlled after Benjamini and Hochberg (Journal of the Royal Statistical Society
/// B 57, 1995). The engine gives each series the chance of its slope times the number of series of its host; with
/// hosts of about as many series each, the procedure over hosts × series is that over hosts with these chances, and
/// where they differ it is the one in which each host has the same weight (Genovese, Roeder and Wasserman, Biometrika
/// 93, 2006).
/// </summary>
public static class FalseDiscoveries
{
    /// <summary>
    /// For each chance the least share of false ones among all that are as small or smaller; above 1 never.
    /// </summary>
    /// <param name="chances">Chances, each corrected within its host.</param>
    /// <param name="hosts">Hosts that were judged.</param>
    public static double[] Rates(IReadOnlyList<double> chances, int hosts)
    {
        int[] order = [.. Enumerable.Range(0, chances.Count).OrderByDescending(i => chances[i])];
        double[] rates = new double[chances.Count];
        double least = 1;
        for (int i = 0; i < order.Length; i++)
        {
            least = Math.Min(least, chances[order[i]] * hosts / (order.Length - i));
            rates[order[i]] = least;
        }

        return rates;
    }
}
