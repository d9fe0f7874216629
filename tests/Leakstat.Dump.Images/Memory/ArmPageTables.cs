using System.Buffers.Binary;

namespace Leakstat.Dump.Tests.Image;

/// <summary>
/// Page tables as arm64 has them for the upper half of addresses, with pages of 4 or 16 KiB: the first level in the kernel's own data,
/// the rest made of pages of the machine; the direct map of blocks of 2 or 32 MiB (<c>sys/arm64/arm64/pmap.c</c>).
/// </summary>
public sealed class ArmPageTables
{
    private const ulong Table = 3;
    private const ulong Page = 3;
    private const ulong Block = 1;

    // Accessed, inner shareable, write-back; not executable.
    private const ulong Attributes = 0x0060_0000_0000_0710;

    private readonly PhysicalMemory _memory;
    private readonly Dictionary<(int Level, ulong Index), ulong> _tables = [];
    private readonly ulong _root;
    private readonly int _pageShift;

    /// <summary>Maps what the address space has; with pages of 16 KiB what of it lies together in such pages.</summary>
    /// <param name="space">The addresses.</param>
    /// <param name="root">Physical address of the first level.</param>
    /// <param name="next">Physical address of the kernel's table of the second level, in the kernel's own data too.</param>
    /// <param name="pageShift">12 or 14.</param>
    public ArmPageTables(AddressSpace space, ulong root, ulong next, int pageShift)
    {
        _memory = space.Memory;
        _root = root;
        _pageShift = pageShift;
        ulong page = 1UL << pageShift;
        _tables[(0, space.MapStart >> Shift(0))] = next;
        Set(root, Index(0, space.MapStart), next | Table);
        foreach ((ulong address, ulong physical) in space.Pages)
        {
            if (address % page == 0 && physical % page == 0
                && Enumerable.Range(0, (int)(page / 4096)).All(i => space.Pages.GetValueOrDefault(address + ((ulong)i * 4096)) == physical + ((ulong)i * 4096)))
            {
                Set(TableFor(3, address), Index(3, address), physical | Attributes | Page);
            }
        }

        ulong block = 1UL << Shift(2);
        for (ulong at = space.Memory.Ranges[0].Start; at < space.Memory.End; at += block)
        {
            Set(TableFor(2, space.Direct(at)), Index(2, space.Direct(at)), at | Attributes | Block);
        }
    }

    /// <summary>12, 21, 30, 39 from the last level up; 14, 25, 36, 47 with pages of 16 KiB.</summary>
    private int Shift(int level) => _pageShift + ((3 - level) * (_pageShift - 3));

    private ulong Index(int level, ulong address) => (address & 0xffff_ffff_ffff) >> Shift(level) & ((1UL << (_pageShift - 3)) - 1);

    /// <summary>The table of a level that has an address, with those above it.</summary>
    private ulong TableFor(int level, ulong address)
    {
        ulong at = _root;
        for (int above = 0; above < level; above++)
        {
            ulong key = address >> Shift(above);
            if (!_tables.TryGetValue((above, key), out ulong table))
            {
                int pages = 1 << (_pageShift - 12);
                table = _memory.AllocateRun(pages, pages);
                _tables[(above, key)] = table;
                Set(at, Index(above, address), table | Table);
            }

            at = table;
        }

        return at;
    }

    private void Set(ulong table, ulong index, ulong entry)
    {
        ulong at = table + (index * 8);
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.Writable(at & ~4095UL)[(int)(at & 4095)..], entry);
    }
}
