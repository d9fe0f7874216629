using Leakstat.Dump.Files;

namespace Leakstat.Dump.Containers;

/// <summary>A segment of an ELF dump.</summary>
/// <param name="Address">Physical address.</param>
/// <param name="Offset">Place in the file.</param>
/// <param name="Length">Bytes in the file.</param>
internal readonly record struct DumpSegment(ulong Address, long Offset, long Length);

/// <summary>Pages of an ELF dump: a few stretches of physical memory.</summary>
internal sealed class SegmentMemory : PhysicalMemory
{
    private readonly DumpBytes _bytes;
    private readonly PhysicalRun[] _runs;
    private readonly long[] _offsets;
    private readonly int _count;
    private DumpSegment[] _segments = [];

    private SegmentMemory(DumpBytes bytes, PhysicalRun[] runs, long[] offsets, int count, int cut)
    {
        _bytes = bytes;
        _runs = runs;
        _offsets = offsets;
        _count = count;
        PagesCutOff = cut;
    }

    public override int PageCount => _count;

    public override IReadOnlyList<PhysicalRun> Runs => _runs;

    /// <summary>Orders the segments; parts of pages, and what overlaps an earlier segment, are left out.</summary>
    public static SegmentMemory? Read(DumpBytes bytes, IEnumerable<DumpSegment> segments, int pageSize)
    {
        var runs = new List<PhysicalRun>();
        var offsets = new List<long>();
        ulong size = (ulong)pageSize;
        ulong next = 0;
        long count = 0;
        long cut = 0;
        DumpSegment[] all = [.. segments];
        foreach (DumpSegment segment in all.OrderBy(s => s.Address).ThenBy(s => s.Offset))
        {
            if (segment.Length <= 0
                || segment.Offset < 0
                || segment.Address > ulong.MaxValue - (ulong)segment.Length - size)
            {
                continue;
            }

            ulong start = Math.Max(next, (segment.Address + size - 1) / size * size);
            ulong end = (segment.Address + (ulong)segment.Length) / size * size;
            if (end <= start)
            {
                continue;
            }

            long offset = segment.Offset + (long)(start - segment.Address);
            long pages = (long)((end - start) / size);
            long present = Math.Clamp((bytes.Length - offset) / pageSize, 0, pages);
            cut += pages - present;
            if (present > 0)
            {
                if (count + present > int.MaxValue)
                {
                    return null;
                }

                runs.Add(new PhysicalRun(start, (int)count, (int)present));
                offsets.Add(offset);
                count += present;
            }

            next = end;
        }

        return new SegmentMemory(bytes, [.. runs], [.. offsets], (int)count, (int)Math.Min(cut, int.MaxValue))
        {
            PageSize = pageSize,
            _segments = all,
        };
    }

    /// <summary>
    /// The same memory in pages of another size, which an ELF dump does not tell; null where it has none of them.
    /// </summary>
    public SegmentMemory? InPagesOf(int pageSize) => pageSize == PageSize ? this
        : Read(_bytes, _segments, pageSize) is { PageCount: > 0 } other ? other : null;

    public override int SlotOf(ulong physicalAddress)
    {
        int low = 0;
        int high = _runs.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            PhysicalRun run = _runs[middle];
            if (physicalAddress < run.Address)
            {
                high = middle - 1;
                continue;
            }

            ulong within = (physicalAddress - run.Address) / (ulong)PageSize;
            if (within < (ulong)run.Pages)
            {
                return run.FirstSlot + (int)within;
            }

            low = middle + 1;
        }

        return -1;
    }

    public override ReadOnlySpan<byte> Page(int slot)
    {
        if ((uint)slot >= (uint)_count)
        {
            return default;
        }

        int low = 0;
        int high = _runs.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (_runs[middle].FirstSlot <= slot)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _bytes.Span(_offsets[low] + ((long)(slot - _runs[low].FirstSlot) * PageSize), PageSize);
    }
}
