namespace Leakstat.Fleet;

/// <summary>
/// Ranks of a number within the strata of a fleet, and the test whether hosts of a group rank higher than the others
/// of their stratum (Wilcoxon's rank sum, strata put together after van Elteren). What hosts of one stratum have in
/// common, load and warm-up among it, cancels; a few hosts that are far off decide nothing.
/// </summary>
internal sealed class StratifiedRanks
{
    private const int MostOnStack = 256;

    private readonly int[] _stratum;
    private readonly double[] _ranks;
    private readonly int _strata;

    /// <summary>Ranks values within strata.</summary>
    /// <param name="values">One per host.</param>
    /// <param name="stratum">Number of each host's stratum; below 0 for hosts that are left out.</param>
    public StratifiedRanks(double[] values, int[] stratum)
    {
        _stratum = stratum;
        _strata = stratum.Length == 0 ? 0 : stratum.Max() + 1;
        _ranks = new double[values.Length];
        foreach (int[] hosts in Enumerable.Range(0, values.Length).Where(i => stratum[i] >= 0)
            .GroupBy(i => stratum[i]).Select(g => g.OrderBy(i => values[i]).ToArray()))
        {
            for (int start = 0; start < hosts.Length;)
            {
                int end = start + 1;
                while (end < hosts.Length && values[hosts[end]] == values[hosts[start]])
                {
                    end++;
                }

                for (int i = start; i < end; i++)
                {
                    _ranks[hosts[i]] = (start + end + 1) / 2.0;
                }

                start = end;
            }
        }
    }

    /// <summary>Count and moments of the ranks of each stratum, of the hosts that are looked at.</summary>
    /// <param name="left">By host: whether it is looked at.</param>
    public (int Count, double Sum, double Squares)[] Totals(bool[] left) => Totals(left, null);

    /// <summary>
    /// How many standard deviations the hosts of a group rank above the others; NaN where no stratum has hosts of both.
    /// </summary>
    /// <param name="group">The group; hosts of which it is not known are left out.</param>
    /// <param name="left">By host: whether it is looked at.</param>
    /// <param name="totals">What <see cref="Totals(bool[])"/> gives for these hosts.</param>
    public double Score(TraitGroup group, bool[] left, (int Count, double Sum, double Squares)[] totals)
    {
        (int Count, double Sum, double Squares)[] all = group.IsWhole ? totals : Totals(left, group);
        Span<(int Count, double Sum)> with = stackalloc (int, double)[Math.Min(_strata, MostOnStack)];
        with = _strata > MostOnStack ? new (int, double)[_strata] : with;
        foreach (int host in group.With)
        {
            if (_stratum[host] >= 0 && left[host])
            {
                ref (int Count, double Sum) s = ref with[_stratum[host]];
                s = (s.Count + 1, s.Sum + _ranks[host]);
            }
        }

        double sum = 0;
        double variance = 0;
        for (int stratum = 0; stratum < all.Length; stratum++)
        {
            (int count, double ranks, double squares) = all[stratum];
            int members = with[stratum].Count;
            if (members == 0 || members == count)
            {
                continue;
            }

            // Moments of a sum drawn without replacement from the ranks that are there: ties are in them, and so are
            // hosts that were left out.
            double mean = ranks / count;
            double spread = Math.Max((squares / count) - (mean * mean), 0) * count / (count - 1);
            double weight = 1.0 / (count + 1);
            sum += weight * (with[stratum].Sum - (members * mean));
            variance += weight * weight * spread * members * (count - members) / count;
        }

        return variance > 0 ? sum / Math.Sqrt(variance) : double.NaN;
    }

    private (int Count, double Sum, double Squares)[] Totals(bool[] left, TraitGroup? known)
    {
        var totals = new (int Count, double Sum, double Squares)[_strata];
        for (int i = 0; i < _ranks.Length; i++)
        {
            if (_stratum[i] >= 0 && left[i] && (known is null || known.Has[i] is not null))
            {
                ref (int Count, double Sum, double Squares) s = ref totals[_stratum[i]];
                s = (s.Count + 1, s.Sum + _ranks[i], s.Squares + (_ranks[i] * _ranks[i]));
            }
        }

        return totals;
    }
}
