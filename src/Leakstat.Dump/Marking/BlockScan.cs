using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Leakstat.Dump.Marking;

/// <summary>
/// Reads the words of blocks and roots and collects those that may be references, as addresses. One for each thread.
/// The one place
/// that knows which words count and in which forms a reference is stored; marking, the graph of lost blocks and the
/// search for
/// references all read through it.
/// </summary>
internal sealed class BlockScan(MarkInput input)
{
    // A batch is handed over when so many candidates have come together, and at most as many words are looked at until
    // the next
    // time it is asked whether it is full.
    private const int BatchWords = 512;
    private const int OffsetStart = (BatchWords * 2) + 8;
    private const ulong WordMask = 7;

    /// <summary>The most candidates that are handed over at once in each of the two forms.</summary>
    public const int MostCandidates = BatchWords * 2;

    /// <summary>Bytes one of these holds.</summary>
    public const long Bytes = ((BatchWords * 4) + 16) * 8L;

    private readonly BlockTable _blocks = input.Blocks;
    private readonly MarkMemory _memory = input.Memory;
    private readonly ulong _low = input.Blocks.Lowest;
    private readonly ulong _span = input.Blocks.Highest - input.Blocks.Lowest;
    private readonly bool _any = input.Blocks.Highest >= input.Blocks.Lowest;
    private readonly OffsetRange _offsets = OffsetRange.Of(input);
    private readonly ulong[] _buffer = new ulong[(BatchWords * 4) + 16];
    private readonly WordRun[] _runs = new WordRun[BlockReader.MaxRuns];
    private ulong[] _whole = [];
    private int _plain;
    private int _offset;

    /// <summary>Words read.</summary>
    public long Words { get; private set; }

    /// <summary>Addresses collected since the last <see cref="Clear"/>.</summary>
    public ReadOnlySpan<ulong> Plain => _buffer.AsSpan(0, _plain);

    /// <summary>Addresses that were stored as offsets; only blocks whose shape says so count.</summary>
    public ReadOnlySpan<ulong> Offsets => _buffer.AsSpan(OffsetStart, _offset);

    /// <summary>Whether anything is collected.</summary>
    public bool HasAny => (_plain | _offset) != 0;

    private bool IsFull => _plain > BatchWords || _offset > BatchWords;

    /// <summary>Forgets what was collected.</summary>
    public void Clear()
    {
        _plain = 0;
        _offset = 0;
    }

    /// <summary>Reads a stretch of memory and hands over candidates whenever there are many; some may remain.</summary>
    public void Stretch<TSink>(ulong first, ulong length, ulong added, ref TSink sink)
        where TSink : struct, ICandidateSink, allows ref struct
    {
        ulong address = (first + WordMask) & ~WordMask;
        ulong end = (first + length) & ~WordMask;
        if (!_any)
        {
            return;
        }

        while (address < end)
        {
            ReadOnlySpan<byte> page = _memory.ToPageEnd(address);
            if (page.Length < 8)
            {
                address = NextPage(address);
                continue;
            }

            int words = (int)Math.Min((ulong)page.Length, end - address) / 8;
            address += (ulong)words * 8;
            Page(page[..(words * 8)], added, ref sink);
        }
    }

    /// <summary>Reads a root, or a piece of it that begins with a whole record.</summary>
    public void Root<TSink>(in MarkRoot root, ref TSink sink)
        where TSink : struct, ICandidateSink, allows ref struct
    {
        if (root.Step <= 0)
        {
            Stretch(root.Address, root.Length, 0, ref sink);
            return;
        }

        for (ulong at = 0; at < root.Length && root.Offset >= 0 && root.Size > 0; at += (ulong)root.Step)
        {
            Stretch(root.Address + at + (ulong)root.Offset, (ulong)root.Size, 0, ref sink);
        }
    }

    /// <summary>Reads words that are at hand, from a place that is a multiple of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Page<TSink>(ReadOnlySpan<byte> bytes, ulong added, ref TSink sink)
        where TSink : struct, ICandidateSink, allows ref struct
    {
        ref ulong word = ref Unsafe.As<byte, ulong>(ref MemoryMarshal.GetReference(bytes));
        for (int words = bytes.Length / 8; words > 0;)
        {
            int part = Math.Min(words, BatchWords);
            Take(ref word, part, added);
            word = ref Unsafe.Add(ref word, part);
            words -= part;
            if (IsFull)
            {
                sink.Take(this);
                Clear();
            }
        }
    }

