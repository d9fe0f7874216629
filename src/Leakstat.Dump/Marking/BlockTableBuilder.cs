namespace Leakstat.Dump.Marking;

/// <summary>A stretch of addresses in which blocks may lie (the direct map, the kernel map).</summary>
/// <param name="Base">First address.</param>
/// <param name="Last">Last address.</param>
public readonly record struct AddressWindow(ulong Base, ulong Last);

/// <summary>
/// Puts a <see cref="BlockTable"/> together. What does not fit (outside the windows, over another span) is refused and
/// counted.
/// </summary>
public sealed class BlockTableBuilder
{
    /// <summary>Most windows; each lookup looks through them in order.</summary>
    public const int MaxWindows = 8;

    /// <summary>
    /// Bytes of one window that are looked at: 128 TiB, which holds every direct map and kernel map there is.
    /// </summary>
    public const ulong WindowBytes = 1UL << 47;

    private readonly int _pageShift;
    private readonly AddressWindow[] _windows;
    private readonly List<BlockShape> _shapes = [];
    private readonly Dictionary<BlockShape, int> _shapeNumbers = [];
    private readonly List<SpanRow> _spans = [];
    private readonly List<(ulong Page, ulong Canonical)> _aliases = [];
    private long _blocks;

    /// <summary>Starts a table.</summary>
    /// <param name="windows">Where blocks may lie; the one looked up most first.</param>
    /// <param name="pageSize">Bytes of a page, a power of two of at least 512.</param>
    /// <exception cref="ArgumentException">Too many windows, or no page size.</exception>
    public BlockTableBuilder(IReadOnlyList<AddressWindow> windows, int pageSize = 4096)
    {
        ArgumentNullException.ThrowIfNull(windows);
        if (windows.Count > MaxWindows || pageSize < 512 || !System.Numerics.BitOperations.IsPow2(pageSize))
        {
            throw new ArgumentException($"at most {MaxWindows} windows, and pages of a power of two", nameof(windows));
        }

        _windows = [.. windows.Select(w => w with
        {
            Last = w.Last - w.Base < WindowBytes ? w.Last : w.Base + (WindowBytes - 1),
        })];
        _pageShift = System.Numerics.BitOperations.Log2((uint)pageSize);
    }

    /// <summary>Spans that were refused: outside the windows, without blocks, of impossible size.</summary>
    public long RefusedSpans { get; private set; }

    /// <summary>Blocks added so far.</summary>
    public int BlockCount => (int)_blocks;

    /// <summary>Adds a span of blocks.</summary>
    /// <param name="first">Address of its first block.</param>
    /// <param name="shape">What its blocks are like. Equal shapes are kept once; reuse the instance.</param>
    /// <returns>Number of its first block; −1 where it was refused.</returns>
    public int Add(ulong first, BlockShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!IsSound(shape) || _blocks + shape.Count > int.MaxValue - 64 || WindowOf(first, (ulong)shape.Extent) < 0)
        {
            RefusedSpans++;
            return -1;
        }

        if (!_shapeNumbers.TryGetValue(shape, out int number))
        {
            number = _shapes.Count;
            _shapes.Add(shape);
            _shapeNumbers.Add(shape, number);
        }

