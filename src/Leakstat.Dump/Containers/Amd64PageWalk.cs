using System.Buffers.Binary;

namespace Leakstat.Dump.Containers;

/// <summary>Walks the page tables of amd64 in a dump of all memory, from the physical address of the top level (4 or 5 levels).</summary>
internal sealed class Amd64PageWalk(PhysicalMemory physical, ulong top, int levels) : AddressTranslation
{
    private readonly ulong _root = top & Amd64Entry.Frame;

    /// <summary>Whether an address is canonical for the number of levels.</summary>
    private bool IsCanonical(ulong address) => (long)address >> (11 + (9 * levels)) is 0 or -1;

    public override IEnumerable<KernelMapping> Mappings() => MappingJoin.Join(Walk(_root, levels, 0, tables: null));

    public override IEnumerable<ulong> TablePages()
    {
        var tables = new List<ulong>();
        foreach (KernelMapping _ in Walk(_root, levels, 0, tables))
        {
            // Walked for the tables.
        }

        return tables;
    }

    protected override bool TryWalk(ulong address, out ulong physicalAddress)
    {
        physicalAddress = 0;
        if (!IsCanonical(address))
        {
            return false;
        }

        ulong table = _root;
        for (int level = levels; level >= 1; level--)
        {
            int shift = 3 + (9 * level);
            ulong entry = Entry(table, (int)(address >> shift & 511));
            if ((entry & Amd64Entry.Valid) == 0)
            {
                return false;
            }

            ulong span = 1UL << shift;
            if (level == 1 || (level <= 3 && (entry & Amd64Entry.Large) != 0))
            {
                physicalAddress = (entry & Amd64Entry.Frame & ~(span - 1)) + (address & (span - 1));
                return true;
            }

            table = entry & Amd64Entry.Frame;
        }

        return false;
    }

    private ulong Entry(ulong table, int index)
    {
        ReadOnlySpan<byte> page = physical.Page(physical.SlotOf(table));
        return page.Length >= (index + 1) * 8 ? BinaryPrimitives.ReadUInt64LittleEndian(page[(index * 8)..]) : 0;
    }

    /// <summary>Everything mapped from <see cref="AddressTranslation.KernelStart"/> on.</summary>
    private IEnumerable<KernelMapping> Walk(ulong table, int level, ulong start, List<ulong>? tables)
    {
        int shift = 3 + (9 * level);
        ulong span = 1UL << shift;
        if (physical.SlotOf(table) < 0)
        {
            yield break;
        }

        tables?.Add(table);
        for (int i = 0; i < 512; i++)
        {
            ulong address = start + ((ulong)i << shift);
            if (level == levels && i >= 256)
            {
                // The upper half: sign-extended.
                address |= ulong.MaxValue << (shift + 9);
            }

            // The last address of what the entry spans tells whether any of it is in the kernel map.
            if (address + (span - 1) < KernelStart)
            {
                continue;
            }

            ulong entry = Entry(table, i);
            if ((entry & Amd64Entry.Valid) == 0)
            {
                continue;
            }

            if (level == 1 || (level <= 3 && (entry & Amd64Entry.Large) != 0))
            {
                yield return new KernelMapping(address, entry & Amd64Entry.Frame & ~(span - 1), span);
                continue;
            }

            foreach (KernelMapping mapping in Walk(entry & Amd64Entry.Frame, level - 1, address, tables))
            {
                yield return mapping;
            }
        }
    }
}
