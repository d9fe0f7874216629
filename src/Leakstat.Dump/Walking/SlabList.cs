namespace Leakstat.Dump.Walking;

/// <summary>Slabs of one keg while they are collected.</summary>
internal sealed class SlabList
{
    /// <summary>Address of each slab's first page.</summary>
    public List<ulong> Base { get; } = [];

    /// <summary>Address of each slab's header.</summary>
    public List<ulong> Header { get; } = [];

    /// <summary>Slabs that could not be read.</summary>
    public int Unreadable { get; set; }

    /// <summary>Puts slabs in order of their addresses; what stands twice is left out.</summary>
    public int SortUnique()
    {
        ulong[] bases = [.. Base];
        ulong[] headers = [.. Header];
        Array.Sort(bases, headers);
        int kept = 0;
        for (int i = 0; i < bases.Length; i++)
        {
            if (i == 0 || bases[i] != bases[i - 1])
            {
                bases[kept] = bases[i];
                headers[kept++] = headers[i];
            }
        }

        int doubles = bases.Length - kept;
        Base.Clear();
        Header.Clear();
        Base.AddRange(bases.AsSpan(0, kept));
        Header.AddRange(headers.AsSpan(0, kept));
        return doubles;
    }
}
