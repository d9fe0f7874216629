using System.Numerics;

namespace Leakstat.Dump.Containers;

/// <summary>
/// The page tables of the kernel on arm64, of pages of 4 or 16 KiB (<c>sys/arm64/include/pte.h</c>): four levels, the
/// first of which has two entries only with 16 KiB. They translate addresses whose upper 16 bits are set.
/// </summary>
internal sealed class Arm64PageWalk(PhysicalMemory physical, ulong top)
    : PageWalk(physical, top, levels: 4, BitOperations.Log2((uint)physical.PageSize))
{
    // VM_MIN_KERNEL_ADDRESS.
    private const ulong Upper = 0xffff_0000_0000_0000;

    private readonly int _pageSize = physical.PageSize;

    /// <summary>
    /// Where the direct map may begin: DMAP_MIN_ADDRESS of 13 to 15, and of 11 and 12
    /// (<c>sys/arm64/include/vmparam.h</c>).
    /// </summary>
    public static ReadOnlySpan<ulong> DirectMaps => [0xffff_a000_0000_0000, 0xffff_fd00_0000_0000];

    /// <summary>The tables of a kernel.</summary>
    /// <param name="physical">Memory, in pages of its size.</param>
    /// <param name="top">Physical address of the top level (<c>pagetable_l0_ttbr1</c>).</param>
    /// <param name="directMap">First address of the direct map, and the one behind it.</param>
    /// <param name="directPhysical">Physical address that the direct map begins with.</param>
    public static Arm64PageWalk Of(
        PhysicalMemory physical, ulong top, (ulong Start, ulong End) directMap, ulong directPhysical) =>
        new(physical, top)
        {
            DirectMapStart = directMap.Start,
            DirectMapEnd = directMap.End,
            DirectMapPhysical = directPhysical,
            KernelStart = Upper,
        };

    /// <summary>A table or page is 3, a block 1: at level 2, and with 4 KiB at level 3 (1 GiB).</summary>
    protected override EntryKind Read(ulong entry, int level, out ulong frame)
    {
        frame = Arm64Entry.FrameOf(entry, _pageSize);
        return (entry & Arm64Entry.Kind) switch
        {
            Arm64Entry.Table => level == 1 ? EntryKind.Leaf : EntryKind.Table,
            Arm64Entry.Block when level == 2 || (level == 3 && _pageSize == 4096) => EntryKind.Leaf,
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
