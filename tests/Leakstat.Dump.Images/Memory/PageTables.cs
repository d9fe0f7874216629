using System.Buffers.Binary;

namespace Leakstat.Dump.Tests.Image;

/// <summary>Page tables as amd64 has them, made of pages of the machine.</summary>
public sealed class PageTables
{
    private const ulong Present = 0x1;
    private const ulong ReadWrite = 0x2;
    private const ulong AccessedDirty = 0x60;
    private const ulong Large = 0x80;
    private const ulong Global = 0x100;
    private const ulong NoExecute = 1UL << 63;
    private const ulong Frame = 0x000ffffffffff000;

    private readonly PhysicalMemory _memory;
    private readonly Dictionary<(int Level, ulong Index), ulong> _tables = [];
    private readonly int _levels;

    public PageTables(AddressSpace space, int levels)
    {
        _memory = space.Memory;
        _levels = levels;
        Root = _memory.AllocatePage();
        foreach ((ulong address, ulong physical) in space.LargePages)
        {
            Set(Table(2, address, Root, _levels), (address >> 21) & 511, physical | Present | ReadWrite | AccessedDirty | Large | Global);
        }

        foreach ((ulong address, ulong physical) in space.Pages)
        {
            Set(Table(1, address, Root, _levels), (address >> 12) & 511, physical | Present | ReadWrite | AccessedDirty | Global | NoExecute);
        }

        for (ulong page = 0; page < space.Memory.End; page += 1UL << 21)
        {
            ulong address = space.Direct(page);
            Set(Table(2, address, Root, _levels), (address >> 21) & 511, page | Present | ReadWrite | AccessedDirty | Large | Global | NoExecute);
        }
    }

    /// <summary>Physical address of the top level.</summary>
    public ulong Root { get; }

    /// <summary>The entry of the page directory for an address; 0 where there is none.</summary>
    public ulong Directory(ulong address) => _tables.TryGetValue((2, address >> 30), out ulong table)
        ? BinaryPrimitives.ReadUInt64LittleEndian(_memory.Page(table)[(int)(((address >> 21) & 511) * 8)..])
        : 0;

    private ulong Table(int level, ulong address, ulong at, int levelOfAt)
    {
        while (levelOfAt > level)
        {
            int below = levelOfAt - 1;
            ulong key = address >> (12 + (9 * below));
            if (!_tables.TryGetValue((below, key), out ulong table))
            {
                table = _memory.AllocatePage();
                _tables[(below, key)] = table;
                Set(at, key & 511, (table & Frame) | Present | ReadWrite | AccessedDirty);
            }

            at = table;
            levelOfAt = below;
        }

        return at;
    }

    private void Set(ulong table, ulong index, ulong entry) =>
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.Writable(table)[(int)(index * 8)..], entry);
}
