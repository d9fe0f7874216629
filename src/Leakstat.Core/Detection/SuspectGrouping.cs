namespace Leakstat.Detection;

/// <summary>Joins suspects that move together, and leaves out those that only follow what is named already.</summary>
internal static class SuspectGrouping
{
    private const int Blocks = 24;
    private const double LeastShareOfLeader = 0.02;

    /// <summary>
    /// Gives every suspect its leader; those that follow a leak or an explained series are no suspects.
    /// </summary>
    /// <returns>Leaders, the most probable first; of equal ones, the one that holds more.</returns>
    public static int[] Apply(HostSeries host, TimeLine line, TrendResult[] results)
    {
        int[] suspects =
        [
            .. Enumerable.Range(0, results.Length).Where(i => results[i].Class == TrendClass.Suspect)
                .OrderBy(i => host.Series[i].Role == SeriesRole.Aggregate)
                .ThenByDescending(i => Math.Round(results[i].Confidence, 1))
                .ThenByDescending(i => Bytes(host, results, i))
                .ThenBy(i => results[i].Key, StringComparer.Ordinal),
        ];
        if (suspects.Length == 0)
        {
            return [];
        }

        var named = new List<(int Index, double[] Moves)>();
        foreach (int leak in Enumerable.Range(0, results.Length).Where(i => results[i].IsLeak
            && results[i].GroupLeader == results[i].Key))
        {
            named.Add((leak, Increments(line, host.Series[leak])));
        }

        var leaders = new List<int>();
        foreach (int suspect in suspects)
        {
            // A sum that does not rise beside one of its parts is that part's, however few samples they share.
            if (results[suspect].ExplainedBy is { } part
                && Array.Find(results, r => r.Key == part && (r.IsLeak || r.Class == TrendClass.Suspect)) is { } whole)
            {
                results[suspect] = results[suspect] with { GroupLeader = whole.GroupLeader };
                continue;
            }

            double[] moves = Increments(line, host.Series[suspect]);
            int leader = named.FindIndex(n => MayFollow(suspect, n.Index) && Together(n.Moves, moves));
            if (leader >= 0)
            {
                results[suspect] = results[suspect] with { GroupLeader = results[named[leader].Index].Key };
                continue;
            }

            named.Add((suspect, moves));
            leaders.Add(suspect);
        }

        return [.. leaders];

        // A part does not follow its sum, and nothing follows what gained next to nothing beside it.
        bool MayFollow(int suspect, int leader) =>
            (host.Series[leader].Role != SeriesRole.Aggregate || host.Series[suspect].Role == SeriesRole.Aggregate)
            && Bytes(host, results, leader) >= LeastShareOfLeader * Bytes(host, results, suspect);
    }

    /// <summary>Bytes that a series gained.</summary>
    public static double Bytes(HostSeries host, TrendResult[] results, int index) =>
        (results[index].Suspicion?.Rise.Gain ?? results[index].Gain) * host.Series[index].BytesPerUnit;

    private static double[] Increments(TimeLine line, SeriesInput series)
    {
        double[] moves = line.Moves(series);
        int width = Math.Max(moves.Length / Blocks, 1), count = moves.Length / width;
        double[] means = new double[count];
        for (int i = 0; i < count; i++)
        {
            means[i] = moves.AsSpan(i * width, width).ToArray().Average();
        }

        return [.. Enumerable.Range(1, Math.Max(count - 1, 0)).Select(i => means[i] - means[i - 1])];
    }

    // The same moves one by one, whatever their size: a parent and the two children of each.
    private static bool Together(double[] a, double[] b)
    {
        double ab = 0, aa = 0, bb = 0, meanA = a.Average(), meanB = b.Average();
        for (int i = 0; i < a.Length; i++)
        {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }

        return aa > 0 && bb > 0 && ab / Math.Sqrt(aa * bb) > 0.9;
    }
}
