namespace Leakstat.Dump.Containers;

/// <summary>The page tables of amd64, of 4 or 5 levels (<c>sys/amd64/amd64/pmap.c</c>).</summary>
internal sealed class Amd64PageWalk(
    PhysicalMemory physical, ulong top, int levels) : PageWalk(physical, top & Amd64Entry.Frame, levels, pageShift: 12)
{
    private readonly int _levels = levels;

    protected override EntryKind Read(ulong entry, int level, out ulong frame)
    {
        frame = entry & Amd64Entry.Frame;
        return (entry & Amd64Entry.Valid) == 0 ? EntryKind.None
            : level == 1 || (level <= 3 && (entry & Amd64Entry.Large) != 0) ? EntryKind.Leaf
            : EntryKind.Table;
    }

    protected override ulong Extend(ulong address)
    {
        int bits = 12 + (9 * _levels);
        return (address >> (bits - 1) & 1) != 0 ? address | (ulong.MaxValue << bits) : address;
    }

    protected override bool IsCanonical(ulong address) => (long)address >> (11 + (9 * _levels)) is 0 or -1;
}
