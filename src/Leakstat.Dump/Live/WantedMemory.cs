using Leakstat.Dump.Containers;

namespace Leakstat.Dump.Live;

/// <summary>
/// What was read of a running kernel so far, and which pages were asked for and are not there yet: reading goes on
/// with these. Not safe to use from several threads.
/// </summary>
internal sealed class WantedMemory(SegmentMemory? read) : PhysicalMemory
{
    /// <summary>
    /// Pages beyond this are no memory: an entry of a page table that was overwritten while it was read.
    /// </summary>
    private const ulong End = 1UL << 46;

    /// <summary>Pages that were asked for and are not there.</summary>
    public HashSet<ulong> Wanted { get; } = [];

    public override int PageCount => read?.PageCount ?? 0;

    public override IReadOnlyList<PhysicalRun> Runs => read?.Runs ?? [];

    public override int SlotOf(ulong physicalAddress)
    {
        int slot = read?.SlotOf(physicalAddress) ?? -1;
        if (slot < 0 && physicalAddress < End)
        {
            Wanted.Add(physicalAddress & ~((ulong)PageSize - 1));
        }

        return slot;
    }

    public override ReadOnlySpan<byte> Page(int slot) => read is null ? default : read.Page(slot);
}
