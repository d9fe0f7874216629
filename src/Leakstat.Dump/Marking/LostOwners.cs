namespace Leakstat.Dump.Marking;

/// <summary>
/// Which head each lost block hangs on: the first one, in the order of their places, from which a way of references leads to it.
/// Every lost block hangs on one, for nothing is lost but what only lost blocks point to.
/// </summary>
public static class LostOwners
{
    /// <summary>For each place of a graph the place of its head; of a head itself.</summary>
    public static int[] Find(LostGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var owner = new int[graph.Blocks.Count];
        Array.Fill(owner, -1);
        var open = new Stack<int>();
        for (int head = 0; head < owner.Length; head++)
        {
            if (!graph.IsHead[head])
            {
                continue;
            }

            owner[head] = head;
            open.Push(head);
            while (open.TryPop(out int place))
            {
                foreach (int target in graph.From(place))
                {
                    if (owner[target] < 0)
                    {
                        owner[target] = head;
                        open.Push(target);
                    }
                }
            }
        }

        return owner;
    }
}
