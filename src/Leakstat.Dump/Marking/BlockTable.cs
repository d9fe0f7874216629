using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Leakstat.Dump.Marking;

/// <summary>
/// The blocks the engine knows, in spans (slabs, large allocations) of equal blocks, and the way from an address to its
/// block in
/// constant time: window, table of 512 pages, the page's entry, and the number of the block by a multiplication. Any
/// address within
/// a block is its address. Made by <see cref="BlockTableBuilder"/>; immutable.
/// </summary>
/// <remarks>Costs 16 bytes a span, 8 bytes a page, half a bit a block, and two bits a block while marking.</remarks>
public sealed class BlockTable
{
    internal const int LeafBits = 9;
    internal const int LeafPages = 1 << LeafBits;

    /// <summary>Blocks of a group, of which the first span is known: as many as a word has bits.</summary>
    internal const int GroupBits = 6;

    private readonly PageWindow[] _windows;
    private readonly ulong[] _entries;
    private readonly PageForm[] _forms;
    private readonly SpanRow[] _spans;
    private readonly ShapeRow[] _rows;
    private readonly int[] _spanOfGroup;
    private readonly Dictionary<ulong, ulong> _aliases;
    private readonly int _pageShift;

    internal BlockTable(
        PageWindow[] windows, ulong[] entries, PageForm[] forms, SpanRow[] spans, BlockShape[] shapes, Dictionary<ulong,
        ulong> aliases,
        int pageShift, int blocks)
    {
        _windows = windows;
        _entries = entries;
        _forms = forms;
        _spans = spans;
        _aliases = aliases;
        _pageShift = pageShift;
        Shapes = shapes;
        BlockCount = blocks;
        _rows = Array.ConvertAll(shapes, ShapeRow.Of);
        _spanOfGroup = FirstSpans(spans, blocks);
        (Lowest, Highest) = Bounds(windows);
    }

    /// <summary>Blocks, numbered through from 0 in the order their spans were added.</summary>
    public int BlockCount { get; }

    /// <summary>Spans.</summary>
    public int SpanCount => _spans.Length;

    /// <summary>The shapes.</summary>
    public IReadOnlyList<BlockShape> Shapes { get; }

    /// <summary>The lowest address that may be one of a block.</summary>
    public ulong Lowest { get; }

    /// <summary>
    /// The highest address that may be one of a block; below <see cref="Lowest"/> where there are none.
    /// </summary>
    public ulong Highest { get; }

    /// <summary>Bytes this table holds.</summary>
    public long Bytes =>
        (_entries.LongLength * 8) + (_spans.LongLength * Unsafe.SizeOf<SpanRow>()) + (_spanOfGroup.LongLength * 4) +
        (_forms.LongLength * Unsafe.SizeOf<PageForm>()) + _windows.Sum(
            w => w.Top.LongLength * 4) + (_aliases.Count * 24L);

    internal ReadOnlySpan<ShapeRow> Rows => _rows;

    internal ReadOnlySpan<SpanRow> Spans => _spans;

    internal int PageShift => _pageShift;

    /// <summary>The block an address lies in; −1 for none.</summary>
    public int Find(ulong address) => BlockAt(EntryAt(address), address, offsetsOnly: false);

    /// <summary>The block an address lies in, if references to it may be stored as offsets; −1 otherwise.</summary>
    public int FindStoredAsOffset(ulong address) => BlockAt(EntryAt(address), address, offsetsOnly: true);

    /// <summary>The span of a block.</summary>
    public int SpanOf(int block)
    {
        int span = _spanOfGroup[block >> GroupBits];
        while (span + 1 < _spans.Length && _spans[span + 1].FirstBlock <= block)
        {
            span++;
        }

        return span;
    }

    /// <summary>The shape of a block.</summary>
    public BlockShape ShapeOf(int block) => Shapes[_spans[SpanOf(block)].Shape];

    /// <summary>The address of a block.</summary>
    public ulong AddressOf(int block)
    {
        ref readonly SpanRow span = ref _spans[SpanOf(block)];
        return span.First + ((ulong)(block - span.FirstBlock) * (ulong)_rows[span.Shape].Stride);
    }

    /// <summary>The block after the last one of a span.</summary>
    internal int EndOf(int span) => span + 1 < _spans.Length ? _spans[span + 1].FirstBlock : BlockCount;

