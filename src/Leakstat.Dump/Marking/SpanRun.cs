namespace Leakstat.Dump.Marking;

/// <summary>
/// Reads blocks of one span that stand side by side. Where the span lies on one page and its blocks are read whole, the
/// page is
/// asked for once.
/// </summary>
internal ref struct SpanRun
{
    private readonly SpanRow _row;
    private readonly BlockShape _shape;
    private readonly bool _isPlain;
    private readonly ReadOnlySpan<byte> _page;

    public SpanRun(int pageShift, SpanRow row, BlockShape shape, MarkMemory memory)
    {
        _row = row;
        _shape = shape;
        ulong last = row.First + (ulong)shape.Extent - 1;
        bool aligned = ((row.First | (ulong)shape.Stride) & 7) == 0;
        if (shape.Rule == ScanRule.All && shape.Copies == 1 && aligned && row.First >> pageShift == last >> pageShift)
        {
            _page = memory.ToPageEnd(row.First);
            _isPlain = true;
        }
    }

    public readonly void Read<TSink>(BlockScan scan, int block, int count, ref TSink sink)
        where TSink : struct, ICandidateSink, allows ref struct
    {
        int index = block - _row.FirstBlock;
        if (!_isPlain)
        {
            for (int i = 0; i < count; i++)
            {
                scan.Block(_row.First + ((ulong)(index + i) * (ulong)_shape.Stride), _shape, ref sink);
            }

            return;
        }

        int stride = (int)_shape.Stride;
        int size = (int)_shape.Size & ~7;
        if (size == stride)
        {
            Part(scan, index * stride, count * stride, ref sink);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            Part(scan, (index + i) * stride, size, ref sink);
        }
    }

    private readonly void Part<TSink>(BlockScan scan, int start, int length, ref TSink sink)
        where TSink : struct, ICandidateSink, allows ref struct
    {
        if (start < _page.Length)
        {
            scan.Page(_page.Slice(start, Math.Min(length, _page.Length - start) & ~7), 0, ref sink);
        }
    }
}
