using Leakstat.Dump.Containers;

namespace Leakstat.Dump.Walking;

/// <summary>
/// Whether a live dump has the pages that its kernel meant to write. <c>minidumpsys</c> copies the bitmap of pages by
/// <c>BIT_COPY_STORE_REL(sz, …)</c> with sz in bytes where bits are wanted (<c>sys/kern/kern_dump.c</c>, read in 14.2):
/// only the
/// first eighth is copied. What the direct map alone leads to, slabs above all, is missing beyond; pages of the kernel
/// map are
/// added later and are there.
/// </summary>
internal sealed class LiveBitmap(PhysicalMemory physical)
{
    /// <summary>Part of the bitmap that is copied.</summary>
    private const double Copied = 1.0 / 8;

    /// <summary>Pages from which shares mean something.</summary>
    private const long Enough = 64;

    private long _thereWithin;
    private long _missingWithin;
    private long _thereBeyond;
    private long _missingBeyond;

    /// <summary>Pages of no object that are in use and not in the dump.</summary>
    public long Missing => _missingWithin + _missingBeyond;

    /// <summary>Whether the pages beyond the first eighth are missing, and those within it are there.</summary>
    public bool IsCutToAnEighth =>
        _missingBeyond >= Enough && _missingBeyond > _thereBeyond && _missingWithin <= _thereWithin / 4;

    /// <summary>Counts a page that is in use and belongs to no object.</summary>
    public void Add(ulong address, bool isThere)
    {
        if (physical.ShareBefore(address) is not { } share)
        {
            return;
        }

        if (share < Copied)
        {
            _thereWithin += isThere ? 1 : 0;
            _missingWithin += isThere ? 0 : 1;
        }
        else
        {
            _thereBeyond += isThere ? 1 : 0;
            _missingBeyond += isThere ? 0 : 1;
        }
    }
}
