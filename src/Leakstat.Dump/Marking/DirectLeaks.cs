namespace Leakstat.Dump.Marking;

/// <summary>
/// The direct leaks of a graph of leaked blocks: one for each strongly connected part (Tarjan's algorithm, without
/// recursion: lists are long)
/// that no other part points to.
/// </summary>
internal static class DirectLeaks
{
    public static bool[] Find(LeakGraph graph)
    {
        int count = graph.Blocks.Count;
        int[] part = Parts(graph, count);
        var lowest = new int[count];
        var isPointedTo = new bool[count];
        Array.Fill(lowest, int.MaxValue);
        for (int i = 0; i < count; i++)
        {
            lowest[part[i]] = Math.Min(lowest[part[i]], i);
            foreach (int target in graph.From(i))
            {
                isPointedTo[part[target]] |= part[target] != part[i];
            }
        }

        var direct = new bool[count];
        for (int i = 0; i < count; i++)
        {
            direct[i] = !isPointedTo[part[i]] && lowest[part[i]] == i;
        }

        return direct;
    }

    private static int[] Parts(LeakGraph graph, int count)
    {
        var part = new int[count];
        var order = new int[count];
        var low = new int[count];
        var edge = new int[count];
        var isOpen = new bool[count];
        var open = new Stack<int>();
        var path = new Stack<int>();
        int next = 0;
        int parts = 0;
        for (int start = 0; start < count; start++)
        {
            if (order[start] != 0)
            {
                continue;
            }

            path.Push(start);
            while (path.TryPeek(out int node))
            {
                if (order[node] == 0)
                {
                    order[node] = low[node] = ++next;
                    open.Push(node);
                    isOpen[node] = true;
                }

                ReadOnlySpan<int> targets = graph.From(node);
                bool isDeeper = false;
                while (edge[node] < targets.Length)
                {
                    int target = targets[edge[node]++];
                    if (order[target] == 0)
                    {
                        path.Push(target);
                        isDeeper = true;
                        break;
                    }

                    if (isOpen[target])
                    {
                        low[node] = Math.Min(low[node], order[target]);
                    }
                }

                if (isDeeper)
                {
                    continue;
                }

                path.Pop();
                if (path.TryPeek(out int above))
                {
                    low[above] = Math.Min(low[above], low[node]);
                }

                if (low[node] == order[node])
                {
                    int member;
                    do
                    {
                        member = open.Pop();
                        isOpen[member] = false;
                        part[member] = parts;
                    }
                    while (member != node);
                    parts++;
                }
            }
        }

        return part;
    }
}
