namespace Leakstat.Dump.Containers;

/// <summary>
/// The page tables of the kernel on arm64, of pages of 4 or 16 KiB (<c>sys/arm64/include/pte.h</c>): four levels, the
/// first of
/// which has two entries only with 16 KiB. They translate addresses whose upper 16 bits are set.
/// </summary>
internal sealed class Arm64PageWalk(
    PhysicalMemory physical,
    ulong top) : PageWalk(physical, top, levels: 4, System.Numerics.BitOperations.Log2((uint)physical.PageSize))
{
    private const ulong Upper = 0xffff_0000_0000_0000;

    // A descriptor's upper 14 bits and its lower 12 are attributes (ATTR_MASK).
    private const ulong Attributes = 0xfffc_0000_0000_0fff;
    private readonly ulong _frame = ~Attributes & ~((ulong)physical.PageSize - 1);
    private readonly bool _hasLargest = physical.PageSize == 4096;

    /// <summary>A table or page is 3, a block 1: at the third level, and with 4 KiB at the second (1 GiB).</summary>
    protected override EntryKind Read(ulong entry, int level, out ulong frame)
    {
        frame = entry & _frame;
        return (entry & 3) switch
        {
            3 => level == 1 ? EntryKind.Leaf : EntryKind.Table,
            1 when level == 2 || (level == 3 && _hasLargest) => EntryKind.Leaf,
            _ => EntryKind.None,
        };
    }

    protected override ulong Extend(ulong address) => address | Upper;

    protected override bool IsCanonical(ulong address) => address >= Upper;

    /// <summary>The direct map lies above the kernel map, in the same tables.</summary>
    protected override bool IsInKernelMap(ulong first, ulong last) => last >= KernelStart && first < DirectMapStart;

    /// <summary>Whether the tables map this address to that place; also within the direct map.</summary>
    public bool Maps(ulong address, ulong place) => TryWalk(address, out ulong found) && found == place;
}
