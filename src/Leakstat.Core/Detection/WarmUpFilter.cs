namespace Leakstat.Detection;

/// <summary>
/// After a boot much of a host warms up, and for a while that looks like many leaks. A rise that set in with the boot
/// is no leak yet while others, which have nothing to do with it, rise since then as well and have not bent either.
/// </summary>
internal static class WarmUpFilter
{
    // Fewer than this may be chance, or one subsystem that really is in use.
    private const int LeastCompany = 4;

    // What rises this much slower near its end than near its beginning has seen one time constant of its warm-up and
    // more: a rise that is still straight then is not of its kind.
    private const double StillRising = 0.6;

    /// <summary>Takes the word leak back from what has company.</summary>
    public static void Apply(HostSeries host, TimeLine line, TrendResult[] results, bool[] sinceBoot)
    {
        int[] rising =
        [
            .. Enumerable.Range(0, results.Length).Where(i => sinceBoot[i]
                && results[i].Class is TrendClass.Leak or TrendClass.Rising or TrendClass.Plateau),
        ];
        if (rising.Length <= LeastCompany || !rising.Any(i => results[i].IsLeak))
        {
            return;
        }

        // Items and their bytes, parts and sums are one thing.
        var groups = new List<double[]>();
        int[] group = new int[rising.Length];
        for (int k = 0; k < rising.Length; k++)
        {
            double[] moves = line.Moves(host.Series[rising[k]]);
            int found = groups.FindIndex(g => Lockstep.Moves(g, moves) || Lockstep.Moves(moves, g));
            group[k] = found >= 0 ? found : IsStillRising(moves) ? groups.Count : -1;
            if (found < 0 && group[k] >= 0)
            {
                groups.Add(moves);
            }
        }

        for (int k = 0; k < rising.Length; k++)
        {
            if (results[rising[k]].IsLeak && groups.Count - (group[k] >= 0 ? 1 : 0) >= LeastCompany)
            {
                results[rising[k]] = results[rising[k]] with
                {
                    Class = TrendClass.Rising,
                    Confidence = 0.5,
                    Exhaustion = null,
                };
            }
        }
    }

    private static bool IsStillRising(ReadOnlySpan<double> moves)
    {
        int sixth = moves.Length / 6;
        if (sixth == 0)
        {
            return false;
        }

        double early = Mean(moves[(2 * sixth)..(3 * sixth)]) - Mean(moves[..sixth]);
        double late = Mean(moves[^sixth..]) - Mean(moves[^(3 * sixth)..^(2 * sixth)]);
        return late > StillRising * early && late > 0;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }
}
