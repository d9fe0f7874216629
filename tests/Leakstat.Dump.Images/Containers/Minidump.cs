namespace Leakstat.Dump.Tests.Image;

/// <summary>
/// Minidumps (<c>sys/amd64/amd64/minidump_machdep.c</c>, <c>sys/arm64/arm64/minidump_machdep.c</c>): header, message
/// buffer, from version 3 (arm64: 2) the ranges of memory, bitmap, page tables, pages.
/// </summary>
public static class Minidump
{
    private const int Page = PhysicalMemory.PageSize;

    /// <summary>The dump; the version is the release's unless another is asked for.</summary>
    /// <param name="crashed">The machine.</param>
    /// <param name="version">Version of the header.</param>
    /// <param name="isLeftOut">Pages that are not written: by their physical address, and their bit's place in the bitmap from 0 to 1.</param>
    public static byte[] Of(CrashedMachine crashed, uint? version = null, Func<ulong, double, bool>? isLeftOut = null)
    {
        Machine machine = crashed.Machine;
        bool arm = machine.Options.IsArm;
        uint number = version ?? (arm ? machine.Release.ArmMinidumpVersion : machine.Release.MinidumpVersion);
        bool hasRanges = number >= (arm ? 2u : 3u);
        byte[] messages = Rounded(machine.System.Messages);
        byte[] ranges = hasRanges ? Ranges(machine.Memory) : [];
        IReadOnlyList<ulong> pages = isLeftOut is null
            ? crashed.DumpedPages
            : [.. crashed.DumpedPages.Where(page => !isLeftOut(page, PlaceInBitmap(machine.Memory, page)))];
        byte[] bitmap = hasRanges ? CountedBitmap(machine.Memory, pages) : FlatBitmap(machine.Memory, pages);
        byte[] tables = arm ? ArmEntries(machine.Space) : number == 1 ? Entries(machine.Space) : Directories(crashed.Tables!, machine.Space.MapStart);
        byte[] header = new byte[Page];
        (arm ? "minidump FreeBSD/arm64"u8 : "minidump FreeBSD/amd64"u8).CopyTo(header);
        ElfWriter.Put(header, 24, number, 4);
        ElfWriter.Put(header, 28, (ulong)machine.System.Messages.Length, 4);
        ElfWriter.Put(header, 32, (ulong)bitmap.Length, 4);
        ElfWriter.Put(header, 36, (ulong)tables.Length, 4);
        ElfWriter.Put(header, 40, machine.Space.MapStart, 8);
        int at = 48;
        if (arm)
        {
            ElfWriter.Put(header, at, machine.Space.DirectPhysical, 8);
            at += 8;
        }

        ElfWriter.Put(header, at, machine.Space.DirectBase, 8);
        ElfWriter.Put(header, at + 8, machine.Space.DirectEnd, 8);
        if (hasRanges)
        {
            ElfWriter.Put(header, at + 16, (ulong)ranges.Length, 4);
        }

        var dump = new MemoryStream(Page + messages.Length + ranges.Length + bitmap.Length + tables.Length + (pages.Count * Page));
        foreach (byte[] part in (byte[][])[header, messages, ranges, bitmap, tables])
        {
            dump.Write(part);
        }

        foreach (ulong page in pages)
        {
            dump.Write(machine.Memory.Page(page));
        }

        return dump.ToArray();
    }

    private static double PlaceInBitmap(PhysicalMemory memory, ulong page)
    {
        double before = 0;
        double all = 0;
        foreach ((ulong start, ulong end) in memory.Ranges)
        {
            before += Math.Min(end, Math.Max(start, page)) - start;
            all += end - start;
        }

        return before / all;
    }

    private static byte[] Rounded(byte[] bytes)
    {
        byte[] rounded = new byte[(bytes.Length + Page - 1) / Page * Page];
        bytes.CopyTo(rounded, 0);
        return rounded;
    }

    private static byte[] Ranges(PhysicalMemory memory)
    {
        byte[] bytes = new byte[Page];
        int at = 0;
        foreach ((ulong start, ulong end) in memory.Ranges)
        {
            ElfWriter.Put(bytes, at, start, 8);
            ElfWriter.Put(bytes, at + 8, end, 8);
            at += 16;
        }

        return bytes;
    }

    /// <summary>A bit for each page from address 0 on.</summary>
    private static byte[] FlatBitmap(PhysicalMemory memory, IReadOnlyList<ulong> pages)
    {
        byte[] bits = Rounded(new byte[(memory.End / Page / 8) + 8]);
        foreach (ulong page in pages)
        {
            bits[page / Page / 8] |= (byte)(1 << (int)(page / Page % 8));
        }

        return bits;
    }

    /// <summary>A bit for each page of the ranges, counted through.</summary>
    private static byte[] CountedBitmap(PhysicalMemory memory, IReadOnlyList<ulong> pages)
    {
        ulong count = memory.Ranges.Aggregate(0UL, (sum, range) => sum + ((range.End - range.Start) / Page));
        byte[] bits = Rounded(new byte[(count / 8) + 8]);
        foreach (ulong page in pages)
        {
            ulong before = 0;
            foreach ((ulong start, ulong end) in memory.Ranges)
            {
                if (page >= start && page < end)
                {
                    ulong bit = before + ((page - start) / Page);
                    bits[bit / 8] |= (byte)(1 << (int)(bit % 8));
                }

                before += (end - start) / Page;
            }
        }

        return bits;
    }

    /// <summary>Version 2 on: a page of directory entries for each GiB of the kernel map.</summary>
    private static byte[] Directories(PageTables tables, ulong start)
    {
        int pages = (int)(unchecked(0 - start) >> 30);
        byte[] bytes = new byte[pages * Page];
        for (int i = 0; i < pages * 512; i++)
        {
            ElfWriter.Put(bytes, i * 8, tables.Directory(start + ((ulong)i << 21)), 8);
        }

        return bytes;
    }

    /// <summary>Version 1: an entry for each page of the kernel map, large ones taken apart.</summary>
    private static byte[] Entries(AddressSpace space)
    {
        byte[] bytes = new byte[(int)(unchecked(0 - space.MapStart) >> 12) * 8];
        foreach ((ulong address, ulong physical) in AllPages(space))
        {
            ElfWriter.Put(bytes, (int)((address - space.MapStart) >> 12) * 8, physical | 0x163, 8);
        }

        return bytes;
    }

    private static byte[] ArmEntries(AddressSpace space)
    {
        ulong last = space.Pages.Keys.Max();
        byte[] bytes = Rounded(new byte[((int)((last - space.MapStart) >> 12) + 1) * 8]);
        foreach ((ulong address, ulong physical) in space.Pages)
        {
            // Valid page, accessed, not executable.
            ElfWriter.Put(bytes, (int)((address - space.MapStart) >> 12) * 8, physical | 0x0060000000000403, 8);
        }

        return bytes;
    }

    private static IEnumerable<(ulong Address, ulong Physical)> AllPages(AddressSpace space)
    {
        foreach ((ulong address, ulong physical) in space.Pages)
        {
            yield return (address, physical);
        }

        foreach ((ulong address, ulong physical) in space.LargePages)
        {
            for (ulong at = 0; at < 0x200000; at += Page)
            {
                yield return (address + at, physical + at);
            }
        }
    }
}
