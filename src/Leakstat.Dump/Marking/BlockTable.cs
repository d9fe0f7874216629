using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Leakstat.Dump.Marking;

/// <summary>
/// The blocks the engine knows, in spans (slabs, large allocations) of equal blocks, and the way from an address to its block in
/// constant time: window, table of 512 pages, span, and the number within the span by a multiplication. Any address within a block
/// is its address. Made by <see cref="BlockTableBuilder"/>; immutable.
/// </summary>
/// <remarks>Costs 16 bytes a span, 4 bytes a page, and two bits a block while marking.</remarks>
public sealed class BlockTable
{
    internal const int LeafBits = 9;
    internal const int LeafPages = 1 << LeafBits;

    // Exact for offsets and strides below 2^20: the error of the rounded-up reciprocal stays below one (offset × stride < 2^40).
    internal const int ReciprocalBits = 40;
    internal const long ReciprocalExtent = 1 << 20;

    private readonly PageWindow[] _windows;
    private readonly int[] _leaves;
    private readonly SpanRow[] _spans;
    private readonly ShapeRow[] _rows;
    private readonly Dictionary<ulong, ulong> _aliases;
    private readonly int _pageShift;

    internal BlockTable(
        PageWindow[] windows, int[] leaves, SpanRow[] spans, BlockShape[] shapes, Dictionary<ulong, ulong> aliases, int pageShift, int blocks)
    {
        _windows = windows;
        _leaves = leaves;
        _spans = spans;
        _aliases = aliases;
        _pageShift = pageShift;
        Shapes = shapes;
        BlockCount = blocks;
        _rows = Array.ConvertAll(shapes, ShapeRow.Of);
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

    /// <summary>The highest address that may be one of a block; below <see cref="Lowest"/> where there are none.</summary>
    public ulong Highest { get; }

    /// <summary>Bytes this table holds.</summary>
    public long Bytes => (_leaves.LongLength * 4) + (_spans.LongLength * Unsafe.SizeOf<SpanRow>()) +
        _windows.Sum(w => w.Top.LongLength * 4) + (_aliases.Count * 24L);

    internal ReadOnlySpan<ShapeRow> Rows => _rows;

    internal ReadOnlySpan<SpanRow> Spans => _spans;

    internal int PageShift => _pageShift;

    /// <summary>The block an address lies in; −1 for none.</summary>
    public int Find(ulong address)
    {
        int span = SpanAt(address);
        return span < 0 ? -1 : BlockIn(span, address);
    }

    /// <summary>The span of a block.</summary>
    public int SpanOf(int block)
    {
        int low = 0;
        int high = _spans.Length - 1;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high + 1) >> 1);
            if (_spans[middle].FirstBlock <= block)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>The shape of a block.</summary>
    public BlockShape ShapeOf(int block) => Shapes[_spans[SpanOf(block)].Shape];

    /// <summary>The address of a block.</summary>
    public ulong AddressOf(int block)
    {
        ref readonly SpanRow span = ref _spans[SpanOf(block)];
        return span.First + ((ulong)(block - span.FirstBlock) * (ulong)_rows[span.Shape].Stride);
    }

    /// <summary>The span whose page an address lies on; −1 for none. The address may still lie beside its blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int SpanAt(ulong address)
    {
        foreach (ref readonly PageWindow window in _windows.AsSpan())
        {
            ulong offset = address - window.Base;
            if (offset < window.Length)
            {
                int leaf = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(window.Top), (nint)(offset >> (_pageShift + LeafBits)));
                nint page = ((nint)leaf << LeafBits) | (nint)((offset >> _pageShift) & (LeafPages - 1));
                return Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_leaves), page) - 1;
            }
        }

        return -1;
    }

    /// <summary>The block of a span (by <see cref="SpanAt"/>) that an address lies in; −1 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int BlockIn(int span, ulong address)
    {
        ref SpanRow row = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_spans), span);
        ref ShapeRow shape = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_rows), row.Shape);
        ulong offset = address - row.First;
        return offset < shape.Extent
            ? row.FirstBlock + (int)((offset * shape.Reciprocal) >> ReciprocalBits)
            : BlockInSlowly(ref row, ref shape, address);
    }

    /// <summary>Whether references to the blocks of a span may be stored as offsets.</summary>
    internal bool IsStoredAsOffset(int span) => _rows[_spans[span].Shape].IsStoredAsOffset;

    /// <summary>Where a span's row stands, for fetching it ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref readonly SpanRow RowOf(int span) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_spans), span);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int BlockInSlowly(ref SpanRow row, ref ShapeRow shape, ulong address)
    {
        ulong offset = address - row.First;
        if (offset >= shape.WholeExtent)
        {
            ulong page = address >> _pageShift;
            if (!_aliases.TryGetValue(page, out ulong canonical))
            {
                return -1;
            }

            offset = (canonical << _pageShift) + (address & ((1UL << _pageShift) - 1)) - row.First;
            if (offset >= shape.WholeExtent)
            {
                return -1;
            }
        }

        if (shape.CopyStride != 0)
        {
            offset %= shape.CopyStride;
        }

        ulong index = shape.Count == 1 ? 0 : offset / (ulong)shape.Stride;
        return index < (ulong)shape.Count ? row.FirstBlock + (int)index : -1;
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

/// <summary>A shape as the lookup wants it. <see cref="Extent"/> is 0 where the fast way is not exact.</summary>
internal readonly record struct ShapeRow(
    ulong Reciprocal, ulong Extent, ulong WholeExtent, ulong CopyStride, long Stride, int Count, bool IsStoredAsOffset)
{
    public static ShapeRow Of(BlockShape shape)
    {
        long plain = shape.Stride * shape.Count;
        bool single = shape.Count == 1 && shape.Copies == 1;
        bool exact = single || plain <= BlockTable.ReciprocalExtent;
        ulong reciprocal = single ? 0 : (((1UL << BlockTable.ReciprocalBits) + (ulong)shape.Stride - 1) / (ulong)shape.Stride);
        return new ShapeRow(
            reciprocal, exact ? (ulong)plain : 0, (ulong)shape.Extent, shape.Copies > 1 ? (ulong)shape.CopyStride : 0,
            shape.Stride, shape.Count, shape.IsStoredAsOffset);
    }
}
