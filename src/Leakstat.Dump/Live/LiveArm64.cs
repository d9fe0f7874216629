using System.Buffers.Binary;
using Leakstat.Dump.Containers;

namespace Leakstat.Dump.Live;

/// <summary>
/// Where a running kernel of arm64 has its page tables: the top level lies in the kernel image
/// (<c>pagetable_l0_ttbr1</c>), the next level one page before it (<c>sys/arm64/arm64/locore.S</c> of 12.1 to 15). The
/// first entry of the top level has the physical address of that, and so of the image.
/// </summary>
/// <param name="Root">Physical address of the top level.</param>
/// <param name="DirectMap">First address of the direct map, and the one behind it.</param>
/// <param name="DirectPhysical">Physical address of its first page.</param>
internal sealed record LiveArm64(ulong Root, (ulong Start, ulong End) DirectMap, ulong DirectPhysical)
{
    private const int PageSize = 4096;
    private const int EntryBytes = 8;

    /// <summary>Finds them; null where what the kernel says does not agree with what is read there.</summary>
    /// <exception cref="LiveMemoryException">The kernel has pages of 16 KiB.</exception>
    public static LiveArm64? Find(ILiveMemory memory, Func<string, ulong?> symbol)
    {
        if (symbol("pagesizes") is { } sizes && Word(memory, sizes) is { } size and not PageSize)
        {
            throw new LiveMemoryException(
                $"has pages of {size / 1024} KiB: running kernels of arm64 with pages of 4 KiB are read");
        }

        if (symbol("pagetable_l0_ttbr1") is not { } top || Word(memory, top) is not { } entry
            || (entry & Arm64Entry.Kind) != Arm64Entry.Table
            || symbol("dmap_phys_base") is not { } baseAt || Word(memory, baseAt) is not { } physical
            || symbol("dmap_max_addr") is not { } endAt || Word(memory, endAt) is not { } end)
        {
            return null;
        }

        ulong next = symbol("pagetable_l1_ttbr1") ?? top - PageSize;
        ulong root = Arm64Entry.FrameOf(entry, PageSize) + (top - next);
        if (root % PageSize != 0 || !IsThere(memory, root, entry))
        {
            return null;
        }

        foreach (ulong direct in Arm64PageWalk.DirectMaps)
        {
            if (end > direct && root >= physical && Word(memory, direct + (root - physical)) == entry)
            {
                return new LiveArm64(root, (direct, end), physical);
            }
        }

        return null;
    }

    /// <summary>The page tables, in memory that was read.</summary>
    public AddressTranslation Tables(PhysicalMemory physical) =>
        Arm64PageWalk.Of(physical, Root, DirectMap, DirectPhysical);

    /// <summary>Whether the page at a physical address begins with an entry.</summary>
    private static bool IsThere(ILiveMemory memory, ulong page, ulong entry)
    {
        bool isSame = false;
        memory.ReadPages(
            [new PageRun(page, 1)],
            (_, bytes) => isSame = BinaryPrimitives.ReadUInt64LittleEndian(bytes) == entry);
        return isSame;
    }

    private static ulong? Word(ILiveMemory memory, ulong address)
    {
        Span<byte> bytes = stackalloc byte[EntryBytes];
        return memory.TryRead(address, bytes) ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : null;
    }
}
