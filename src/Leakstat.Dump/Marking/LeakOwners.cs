namespace Leakstat.Dump.Marking;

/// <summary>
/// Which direct leak each leaked block went with: the first one, in the order of their places, from which a way of
/// references
/// leads to it. Every leaked block went with one, for nothing is leaked but what only leaked blocks point to.
/// </summary>
internal static class LeakOwners
{
    /// <summary>For each place of a graph the place of its direct leak; of a direct leak itself.</summary>
    public static int[] Find(LeakGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var owner = new int[graph.Blocks.Count];
        Array.Fill(owner, -1);
        var open = new Stack<int>();
        for (int direct = 0; direct < owner.Length; direct++)
        {
            if (!graph.IsDirect[direct])
            {
                continue;
            }

            owner[direct] = direct;
            open.Push(direct);
            while (open.TryPop(out int place))
            {
                foreach (int target in graph.From(place))
                {
                    if (owner[target] < 0)
                    {
                        owner[target] = direct;
                        open.Push(target);
                    }
                }
            }
        }

        return owner;
    }
}
