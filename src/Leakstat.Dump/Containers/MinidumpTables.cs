using System.Buffers.Binary;
using Leakstat.Dump.Files;

namespace Leakstat.Dump.Containers;

/// <summary>
/// The page tables of a minidump: an array of entries for the kernel map, in the file behind the bitmap. On amd64 up to
/// version 1
/// an entry is a page's, later a page directory's (2 MiB), whose page table lies among the dumped pages
/// (<c>sys/amd64/amd64/minidump_machdep.c</c>); on arm64 always a page's (<c>sys/arm64/arm64/minidump_machdep.c</c>).
/// </summary>
internal sealed class MinidumpTables(
    DumpBytes bytes, long offset, long size, PhysicalMemory physical, TableForm form) : AddressTranslation
{
    private const ulong SuperpageSize = 2UL << 20;
    private readonly long _entries = size / 8;

    public override IEnumerable<KernelMapping> Mappings() =>
        MappingJoin.Join(form == TableForm.Amd64Directory ? DirectoryMappings() : FlatMappings());

    public override IEnumerable<ulong> TablePages()
    {
        if (form != TableForm.Amd64Directory)
        {
            yield break;
        }

        for (long i = NextEntry(0); i < _entries; i = NextEntry(i + 1))
        {
            ulong entry = Entry(i);
            if ((entry & (Amd64Entry.Valid | Amd64Entry.Large)) == Amd64Entry.Valid)
            {
                yield return entry & Amd64Entry.Frame;
            }
        }
    }

    protected override bool TryWalk(ulong address, out ulong physicalAddress)
    {
        physicalAddress = 0;
        ulong within = address - KernelStart;
        if (form != TableForm.Amd64Directory)
        {
            ulong page = (ulong)physical.PageSize;
            ulong flat = within / page;
            return flat < (ulong)_entries && TryFlat(Entry((long)flat), out physicalAddress, address & (page - 1));
        }

        ulong index = within / SuperpageSize;
        ulong entry = index < (ulong)_entries ? Entry((long)index) : 0;
        if ((entry & Amd64Entry.Valid) == 0)
        {
            return false;
        }

        if ((entry & Amd64Entry.Large) != 0)
        {
            physicalAddress = (entry & Amd64Entry.Frame & ~(SuperpageSize - 1)) + (address & (SuperpageSize - 1));
            return true;
        }

        ReadOnlySpan<byte> table = physical.Page(physical.SlotOf(entry & Amd64Entry.Frame));
        int place = (int)(address >> 12 & 511) * 8;
        return table.Length >= place + 8
            && TryFlat(BinaryPrimitives.ReadUInt64LittleEndian(table[place..]), out physicalAddress, address & 4095);
    }

    private bool TryFlat(ulong entry, out ulong physicalAddress, ulong within)
    {
        if (form == TableForm.Arm64Pages)
        {
            physicalAddress = Arm64Entry.FrameOf(entry, physical.PageSize) + within;
            return (entry & Arm64Entry.Kind) == Arm64Entry.Table;
        }

        physicalAddress = (entry & Amd64Entry.Frame) + within;
        return (entry & Amd64Entry.Valid) != 0;
    }

    private ulong Entry(long index) => bytes.TryReadUInt64(offset + (index * 8), out ulong entry) ? entry : 0;

    /// <summary>The first entry from <paramref name="index"/> on that is not 0: nearly all are.</summary>
    private long NextEntry(long index)
    {
        while (index < _entries)
        {
            ReadOnlySpan<byte> part = bytes.Span(offset + (index * 8), (int)Math.Min(1 << 20, (_entries - index) * 8));
            if (part.IsEmpty)
            {
                return _entries;
            }

            int found = part.IndexOfAnyExcept((byte)0);
            if (found >= 0)
            {
                return index + (found / 8);
            }

            index += Math.Max(1, part.Length / 8);
        }

        return _entries;
    }

    private IEnumerable<KernelMapping> FlatMappings()
    {
        ulong page = (ulong)physical.PageSize;
        for (long i = NextEntry(0); i < _entries; i = NextEntry(i + 1))
        {
            if (TryFlat(Entry(i), out ulong pa, 0))
            {
                yield return new KernelMapping(KernelStart + ((ulong)i * page), pa, page);
            }
        }
    }

    private IEnumerable<KernelMapping> DirectoryMappings()
    {
        for (long i = NextEntry(0); i < _entries; i = NextEntry(i + 1))
        {
            ulong entry = Entry(i);
            ulong start = KernelStart + ((ulong)i * SuperpageSize);
            if ((entry & Amd64Entry.Valid) == 0)
            {
                continue;
            }

            if ((entry & Amd64Entry.Large) != 0)
            {
                yield return new KernelMapping(start, entry & Amd64Entry.Frame & ~(SuperpageSize - 1), SuperpageSize);
                continue;
            }

            int slot = physical.SlotOf(entry & Amd64Entry.Frame);
            for (int j = 0; j < 512; j++)
            {
                ReadOnlySpan<byte> table = physical.Page(slot);
                if (table.Length < (j + 1) * 8)
                {
                    break;
                }

                ulong leaf = BinaryPrimitives.ReadUInt64LittleEndian(table[(j * 8)..]);
                if ((leaf & Amd64Entry.Valid) != 0)
                {
                    yield return new KernelMapping(start + ((ulong)j << 12), leaf & Amd64Entry.Frame, 4096);
                }
            }
        }
    }
}

/// <summary>What an entry of a minidump's page tables stands for.</summary>
internal enum TableForm
{
    /// <summary>amd64, version 1: 4 KiB pages.</summary>
    Amd64Pages,

    /// <summary>amd64, versions 2 and 3: page directory entries.</summary>
    Amd64Directory,

    /// <summary>arm64: pages.</summary>
    Arm64Pages,
}

/// <summary>Bits of a page table entry of amd64.</summary>
internal static class Amd64Entry
{
    /// <summary>Valid.</summary>
    public const ulong Valid = 1;

    /// <summary>Page size: a large page rather than a table.</summary>
    public const ulong Large = 0x80;

    /// <summary>Physical address.</summary>
    public const ulong Frame = 0x000f_ffff_ffff_f000;
}

/// <summary>Bits of a page table entry of arm64 (<c>sys/arm64/include/pte.h</c>).</summary>
internal static class Arm64Entry
{
    /// <summary>The bits that say what it is.</summary>
    public const ulong Kind = 3;

    /// <summary>A block of pages.</summary>
    public const ulong Block = 1;

    /// <summary>A table; at the last level a page.</summary>
    public const ulong Table = 3;

    // The upper 14 bits and the lower 12 are attributes (ATTR_MASK).
    private const ulong Address = 0x0003_ffff_ffff_f000;

    /// <summary>The physical address in it: of large pages it takes less bits.</summary>
    public static ulong FrameOf(ulong entry, int pageSize) => entry & Address & ~((ulong)pageSize - 1);
}

/// <summary>Joins neighbouring mappings.</summary>
internal static class MappingJoin
{
    /// <summary>Joins what follows both virtually and physically.</summary>
    public static IEnumerable<KernelMapping> Join(IEnumerable<KernelMapping> mappings)
    {
        KernelMapping current = default;
        foreach (KernelMapping next in mappings)
        {
            if (current.Length > 0
                && next.Address == current.Address + current.Length
                && next.Physical == current.Physical + current.Length)
            {
                current = current with { Length = current.Length + next.Length };
                continue;
            }

            if (current.Length > 0)
            {
                yield return current;
            }

            current = next;
        }

        if (current.Length > 0)
        {
            yield return current;
        }
    }
}
