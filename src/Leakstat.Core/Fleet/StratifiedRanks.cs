namespace Leakstat.Fleet;

/// <summary>
/// Ranks of a number within the strata of a fleet, and the test whether hosts of a group rank higher than the others
/// of their stratum (Wilcoxon's rank sum, strata put together after van Elteren). What hosts of one stratum have in
/// common, load and warm-up among it, cancels; a few hosts that are far off decide nothing.
/// </summary>
internal sealed class StratifiedRanks
{
    private readonly int[] _stratum;
    private readonly double[] _values;
    private readonly double[] _ranks;
    private readonly int _strata;

    /// <summary>Ranks values within strata.</summary>
    /// <param name="values">One per host.</param>
    /// <param name="stratum">Number of each host's stratum; below 0 for hosts that are left out.</param>
    public StratifiedRanks(double[] values, int[] stratum)
    {
        _values = values;
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

    /// <summary>
    /// How many standard deviations the hosts of a group rank above the others; NaN where no stratum has hosts of both.
    /// </summary>
    /// <param name="has">By host: whether it is of the group; null for neither.</param>
    /// <param name="left">By host: whether it is looked at.</param>
    public double Score(IReadOnlyList<bool?> has, bool[] left)
    {
        double sum = 0;
        double variance = 0;
        Span<(int Count, int With, double Sum, double Squares, double All)> strata =
            new (int, int, double, double, double)[_strata];
        for (int i = 0; i < _values.Length; i++)
        {
            if (_stratum[i] >= 0 && left[i] && has[i] is { } isWith)
            {
                ref (int Count, int With, double Sum, double Squares, double All) s = ref strata[_stratum[i]];
                s.Count++;
                s.All += _ranks[i];
                s.Squares += _ranks[i] * _ranks[i];
                (s.With, s.Sum) = isWith ? (s.With + 1, s.Sum + _ranks[i]) : (s.With, s.Sum);
            }
        }

        foreach ((int count, int with, double ranks, double squares, double all) in strata)
        {
            if (with == 0 || with == count || count < 2)
            {
                continue;
            }

            // Moments of a sum drawn without replacement from the ranks that are there: ties are in them, and so are
            // hosts that were left out.
            double mean = all / count;
            double spread = Math.Max((squares / count) - (mean * mean), 0) * count / (count - 1);
            double weight = 1.0 / (count + 1);
            sum += weight * (ranks - (with * mean));
            variance += weight * weight * spread * with * (count - with) / count;
        }

        return variance > 0 ? sum / Math.Sqrt(variance) : double.NaN;
    }
}
