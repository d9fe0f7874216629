using System.Runtime.InteropServices;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Marking;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Leaks;

/// <summary>
/// Which parts of memory without an owner nothing points at. A pointer is the address in the direct map or in the
/// kernel map, the address of a page's vm_page (not of pages of the kernel object: its own tree leads to all), the
/// physical address, and in tables and unowned memory an entry of a page table. It counts in roots, in blocks that
/// are reached, and in parts that are pointed at themselves.
/// </summary>
internal sealed class UnownedSearch
{
    // What points to a table, not to memory (sys/arm64/include/pte.h, L0_TABLE).
    private const ulong TableDescriptor = 3;
    private const ulong Frame = 0x000f_ffff_ffff_f000;

    private readonly KernelDump _dump;
    private readonly UnownedMemory _memory;
    private readonly bool[] _reached;
    private readonly Stack<int> _open = new();
    private readonly HashSet<ulong> _pages;
    private readonly Dictionary<ulong, int> _pageStructures = [];
    private readonly ulong _array;
    private readonly ulong _arrayBytes;
    private readonly ulong _structure;
    private readonly ulong _mask;
    private ulong _lowest = ulong.MaxValue;
    private ulong _highest;

    private UnownedSearch(KernelDump dump, UnownedMemory memory)
    {
        _dump = dump;
        _memory = memory;
        _reached = new bool[memory.Parts.Count];
        _pages = [.. memory.PartPages];
        _mask = ~((ulong)dump.Memory.PageSize - 1);
        _structure = (ulong)Math.Max(1, dump.Types.Size("vm_page"));
        if (dump.Survey.Array is { } array)
        {
            (_array, _arrayBytes) = (array.Address, array.Bytes);
            FindStructures(dump.Types.Offset("vm_page", "phys_addr"), array.Count);
        }

        foreach (UnownedPart part in memory.Parts.Where(p => p.IsRange))
        {
            _lowest = Math.Min(_lowest, part.Address);
            _highest = Math.Max(_highest, part.Address + (ulong)part.Length);
        }
    }

    /// <summary>The parts that nothing points at, by their places in <see cref="UnownedMemory.Parts"/>.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="memory">The parts.</param>
    /// <param name="input">The heap.</param>
    /// <param name="lost">Blocks that are not reached.</param>
    public static List<int> Find(KernelDump dump, UnownedMemory memory, MarkInput input, BlockBits lost)
    {
        if (memory.Parts.Count == 0)
        {
            return [];
        }

        var search = new UnownedSearch(dump, memory);
        search.Roots();
        search.Blocks(input, lost);
        search.Tables();
        search.PartsThatAreReached();
        return [.. Enumerable.Range(0, memory.Parts.Count).Where(part => !search._reached[part])];
    }

    private void FindStructures(int offset, long count)
    {
        for (long i = 0; offset >= 0 && i < count; i++)
        {
            ulong at = _array + ((ulong)i * _structure);
            if (_dump.Memory.TryReadUInt64(at + (ulong)offset, out ulong physical)
                && _memory.PartOf(physical) is >= 0 and int part && !_memory.Parts[part].IsRange)
            {
                _pageStructures[at] = part;
            }
        }
    }

    private void Roots()
    {
        // Words of the vm_page array lead from page to page, in lists that they stood in before they were in use.
        foreach (RootRange root in _dump.Roots.Where(r => r.Kind != RootKind.PageArray))
        {
            bool isTable = root.Kind is RootKind.Boot or RootKind.KernelMap or RootKind.UnknownPage;
            Scan(root.Address, (long)Math.Min(root.Length, long.MaxValue), isTable, leavesOutParts: true);
        }

        // On arm64 the top level of the page tables is a variable of the kernel (sys/arm64/arm64/locore.S).
        if (_dump.Symbols.Address("pagetable_l0_ttbr1") is not 0 and ulong top)
        {
            Scan(top, _dump.Memory.PageSize, isTable: true, leavesOutParts: true);
            NextTables(top);
        }
    }

