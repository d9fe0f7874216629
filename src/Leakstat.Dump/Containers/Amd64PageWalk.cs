namespace Leakstat.Dump.Containers;

/// <summary>The page tables of amd64, of 4 or 5 levels (<c>sys/amd64/amd64/pmap.c</c>).</summary>
internal sealed class Amd64PageWalk(
    PhysicalMemory physical, ulong top, int levels) : PageWalk(physical, top & Amd64Entry.Frame, levels, pageShift: 12)
{
    // VM_MIN_KERNEL_ADDRESS (sys/amd64/include/vmparam.h).
    private const ulong LeastKernelAddress = 0xffff_fe00_0000_0000;

    private readonly int _levels = levels;

    /// <summary>The tables of a kernel.</summary>
    /// <param name="physical">Memory.</param>
    /// <param name="top">Physical address of the top level (<c>KPML4phys</c>, <c>KPML5phys</c>).</param>
    /// <param name="levels">4 or 5.</param>
    /// <param name="low">First address of the direct map by <c>kva_layout</c> (15); 0 where it is not said.</param>
    /// <param name="high">The address behind it.</param>
    public static Amd64PageWalk Of(PhysicalMemory physical, ulong top, int levels, ulong low, ulong high)
    {
        bool isSaid = low >> 56 == 0xff && high > low;
        return new(physical, top, levels)
        {
            // Up to 14 it lies at one place (sys/amd64/include/vmparam.h).
            DirectMapStart = isSaid ? low : 0xffff_f800_0000_0000,
            DirectMapEnd = isSaid ? high : 0xffff_fc00_0000_0000,
            KernelStart = LeastKernelAddress,
        };
    }

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