    /// <summary>
    /// The entry of the page an address lies on, by reference, so that it can be fetched ahead; a 0 where there is
    /// none.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref readonly ulong EntryAt(ulong address)
    {
        ref ulong entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        foreach (ref readonly PageWindow window in _windows.AsSpan())
        {
            ulong offset = address - window.Base;
            if (offset < window.Length)
            {
                int leaf = Unsafe.Add(
                    ref MemoryMarshal.GetArrayDataReference(window.Top), (nint)(offset >> (_pageShift + LeafBits)));
                return ref Unsafe.Add(
                    ref entries, ((nint)leaf << LeafBits) | (nint)((offset >> _pageShift) & (LeafPages - 1)));
            }
        }

        // The first leaf is empty for good.
        return ref entries;
    }

    /// <summary>The block an address lies in, by the entry of its page; −1 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int BlockAt(ulong entry, ulong address, bool offsetsOnly)
    {
        ref PageForm form = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_forms), PageEntry.Form(entry));
        ulong offset = (address & ((1UL << _pageShift) - 1)) + (ulong)PageEntry.Bias(entry);
        if (offset < form.Extent)
        {
            return offsetsOnly && !form.IsStoredAsOffset
                ? -1
                : PageEntry.Block(entry) + (int)((offset * form.Reciprocal) >> PageForm.ReciprocalBits);
        }

        return PageEntry.IsSlow(entry) ? BlockBySpan(PageEntry.Span(entry), address, offsetsOnly) : -1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int BlockBySpan(int span, ulong address, bool offsetsOnly)
    {
        ref SpanRow row = ref _spans[span];
        ref ShapeRow shape = ref _rows[row.Shape];
        ulong offset = address - row.First;
        if (offset >= shape.Extent)
        {
            ulong page = address >> _pageShift;
            if (!_aliases.TryGetValue(page, out ulong canonical))
            {
                return -1;
            }

            offset = (canonical << _pageShift) + (address & ((1UL << _pageShift) - 1)) - row.First;
            if (offset >= shape.Extent)
            {
                return -1;
            }
        }

        if (offsetsOnly && !shape.IsStoredAsOffset)
        {
            return -1;
        }

        if (shape.CopyStride != 0)
        {
            offset %= shape.CopyStride;
        }

        ulong index = offset / (ulong)shape.Stride;
        return index < (ulong)shape.Count ? row.FirstBlock + (int)index : -1;
    }

    private static int[] FirstSpans(SpanRow[] spans, int blocks)
    {
        int[] first = new int[(blocks + 63L) >> GroupBits];
        int span = 0;
        for (int group = 0; group < first.Length; group++)
        {
            while (span + 1 < spans.Length && spans[span + 1].FirstBlock <= group << GroupBits)
            {
                span++;
            }

            first[group] = span;
        }

        return first;
    }

    private static (ulong Lowest, ulong Highest) Bounds(PageWindow[] windows)
    {
        ulong lowest = ulong.MaxValue;
        ulong highest = 0;
        foreach (PageWindow window in windows)
        {
            lowest = Math.Min(lowest, window.Base);
            highest = Math.Max(highest, window.Base + (window.Length - 1));
        }

        return (lowest, highest);
    }
}

/// <summary>Pages in one stretch of addresses.</summary>
/// <param name="Base">First address; a multiple of the bytes a leaf covers.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Top">Leaf of each 512 pages; 0 is the empty one.</param>
internal readonly record struct PageWindow(ulong Base, ulong Length, int[] Top);

/// <summary>A span in the table, 16 bytes.</summary>
internal readonly record struct SpanRow(ulong First, int FirstBlock, int Shape);

/// <summary>A shape as the lookup by span and the reader want it.</summary>
/// <param name="Extent">Bytes of a span with all its copies.</param>
/// <param name="CopyStride">Bytes from one copy to the next; 0 where there is one only.</param>
/// <param name="Stride">Bytes from one block to the next.</param>
/// <param name="Count">Blocks.</param>
/// <param name="IsStoredAsOffset">Whether references may be stored as offsets.</param>
internal readonly record struct ShapeRow(ulong Extent, ulong CopyStride, long Stride, int Count, bool IsStoredAsOffset)
{
    public static ShapeRow Of(BlockShape shape) => new(
        (ulong)shape.Extent, shape.Copies > 1
            ? (ulong)shape.CopyStride
            : 0, shape.Stride, shape.Count, shape.IsStoredAsOffset);
}