        int block = (int)_blocks;
        _spans.Add(new SpanRow(first, block, number));
        _blocks += shape.Count;
        return block;
    }

    /// <summary>
    /// Says that a page has a second address (the direct map's, of a page that is in the kernel map): addresses there
    /// are those of
    /// the span at <paramref name="page"/>. Not needed where the span's own address is that.
    /// </summary>
    /// <param name="alias">Second address of the page.</param>
    /// <param name="page">The address within its span.</param>
    public void AddAlias(ulong alias, ulong page)
    {
        if (WindowOf(alias, 1) >= 0 && alias >> _pageShift != page >> _pageShift)
        {
            _aliases.Add((alias >> _pageShift, page >> _pageShift));
        }
    }

    /// <summary>The table. Where two spans share a page, the first one added has it.</summary>
    public BlockTable Build()
    {
        PageWindow[] windows = MakeWindows();
        var leaves = new LeafStore(windows, _pageShift);
        var maker = new PageEntryMaker(_pageShift);
        for (int span = 0; span < _spans.Count; span++)
        {
            SpanRow row = _spans[span];
            BlockShape shape = _shapes[row.Shape];
            ulong last = row.First + (ulong)shape.Extent - 1;
            for (ulong page = row.First >> _pageShift; page <= last >> _pageShift; page++)
            {
                leaves.Claim(page, maker.Make(span, row, shape, page));
            }
        }

        var aliases = new Dictionary<ulong, ulong>();
        foreach ((ulong alias, ulong page) in _aliases)
        {
            ulong entry = leaves.At(page);
            if (entry != 0 && leaves.Claim(alias, entry) && PageEntry.IsSlow(entry))
            {
                aliases[alias] = page;
            }
        }

        return new BlockTable(
            windows, leaves.ToArray(), maker.Forms, [.. _spans], [.. _shapes], aliases, _pageShift, BlockCount);
    }

    private static bool IsSound(BlockShape shape) =>
        shape.Stride > 0 && shape.Count > 0 && shape.Size >= 0 && shape.Size <= shape.Stride && shape.Copies > 0 &&
        shape.Stride <= (1L << 46) / shape.Count && shape.Rule == ScanRule.Reader == shape.Reader is not null &&
        (shape.Copies == 1
            || (shape.CopyStride >= shape.Stride * shape.Count && shape.CopyStride <= (1L << 46) / shape.Copies));

    private int WindowOf(ulong address, ulong length)
    {
        for (int i = 0; i < _windows.Length; i++)
        {
            if (address >= _windows[i].Base && address <= _windows[i].Last && length - 1 <= _windows[i].Last - address)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Windows as wide as what is in them, so that an absurd direct map costs nothing.</summary>
    private PageWindow[] MakeWindows()
    {
        var low = new ulong[_windows.Length];
        var high = new ulong[_windows.Length];
        Array.Fill(low, ulong.MaxValue);
        foreach (SpanRow span in _spans)
        {
            Widen(span.First, (ulong)_shapes[span.Shape].Extent);
        }

        foreach ((ulong alias, _) in _aliases)
        {
            Widen(alias << _pageShift, 1);
        }

        int chunk = _pageShift + BlockTable.LeafBits;
        var made = new List<PageWindow>();
        for (int i = 0; i < _windows.Length; i++)
        {
            if (low[i] <= high[i])
            {
                ulong start = low[i] >> chunk << chunk;
                ulong chunks = ((high[i] - start) >> chunk) + 1;

                // The highest window may end at 2^64, which is no length; its last byte is given up.
                ulong length = Math.Min(chunks << chunk, ulong.MaxValue - start);
                made.Add(new PageWindow(start, length, new int[checked((int)chunks)]));
            }
        }

        return [.. made];

        void Widen(ulong first, ulong length)
        {
            int window = WindowOf(first, length);
            if (window >= 0)
            {
                low[window] = Math.Min(low[window], first);
                high[window] = Math.Max(high[window], first + length - 1);
            }
        }
    }

    /// <summary>The leaves while they are made: 512 pages each, number 0 empty for good.</summary>
    private sealed class LeafStore(PageWindow[] windows, int pageShift)
    {
        private ulong[] _entries = new ulong[BlockTable.LeafPages * 64];
        private int _leaves = 1;

        public ulong At(ulong page) => TryPlace(page, create: false, out long place) ? _entries[place] : 0;

        public bool Claim(ulong page, ulong value)
        {
            if (!TryPlace(page, create: true, out long place) || _entries[place] != 0)
            {
                return false;
            }

            _entries[place] = value;
            return true;
        }

        public ulong[] ToArray() => _entries.AsSpan(0, _leaves * BlockTable.LeafPages).ToArray();

        private bool TryPlace(ulong page, bool create, out long place)
        {
            foreach (PageWindow window in windows)
            {
                ulong offset = page - (window.Base >> pageShift);
                if (offset <= (window.Length - 1) >> pageShift)
                {
                    ref int leaf = ref window.Top[offset >> BlockTable.LeafBits];
                    if (leaf == 0 && create)
                    {
                        if ((_leaves + 1L) * BlockTable.LeafPages > _entries.Length)
                        {
                            Array.Resize(ref _entries, checked(_entries.Length * 2));
                        }

                        leaf = _leaves++;
                    }

                    place = ((long)leaf << BlockTable.LeafBits) | (long)(offset & (BlockTable.LeafPages - 1));
                    return leaf != 0;
                }
            }

            place = 0;
            return false;
        }
    }
}
