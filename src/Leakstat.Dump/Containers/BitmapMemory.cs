using System.Buffers.Binary;
using System.Numerics;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;
using Leakstat.Model;

namespace Leakstat.Dump.Containers;

/// <summary>
/// Pages of a minidump: a bitmap says which are present, and they follow each other in the file. A page's place is the
/// number of
/// set bits before its own; sums for every 512 bits make that quick.
/// </summary>
internal sealed class BitmapMemory : PhysicalMemory
{
    private const int BitsPerSum = 512;
    private readonly DumpBytes _bytes;
    private readonly long _bitmap;
    private readonly long _data;
    private readonly BitRange[] _ranges;
    private readonly int[] _sums;
    private readonly List<PhysicalRun> _runs = [];
    private readonly int _count;

    private BitmapMemory(DumpBytes bytes, long bitmap, long data, BitRange[] ranges, int[] sums, int pageSize)
    {
        _bytes = bytes;
        _bitmap = bitmap;
        _data = data;
        _ranges = ranges;
        _sums = sums;
        PageShift = BitOperations.TrailingZeroCount(pageSize);
        _count = (int)Math.Min(sums[^1], Math.Max(0, bytes.Length - data) >> PageShift);
        PagesCutOff = sums[^1] - _count;
    }

    public override int PageCount => _count;

    public override IReadOnlyList<PhysicalRun> Runs => _runs;

    private int PageShift { get; }

    /// <summary>Reads the bitmap; null where it says more than any file could hold.</summary>
    /// <param name="bytes">The dump.</param>
    /// <param name="bitmap">Offset of the bitmap; it lies within the file.</param>
    /// <param name="bitmapSize">Bytes of it, a multiple of 8.</param>
    /// <param name="data">Offset of the first page.</param>
    /// <param name="avail">Physical ranges that bits are counted over; empty where a bit's number is the
    /// page's.</param>
    /// <param name="pageSize">Bytes of a page.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="problems">Where crossing one is reported.</param>
    public static BitmapMemory? Read(
        DumpBytes bytes, long bitmap, long bitmapSize, long data, IReadOnlyList<(ulong Start, ulong End)> avail,
        int pageSize, DumpLimits limits, DumpProblems problems)
    {
        long bits = bitmapSize * 8;
        BitRange[] ranges = Ranges(avail, pageSize, bits);
        int[] sums = new int[(bits / BitsPerSum) + 2];
        long sum = 0;
        for (int i = 0; i < sums.Length - 1; i++)
        {
            sums[i] = (int)sum;
            ReadOnlySpan<byte> part = bytes.Span(
                bitmap + ((long)i * BitsPerSum / 8),
                (int)Math.Min(BitsPerSum / 8, bitmapSize - ((long)i * BitsPerSum / 8)));
            for (; part.Length >= 8; part = part[8..])
            {
                sum += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(part));
            }

            if (sum > int.MaxValue)
            {
                return null;
            }
        }

