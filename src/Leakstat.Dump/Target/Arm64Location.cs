using Leakstat.Dump.Containers;
using Leakstat.Dump.Elf;

namespace Leakstat.Dump.Target;

/// <summary>
/// Finds the kernel in a dump of all memory of arm64: by its version text. What it says of its page size, its top-level
/// table (<c>pagetable_l0_ttbr1</c>, <c>sys/arm64/arm64/locore.S</c>) and its direct map
/// (<c>sys/arm64/arm64/pmap.c</c>) is compared with the tables.
/// </summary>
internal static class Arm64Location
{
    /// <summary>Memory in pages of its size, and the page tables; null where this kernel is not in the dump.</summary>
    public static (PhysicalMemory Physical, AddressTranslation Translation)? Find(
        PhysicalMemory physical, KernelImage kernel)
    {
        foreach ((ulong linked, ulong at) in VersionPlaces.Of(physical, kernel))
        {
            if (Tables(physical, kernel.Symbols!, linked, at) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static (PhysicalMemory Physical, AddressTranslation Translation)? Tables(
        PhysicalMemory physical, ElfSymbols symbols, ulong address, ulong place)
    {
        ulong delta = place - address;
        ulong? At(string name) => symbols.Find(name) is >= 0 and int row ? symbols[row].Value + delta : null;

        // pagesizes[0] is PAGE_SIZE.
        int pageSize = At("pagesizes") is { } sizes && LocationBytes.U64(physical, sizes) == 16384 ? 16384 : 4096;
        PhysicalMemory? pages = pageSize == physical.PageSize
            ? physical
            : (physical as SegmentMemory)?.InPagesOf(pageSize);
        if (pages is null || At("pagetable_l0_ttbr1") is not { } root || pages.SlotOf(root) < 0
            || At("dmap_phys_base") is not { } baseAt || At("dmap_max_addr") is not { } endAt)
        {
            return null;
        }

        ulong start = LocationBytes.U64(physical, baseAt);
        ulong end = LocationBytes.U64(physical, endAt);
        foreach (ulong direct in Arm64PageWalk.DirectMaps)
        {
            if (end > direct)
            {
                var walk = Arm64PageWalk.Of(pages, root, (direct, end), start);
                if (walk.Maps(address, place) && walk.Maps(walk.ToDirectMap(place), place))
                {
                    return (pages, walk);
                }
            }
        }

        return null;
    }
}
