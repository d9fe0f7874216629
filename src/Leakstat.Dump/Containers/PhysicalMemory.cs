namespace Leakstat.Dump.Containers;

/// <summary>A stretch of physical memory that is in the dump, page after page.</summary>
/// <param name="Address">Physical address of the first page.</param>
/// <param name="FirstSlot">Slot of the first page; the others follow.</param>
/// <param name="Pages">Pages.</param>
public readonly record struct PhysicalRun(ulong Address, int FirstSlot, int Pages);

/// <summary>
/// The physical pages that a dump holds. Each has a <em>slot</em>: its number among those present, by ascending address,
/// 0 … <see cref="PageCount"/> − 1. Slots are how the rest of the program names pages: arrays by slot are as small as the dump
/// allows. Safe to use from several threads.
/// </summary>
public abstract class PhysicalMemory
{
    /// <summary>Bytes of a page: 4096, or 16384 on some arm64.</summary>
    public required int PageSize { get; init; }

    /// <summary>Pages present, also those that a cut file no longer has.</summary>
    public abstract int PageCount { get; }

    /// <summary>Bytes of the pages present.</summary>
    public long Bytes => (long)PageCount * PageSize;

    /// <summary>Stretches of present pages by ascending address.</summary>
    public abstract IReadOnlyList<PhysicalRun> Runs { get; }

    /// <summary>Pages whose contents lie beyond the end of a cut file.</summary>
    public int PagesCutOff { get; protected set; }

    /// <summary>The slot of the page that holds a physical address; −1 where the dump does not have it.</summary>
    public abstract int SlotOf(ulong physicalAddress);

    /// <summary>The page's bytes, without copying; empty where the file is cut or the slot is none.</summary>
    public abstract ReadOnlySpan<byte> Page(int slot);

    /// <summary>
    /// How much of the bitmap that says which pages are in the dump lies before the bit of a page, 0 to 1; null where there is
    /// no bitmap, or no bit for it.
    /// </summary>
    public virtual double? ShareBefore(ulong physicalAddress) => null;

    /// <summary>Physical address of a page by its slot; 0 where a damaged dump has pages that no range of memory covers.</summary>
    public ulong AddressOf(int slot)
    {
        IReadOnlyList<PhysicalRun> runs = Runs;
        if (runs.Count == 0)
        {
            return 0;
        }

        int low = 0;
        int high = runs.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (runs[middle].FirstSlot <= slot)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return runs[low].Address + ((ulong)(slot - runs[low].FirstSlot) * (ulong)PageSize);
    }
}
