using System.Buffers.Binary;

namespace Leakstat.Dump.Containers;

/// <summary>Walks page tables in a dump of all memory, from the physical address of the top level.</summary>
/// <param name="physical">Memory.</param>
/// <param name="top">Physical address of the top level's table.</param>
/// <param name="levels">Levels; the last has number 1.</param>
/// <param name="pageShift">Logarithm of the bytes of a page, and of a table.</param>
internal abstract class PageWalk(PhysicalMemory physical, ulong top, int levels, int pageShift) : AddressTranslation
{
    private readonly int _indexBits = pageShift - 3;

    /// <summary>What an entry is.</summary>
    protected enum EntryKind
    {
        /// <summary>Nothing is mapped.</summary>
        None,

        /// <summary>It points to a table.</summary>
        Table,

        /// <summary>It maps all that it spans.</summary>
        Leaf,
    }

    public override IEnumerable<KernelMapping> Mappings() => MappingJoin.Join(Walk(top, levels, 0, []));

    public override IEnumerable<ulong> TablePages()
    {
        var tables = new HashSet<ulong>();
        foreach (KernelMapping _ in Walk(top, levels, 0, tables))
        {
            // Walked for the tables.
        }

        return tables;
    }

    /// <summary>What an entry of a level is, and the physical address in it.</summary>
    protected abstract EntryKind Read(ulong entry, int level, out ulong frame);

    /// <summary>
    /// The first address under an entry of the top level: addresses of the upper half are extended by ones.
    /// </summary>
    protected abstract ulong Extend(ulong address);

    /// <summary>Whether an address is one that tables translate.</summary>
    protected abstract bool IsCanonical(ulong address);

    /// <summary>Whether a stretch belongs to the kernel map.</summary>
    protected virtual bool IsInKernelMap(ulong first, ulong last) => last >= KernelStart;

    protected override bool TryWalk(ulong address, out ulong physicalAddress)
    {
        physicalAddress = 0;
        if (!IsCanonical(address))
        {
            return false;
        }

        ulong table = top;
        for (int level = levels; level >= 1; level--)
        {
            int shift = Shift(level);
            EntryKind kind = Read(
                Entry(table, (int)(address >> shift) & ((1 << Bits(level)) - 1)), level, out ulong frame);
            if (kind == EntryKind.None)
            {
                return false;
            }

            if (kind == EntryKind.Leaf)
            {
                ulong span = 1UL << shift;
                physicalAddress = (frame & ~(span - 1)) + (address & (span - 1));
                return true;
            }

            table = frame;
        }

        return false;
    }

    /// <summary>Bits of an index: of 48 address bits, pages of 16 KiB leave one to the first of four levels.</summary>
    private int Bits(int level) => level == 4 ? Math.Min(_indexBits, 48 - Shift(level)) : _indexBits;

    private int Shift(int level) => pageShift + (_indexBits * (level - 1));

    private ulong Entry(ulong table, int index)
    {
        ReadOnlySpan<byte> page = physical.Page(physical.SlotOf(table));
        return page.Length >= (index + 1) * 8 ? BinaryPrimitives.ReadUInt64LittleEndian(page[(index * 8)..]) : 0;
    }

    /// <summary>
    /// Everything in the kernel map. Tables of a sound kernel are there once; damaged ones may run in circles.
    /// </summary>
    private IEnumerable<KernelMapping> Walk(ulong table, int level, ulong start, HashSet<ulong> tables)
    {
        if (physical.SlotOf(table) < 0 || !tables.Add(table))
        {
            yield break;
        }

        int shift = Shift(level);
        int bits = Bits(level);
        for (int i = 0; i < 1 << bits; i++)
        {
            ulong address = start + ((ulong)i << shift);
            if (level == levels)
            {
                address = Extend(address);
            }

            // What of it lies outside is left out further down.
            ulong last = address + ((1UL << shift) - 1);
            if (!IsInKernelMap(address, last))
            {
                continue;
            }

            switch (Read(Entry(table, i), level, out ulong frame))
            {
                case EntryKind.Leaf:
                    yield return new KernelMapping(address, frame & ~((1UL << shift) - 1), 1UL << shift);
                    break;
                case EntryKind.Table when level > 1:
                    foreach (KernelMapping mapping in Walk(frame, level - 1, address, tables))
                    {
                        yield return mapping;
                    }

                    break;
            }
        }
    }
}
