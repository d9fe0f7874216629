namespace Leakstat.Dump.Tests.Image;

/// <summary>
/// Who points to whom, as a test laid it down: from this alone, without looking at memory, follows what is lost.
/// </summary>
public sealed class References
{
    private readonly Dictionary<IPlace, List<IPlace>> _edges = [];
    private readonly Dictionary<IPlace, int> _next = [];

    /// <summary>What a test planted, in order.</summary>
    public List<IPlace> Planted { get; } = [];

    /// <summary>Notes a pointer.</summary>
    public void Add(IPlace from, IPlace to)
    {
        if (!_edges.TryGetValue(from, out List<IPlace>? edges))
        {
            _edges[from] = edges = [];
        }

        edges.Add(to);
    }

    /// <summary>The next word of a place that no pointer stands in; the first is left alone.</summary>
    public int NextWord(IPlace place)
    {
        int at = _next.GetValueOrDefault(place, place.Size > 8 ? 8 : 0);
        if (at + 8 > place.Size)
        {
            throw new InvalidOperationException($"{place} has no room for a further pointer");
        }

        _next[place] = at + 8;
        return at;
    }

    /// <summary>
    /// Forgets what was noted, and notes which of these places each word of them leads into: for a test that wrote pointers over
    /// pointers. Looks at each word and each place, as simply as can be.
    /// </summary>
    public void Reread(AddressSpace space, IReadOnlyList<IPlace> places, IEnumerable<IPlace> roots)
    {
        _edges.Clear();
        IPlace[] sorted = [.. places.OrderBy(place => place.Address)];
        ulong[] starts = [.. sorted.Select(place => place.Address)];
        foreach (IPlace from in places.Concat(roots))
        {
            byte[] bytes = space.Read(from.Address, from.Size / 8 * 8);
            for (int at = 0; at < bytes.Length; at += 8)
            {
                ulong word = BitConverter.ToUInt64(bytes, at);
                int index = Array.BinarySearch(starts, word);
                index = index >= 0 ? index : ~index - 1;
                if (index >= 0 && word - starts[index] < (ulong)sorted[index].Size)
                {
                    Add(from, sorted[index]);
                }
            }
        }
    }

    /// <summary>Planted and in use, and no way leads there from anything that was not planted.</summary>
    public IReadOnlySet<IPlace> Lost()
    {
        HashSet<IPlace> planted = [.. Planted];
        HashSet<IPlace> reached = [];
        Stack<IPlace> open = new(_edges.Keys.Where(place => !planted.Contains(place)));
        while (open.TryPop(out IPlace? place))
        {
            foreach (IPlace next in _edges.GetValueOrDefault(place) ?? [])
            {
                if (reached.Add(next) && IsInUse(next))
                {
                    open.Push(next);
                }
            }
        }

        return planted.Where(place => IsInUse(place) && !reached.Contains(place)).ToHashSet();
    }

    /// <summary>Planted, in use and reachable.</summary>
    public IEnumerable<IPlace> Kept()
    {
        IReadOnlySet<IPlace> lost = Lost();
        return Planted.Where(place => IsInUse(place) && !lost.Contains(place));
    }

    private static bool IsInUse(IPlace place) => place is not Item item || (item.State == ItemState.Allocated && item.IsPlanted);
}