    /// <summary>Reads those words of a block that its shape says are references, and those of its copies.</summary>
    public void Block<TSink>(ulong address, BlockShape shape, ref TSink sink)
        where TSink : struct, ICandidateSink, allows ref struct
    {
        for (int copy = 0; copy < shape.Copies; copy++, address += (ulong)shape.CopyStride)
        {
            switch (shape.Rule)
            {
                case ScanRule.All:
                    Stretch(address, (ulong)shape.Size, 0, ref sink);
                    break;
                case ScanRule.FirstWord:
                    Stretch(address, (ulong)Math.Min(8, shape.Size), 0, ref sink);
                    break;
                case ScanRule.Reader:
                    Runs(address, shape, ref sink);
                    break;
            }
        }
    }

    private void Runs<TSink>(ulong address, BlockShape shape, ref TSink sink)
        where TSink : struct, ICandidateSink, allows ref struct
    {
        int size = (int)Math.Min(shape.Size, 1 << 16) & ~7;
        if (!TryWhole(address, size, out ReadOnlySpan<ulong> words))
        {
            Stretch(address, (ulong)shape.Size, 0, ref sink);
            return;
        }

        int runs = Math.Min(shape.Reader!.Read(words, _runs), _runs.Length);
        for (int i = 0; i < runs; i++)
        {
            WordRun run = _runs[i];
            if (run.First >= 0 && run.Count > 0 && run.First < words.Length)
            {
                Stretch(
                    address + ((ulong)run.First * 8),
                    (ulong)Math.Min(run.Count, words.Length - run.First) * 8,
                    run.Added,
                    ref sink);
            }
        }
    }

    private bool TryWhole(ulong address, int size, out ReadOnlySpan<ulong> words)
    {
        ReadOnlySpan<byte> page = _memory.ToPageEnd(address);
        if (page.Length >= size)
        {
            words = MemoryMarshal.Cast<byte, ulong>(page[..size]);
            return true;
        }

        if (_whole.Length < size / 8)
        {
            _whole = new ulong[size / 8];
        }

        Span<byte> whole = MemoryMarshal.AsBytes(_whole.AsSpan(0, size / 8));
        words = _whole.AsSpan(0, size / 8);
        for (int done = 0; done < size;)
        {
            page = _memory.ToPageEnd(address + (ulong)done);
            if (page.IsEmpty)
            {
                return false;
            }

            int part = Math.Min(page.Length, size - done);
            page[..part].CopyTo(whole[done..]);
            done += part;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take(ref ulong word, int words, ulong added)
    {
        Words += words;
        ref ulong buffer = ref MemoryMarshal.GetArrayDataReference(_buffer);
        _plain += WordFilter.Select(ref word, words, _low - added, _span, added, ref Unsafe.Add(ref buffer, _plain));
        if (_offsets.IsUsed)
        {
            _offset += WordFilter.Select(
                ref word, words, _offsets.Low, _offsets.Span, _offsets.Added, ref Unsafe.Add(
                    ref buffer, OffsetStart + _offset));
        }
    }

    private ulong NextPage(ulong address)
    {
        ulong next = ((address >> _blocks.PageShift) + 1) << _blocks.PageShift;
        return next == 0 ? ulong.MaxValue : next;
    }
}

/// <summary>Takes the candidates a scan has collected.</summary>
internal interface ICandidateSink
{
    /// <summary>Looks at what the scan holds; the scan forgets it afterwards.</summary>
    void Take(BlockScan scan);
}

/// <summary>The values under which blocks that are stored as offsets may be found.</summary>
internal readonly record struct OffsetRange(bool IsUsed, ulong Low, ulong Span, ulong Added)
{
    public static OffsetRange Of(MarkInput input)
    {
        if (input.StoredOffset == 0)
        {
            return default;
        }

        ulong lowest = ulong.MaxValue;
        ulong highest = 0;
        ReadOnlySpan<ShapeRow> rows = input.Blocks.Rows;
        foreach (ref readonly SpanRow span in input.Blocks.Spans)
        {
            ref readonly ShapeRow row = ref rows[span.Shape];
            if (row.IsStoredAsOffset)
            {
                lowest = Math.Min(lowest, span.First);
                highest = Math.Max(highest, span.First + row.Extent - 1);
            }
        }

        return lowest <= highest
            ? new OffsetRange(true, lowest - input.StoredOffset, highest - lowest, input.StoredOffset)
            : default;
    }
}
