namespace Leakstat.DetectionBench.Measures;

/// <summary>Leakstat beside a simple rule on the same hosts of a class, at the same false rate.</summary>
/// <param name="Method">Number of the rule among the methods.</param>
/// <param name="FalseRate">Share of healthy hosts on which the rule names anything, at its own bar.</param>
/// <param name="Rule">Share of leaking hosts on which the rule names the culprit.</param>
/// <param name="Leakstat">The same of leakstat, its score cut so that it names no more healthy hosts.</param>
/// <param name="Low">Lower end of the paired interval of the difference.</param>
/// <param name="High">Upper end.</param>
internal sealed record PairedComparison(int Method, double FalseRate, double Rule, double Leakstat, double Low,
    double High)
{
    public double Difference => Leakstat - Rule;

    public static PairedComparison Of(HostOutcome[] leaking, HostOutcome[] healthy, int method)
    {
        int named = healthy.Count(o => o.Wrong[method] > 1);
        double cut = Cut([.. healthy.Select(o => o.Wrong[0])], named);
        int n = leaking.Length, both = 0, ours = 0, theirs = 0;
        foreach (HostOutcome host in leaking)
        {
            bool we = host.Right[0] > cut, they = host.Right[method] > 1;
            both += we && they ? 1 : 0;
            ours += we && !they ? 1 : 0;
            theirs += they && !we ? 1 : 0;
        }

        // Wald's interval for a difference of paired shares with the correction of Agresti and Min (2005): half a pair
        // added to each cell.
        double total = n + 2, difference = (ours - theirs) / total;
        double error = Math.Sqrt((ours + theirs + 1) - ((ours - theirs) * (double)(ours - theirs) / total)) / total;
        return new PairedComparison(
            method, healthy.Length == 0 ? 0 : (double)named / healthy.Length, (double)(both + theirs) / n,
                (double)(both + ours) / n,
            difference - (1.96 * error), difference + (1.96 * error));
    }

    // The lowest cut above which no more than so many scores lie; nothing is below a score of nought.
    private static double Cut(double[] wrong, int named)
    {
        Array.Sort(wrong);
        Array.Reverse(wrong);
        return named >= wrong.Length ? 0 : Math.Max(wrong[named], 0);
    }
}