        sums[^1] = (int)sum;
        var memory = new BitmapMemory(bytes, bitmap, data, ranges, sums, pageSize) { PageSize = pageSize };
        memory.FindRuns(bits, limits, problems);
        return memory;
    }

    public override int SlotOf(ulong physicalAddress)
    {
        ulong frame = physicalAddress >> PageShift;
        foreach (ref readonly BitRange range in _ranges.AsSpan())
        {
            ulong within = frame - range.FirstFrame;
            if (within < range.Frames)
            {
                int slot = Rank(range.FirstBit + (long)within);
                return slot < _count ? slot : -1;
            }
        }

        return -1;
    }

    public override double? ShareBefore(ulong physicalAddress)
    {
        ulong frame = physicalAddress >> PageShift;
        BitRange last = _ranges.Length > 0 ? _ranges[^1] : default;
        double all = last.FirstBit + (double)last.Frames;
        foreach (ref readonly BitRange range in _ranges.AsSpan())
        {
            ulong within = frame - range.FirstFrame;
            if (within < range.Frames)
            {
                return (range.FirstBit + (double)within) / all;
            }
        }

        return null;
    }

    public override ReadOnlySpan<byte> Page(int slot) =>
        (uint)slot < (uint)_count ? _bytes.Span(_data + ((long)slot << PageShift), PageSize) : default;

    /// <summary>Ranges of frames and the bit of their first, cut to the bits there are, without overlaps.</summary>
    private static BitRange[] Ranges(IReadOnlyList<(ulong Start, ulong End)> avail, int pageSize, long bits)
    {
        int shift = BitOperations.TrailingZeroCount(pageSize);
        if (avail.Count == 0)
        {
            return [new BitRange(0, (ulong)bits, 0)];
        }

        var ranges = new List<BitRange>();
        long bit = 0;
        ulong next = 0;
        foreach ((ulong start, ulong end) in avail)
        {
            ulong first = start >> shift;
            ulong last = (end >> shift) + (end % (ulong)pageSize == 0 ? 0UL : 1UL);
            if (last <= first || first < next || bit >= bits)
            {
                break;
            }

            ulong frames = Math.Min(last - first, (ulong)(bits - bit));
            ranges.Add(new BitRange(first, frames, bit));
            bit += (long)frames;
            next = last;
        }

        return [.. ranges];
    }

    /// <summary>Set bits before that one; −1 where it is not set itself.</summary>
    private int Rank(long bit)
    {
        int group = (int)(bit / BitsPerSum);
        int rank = _sums[group];
        ReadOnlySpan<byte> part = _bytes.Span(_bitmap + ((long)group * BitsPerSum / 8), BitsPerSum / 8);
        int word = (int)(bit % BitsPerSum) / 64;
        if (part.Length < (word + 1) * 8)
        {
            return -1;
        }

        for (int i = 0; i < word; i++)
        {
            rank += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(part[(i * 8)..]));
        }

        ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(part[(word * 8)..]);
        ulong mask = 1UL << (int)(bit & 63);
        return (bits & mask) == 0 ? -1 : rank + BitOperations.PopCount(bits & (mask - 1));
    }

    private void FindRuns(long bits, DumpLimits limits, DumpProblems problems)
    {
        int slot = 0;
        foreach (BitRange range in _ranges)
        {
            // Bits before a range belong to none: they count as pages of the file all the same.
            slot = Math.Max(slot, CountBefore(range.FirstBit));
            long end = Math.Min(bits, range.FirstBit + (long)range.Frames);
            for (long bit = NextSet(range.FirstBit, end); bit < end && slot < _count;)
            {
                long clear = NextClear(bit, end);
                int pages = (int)Math.Min(clear - bit, _count - slot);
                if (_runs.Count >= limits.PhysicalRuns)
                {
                    problems.Add(
                        DiagnosticId.TooMany,
                        _bytes.Name,
                        $"its pages lie in more than {limits.PhysicalRuns} pieces; those beyond are not listed");
                    return;
                }

                _runs.Add(
                    new PhysicalRun((range.FirstFrame + (ulong)(bit - range.FirstBit)) << PageShift, slot, pages));
                slot += pages;
                bit = NextSet(clear, end);
            }
        }
    }

    private int CountBefore(long bit)
    {
        int group = (int)(bit / BitsPerSum);
        int count = _sums[group];
        for (long b = (long)group * BitsPerSum; b < bit; b++)
        {
            count += (int)((Word(b) >> (int)(b & 63)) & 1);
        }

        return count;
    }

    private ulong Word(long bit)
    {
        ReadOnlySpan<byte> part = _bytes.Span(_bitmap + (bit / 64 * 8), 8);
        return part.Length == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(part) : 0;
    }

    private long NextSet(long bit, long end)
    {
        while (bit < end)
        {
            ulong word = Word(bit) >> (int)(bit & 63);
            if (word != 0)
            {
                return Math.Min(end, bit + BitOperations.TrailingZeroCount(word));
            }

            bit = (bit | 63) + 1;
        }

        return end;
    }

    private long NextClear(long bit, long end)
    {
        while (bit < end)
        {
            ulong word = ~Word(bit) >> (int)(bit & 63);
            if (word != 0)
            {
                return Math.Min(end, bit + BitOperations.TrailingZeroCount(word));
            }

            bit = (bit | 63) + 1;
        }

        return end;
    }

    private readonly record struct BitRange(ulong FirstFrame, ulong Frames, long FirstBit);
}
