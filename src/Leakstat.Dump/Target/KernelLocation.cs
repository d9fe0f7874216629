using Leakstat.Dump.Containers;
using Leakstat.Dump.Elf;

namespace Leakstat.Dump.Target;

/// <summary>
/// In a dump of all memory the page tables must be found first: the kernel is looked for in physical memory by its
/// version text, and says where its top-level table lies (<c>KPML4phys</c>, <c>sys/amd64/amd64/pmap.c</c>).
/// </summary>
internal static class KernelLocation
{
    private const ulong KernelBase = 0xffff_ffff_8000_0000;

    /// <summary>The page tables; null where this kernel is not in the dump.</summary>
    public static AddressTranslation? Find(PhysicalMemory physical, KernelImage kernel)
    {
        if (kernel.Symbols is not { } symbols || symbols.Find("KPML4phys") is not (>= 0 and int top))
        {
            return null;
        }

        // The image lies at its link address less KernelBase, moved by a multiple of 2 MiB since 14.0.
        foreach ((ulong linked, ulong at) in VersionPlaces.Of(physical, kernel))
        {
            if (Tables(physical, symbols, symbols[top], at - (linked - KernelBase)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static AddressTranslation? Tables(
        PhysicalMemory physical, ElfSymbols symbols, in ElfSymbol top, ulong delta)
    {
        ulong root = LocationBytes.U64(physical, top.Value - KernelBase + delta);
        int levels = 4;
        if (symbols.Find("la57") is >= 0 and int la57 && symbols.Find("KPML5phys") is >= 0 and int five
            && (uint)LocationBytes.U64(physical, symbols[la57].Value - KernelBase + delta) == 1)
        {
            root = LocationBytes.U64(physical, symbols[five].Value - KernelBase + delta);
            levels = 5;
        }

        if (root == 0 || physical.SlotOf(root) < 0)
        {
            return null;
        }

        // kva_min, kva_max, dmap_low, dmap_high, … in this order (sys/amd64/include/vmparam.h of 15.0).
        ulong layout = symbols.Find("kva_layout") is >= 0 and int row ? symbols[row].Value - KernelBase + delta : 0;
        (ulong low, ulong high) = layout == 0
            ? (0, 0)
            : (LocationBytes.U64(physical, layout + 16), LocationBytes.U64(physical, layout + 24));
        var walk = Amd64PageWalk.Of(physical, root, levels, low, high);
        return walk.TryTranslate(top.Value, out ulong pa) && pa == top.Value - KernelBase + delta ? walk : null;
    }
}