    // So is the level below it, as pagetable_l1_ttbr1, which kernels without local symbols do not name.
    private void NextTables(ulong top)
    {
        PhysicalMemory physical = _dump.Memory.Physical;
        foreach (ulong entry in MemoryMarshal.Cast<byte, ulong>(_dump.Memory.ToPageEnd(top)).ToArray())
        {
            ulong next = entry & Frame;
            if ((entry & TableDescriptor) == TableDescriptor && _memory.PartOf(next) < 0
                && physical.SlotOf(next) is >= 0 and int slot)
            {
                Take(MemoryMarshal.Cast<byte, ulong>(physical.Page(slot)), isTable: true);
            }
        }
    }

    private void Blocks(MarkInput input, BlockBits lost)
    {
        foreach (int block in input.Allocated.Except(lost).Set())
        {
            BlockShape shape = input.Blocks.ShapeOf(block);
            if (shape.Rule == ScanRule.Nothing)
            {
                continue;
            }

            ulong address = input.Blocks.AddressOf(block);
            for (int copy = 0; copy < Math.Max(1, shape.Copies); copy++)
            {
                Scan(
                    address + ((ulong)copy * (ulong)shape.CopyStride),
                    shape.Rule == ScanRule.FirstWord ? 8 : shape.Size,
                    isTable: false,
                    leavesOutParts: false);
            }
        }
    }

    private void Tables()
    {
        PhysicalMemory physical = _dump.Memory.Physical;
        for (int slot = 0; slot < _dump.PageOwners.Owner.Length; slot++)
        {
            if (_dump.PageOwners.Owner[slot] == PageOwner.PageTable)
            {
                Take(MemoryMarshal.Cast<byte, ulong>(physical.Page(slot)), isTable: true);
            }
        }
    }

    private void PartsThatAreReached()
    {
        while (_open.TryPop(out int part))
        {
            Scan(_memory.Parts[part].Address, _memory.Parts[part].Length, isTable: true, leavesOutParts: false);
        }
    }

    private void Scan(ulong address, long length, bool isTable, bool leavesOutParts)
    {
        while (length >= 8)
        {
            ReadOnlySpan<byte> bytes = _dump.Memory.ToPageEnd(address);
            int page = _dump.Memory.PageSize - (int)(address & ~_mask);
            if (bytes.Length > 0 && !(leavesOutParts && IsPart(address)))
            {
                Take(MemoryMarshal.Cast<byte, ulong>(bytes[..(int)Math.Min(bytes.Length, length)]), isTable);
            }

            address += (ulong)page;
            length -= page;
        }
    }

    private bool IsPart(ulong address) =>
        _dump.Memory.Translation.TryTranslate(address, out ulong physical) && _memory.PartOf(physical) >= 0;

    private void Take(ReadOnlySpan<ulong> words, bool isTable)
    {
        AddressTranslation translation = _dump.Memory.Translation;
        foreach (ulong word in words)
        {
            if (word < (ulong)_dump.Memory.PageSize)
            {
                continue;
            }

            if (translation.IsDirectMap(word))
            {
                Reach(word - translation.DirectMapStart + translation.DirectMapPhysical);
            }
            else if (word - _array < _arrayBytes)
            {
                ulong first = word - ((word - _array) % _structure);
                if (_pageStructures.TryGetValue(first, out int part))
                {
                    Reach(part);
                }
            }
            else if (word >= _lowest && word < _highest)
            {
                if (translation.TryTranslate(word, out ulong physical))
                {
                    Reach(physical);
                }
            }
            else if ((word & ~_mask) == 0)
            {
                Reach(word);
            }
            else if (isTable && (word & 1) != 0 && _memory.PartOf(word & Frame) is >= 0 and int table
                && !_memory.Parts[table].IsRange)
            {
                // Every page of the kernel map has an entry: of a range that says nothing.
                Reach(table);
            }
        }
    }

    private void Reach(ulong physical)
    {
        if (_pages.Contains(physical & _mask))
        {
            Reach(_memory.PartOf(physical));
        }
    }

    private void Reach(int part)
    {
        if (!_reached[part])
        {
            _reached[part] = true;
            _open.Push(part);
        }
    }
}
