namespace Leakstat.Detection;

/// <summary>Joins leaks that move together, and puts many at once down to the host.</summary>
internal static class Grouping
{
    /// <summary>
    /// Fills group and leader, and turns leaks into host-wide growth where there are too many groups.
    /// </summary>
    public static void Apply(HostSeries host, TimeLine line, TrendResult[] results, int[] parts, TrendOptions options)
    {
        int[] leaks = [.. Enumerable.Range(0, results.Length).Where(i => results[i].IsLeak)];
        if (leaks.Length == 0)
        {
            return;
        }

        leaks = [.. leaks.Where(i => !FollowsExplained(i))];

        // Parts before their sums, so that a sum finds the group of its part.
        leaks = [.. leaks.OrderBy(i => parts[i] >= 0)];

        double[][] moves = [.. leaks.Select(i => line.Moves(host.Series[i]))];
        int[] group = [.. Enumerable.Repeat(-1, leaks.Length)];
        int groups = 0;
        for (int a = 0; a < leaks.Length; a++)
        {
            for (int b = 0; b < a && group[a] < 0; b++)
            {
                if (parts[leaks[a]] == leaks[b]
                    || Together(results[leaks[a]], results[leaks[b]], line, moves[a], moves[b]))
                {
                    group[a] = group[b];
                }
            }

            group[a] = group[a] < 0 ? groups++ : group[a];
        }

        // One series of a group that is known to be harmless speaks for the others: they show the same things. A sum
        // does not speak for its parts.
        bool FollowsExplained(int leak)
        {
            double[]? itsMoves = null;
            if (parts[leak] >= 0 && !results[parts[leak]].IsLeak)
            {
                results[leak] = results[leak] with
                {
                    Class = results[parts[leak]].Class,
                    ExplainedBy = results[parts[leak]].Key,
                    Exhaustion = null,
                    Confidence = 0,
                };
                return true;
            }

            for (int i = 0; i < results.Length; i++)
            {
                if (host.Series[i].Role != SeriesRole.Aggregate
                    && results[i].Class is TrendClass.BoundedFill or TrendClass.Explained or TrendClass.Elastic
                    && Together(
                        results[leak],
                        results[i],
                        line,
                        itsMoves ??= line.Moves(host.Series[leak]),
                        line.Moves(host.Series[i])))
                {
                    results[leak] = results[leak] with
                    {
                        Class = results[i].Class,
                        ExplainedBy = results[i].ExplainedBy ?? results[i].Key,
                        Exhaustion = null,
                        Confidence = 0,
                    };
                    return true;
                }
            }

            return false;
        }

        for (int g = 0; g < groups; g++)
        {
            int[] members = [.. Enumerable.Range(0, leaks.Length).Where(k => group[k] == g).Select(k => leaks[k])];
            string leader = members
                .OrderBy(i => host.Series[i].Role == SeriesRole.Aggregate)
                .ThenByDescending(i => results[i].Gain * host.Series[i].BytesPerUnit)
                .ThenBy(i => results[i].Key, StringComparer.Ordinal)
                .Select(i => results[i].Key).First();
            foreach (int i in members)
            {
                results[i] = results[i] with
                {
                    Group = members.Length > 1 ? g : -1,
                    GroupLeader = leader,
                    Class = groups > options.HostWideGroups ? TrendClass.HostWide : results[i].Class,
                };
            }
        }
    }

    private static bool Together(TrendResult a, TrendResult b, TimeLine line, double[] movesA, double[] movesB)
    {
        int from = Math.Max(Place(line, a.Start), Place(line, b.Start));
        int to = Math.Min(Place(line, a.End), Place(line, b.End)) + 1;
        return to - from >= 8 && Lockstep.Moves(movesA.AsSpan(from, to - from), movesB.AsSpan(from, to - from));
    }

    private static int Place(TimeLine line, int sample) => Array.IndexOf(line.Order, sample);
}
