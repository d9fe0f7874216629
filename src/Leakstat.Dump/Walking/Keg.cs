namespace Leakstat.Dump.Walking;

/// <summary>What a keg's init function does to the items of a new slab.</summary>
public enum KegInit
{
    /// <summary>There is none: free items hold nothing.</summary>
    None,

    /// <summary>
    /// <c>zero_init</c> (UMA_ZONE_ZINIT) or a debugging pattern (<c>trash_init</c>, <c>mtrash_init</c>): no object is
    /// constructed.
    /// </summary>
    Fill,

    /// <summary>A constructor: free items keep what it gave them (the sleep queue of a thread).</summary>
    Constructor,
}

/// <summary>A keg: what holds slabs of items of one size (<c>struct uma_keg</c>, <c>sys/vm/uma_int.h</c>).</summary>
public sealed record Keg
{
    /// <summary>Number in <see cref="KernelHeap.Kegs"/>.</summary>
    public required int Index { get; init; }

    /// <summary>Address of the structure.</summary>
    public required ulong Address { get; init; }

    /// <summary>Name of the zone that made it.</summary>
    public required string Name { get; init; }

    /// <summary>Requested bytes of an item (<c>uk_size</c>); of a per-CPU keg on one CPU.</summary>
    public required int ItemSize { get; init; }

    /// <summary>Bytes from one item to the next (<c>uk_rsize</c>).</summary>
    public required int Stride { get; init; }

    /// <summary>Pages of a slab (<c>uk_ppera</c>); of a per-CPU keg all CPUs' pages.</summary>
    public required int PagesPerSlab { get; init; }

    /// <summary>Items of a slab (<c>uk_ipers</c>).</summary>
    public required int ItemsPerSlab { get; init; }

    /// <summary>Flags, as those of 13.0 and later (<see cref="UmaFlags"/>), whatever the release.</summary>
    public required UmaFlags Flags { get; init; }

    /// <summary>Address of the init function; 0 = none.</summary>
    public required ulong Init { get; init; }

    /// <summary>What the init function does.</summary>
    public required KegInit InitKind { get; init; }

    /// <summary>Bytes from the slab's page to its header when that lies within (<c>uk_pgoff</c>).</summary>
    public int HeaderOffset { get; init; }

    /// <summary>
    /// Zones on it, numbers in <see cref="KernelHeap.Zones"/>; the primary one is the first that is not secondary.
    /// </summary>
    public IReadOnlyList<int> Zones { get; init; } = [];

    /// <summary>
    /// Whether items have a copy for each CPU and are referenced as offsets (see <see cref="PointerForms"/>).
    /// </summary>
    public bool IsPerCpu => (Flags & UmaFlags.PerCpu) != UmaFlags.None;

    /// <summary>Whether its items are buckets: their slots are no references, their first word is.</summary>
    public bool IsBucket { get; init; }

    /// <summary>Whether it is one of malloc(9)'s (<c>malloc-256</c>, <c>256</c>).</summary>
    public bool IsMalloc { get; init; }

    /// <summary>
    /// Whether its items hold data that no pointer is to be expected in (mbuf clusters, ABD chunks, ZFS buffers).
    /// </summary>
    public bool IsData { get; init; }
}

/// <summary>Flags of zones and kegs, with the values of 13.0 to 15.0 (<c>sys/vm/uma.h</c>, <c>uma_int.h</c>).</summary>
[Flags]
#pragma warning disable CA1711 // The kernel calls them flags.
public enum UmaFlags : uint
#pragma warning restore CA1711
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>UMA_ZONE_ZINIT: items are zeroed when their slab is made.</summary>
    ZeroInit = 0x2,

    /// <summary>UMA_ZONE_CONTIG: slabs are physically contiguous.</summary>
    Contiguous = 0x4,

    /// <summary>UMA_ZONE_NOTOUCH: the allocator does not write into items.</summary>
    NoTouch = 0x8,

    /// <summary>UMA_ZONE_MALLOC: serves malloc(9).</summary>
    Malloc = 0x10,

    /// <summary>UMA_ZONE_NOFREE: slabs are never given back.</summary>
    NoFree = 0x20,

    /// <summary>UMA_ZONE_VM: used by the VM system itself.</summary>
    Vm = 0x80,

    /// <summary>UMA_ZONE_SECONDARY: shares the keg of another zone.</summary>
    Secondary = 0x200,

    /// <summary>UMA_ZONE_NODUMP: items are left out of minidumps.</summary>
    NoDump = 0x4000,

    /// <summary>UMA_ZONE_PCPU: an item has a copy for each CPU.</summary>
    PerCpu = 0x8000,

    /// <summary>UMA_ZONE_SMR: freed items may still be read for a while.</summary>
    Smr = 0x40000,

    /// <summary>UMA_ZFLAG_OFFPAGE: slab headers lie elsewhere.</summary>
    OffPage = 0x200000,

    /// <summary>UMA_ZFLAG_HASH: slabs are found by a hash table.</summary>
    Hash = 0x400000,

    /// <summary>UMA_ZFLAG_VTOSLAB: slabs are found through the page.</summary>
    PageToSlab = 0x800000,

    /// <summary>UMA_ZFLAG_LIMIT: a limit is set.</summary>
    Limit = 0x2000000,

    /// <summary>UMA_ZFLAG_CACHE: a zone without keg.</summary>
    Cache = 0x4000000,

    /// <summary>UMA_ZFLAG_BUCKET: a zone of buckets.</summary>
    Bucket = 0x10000000,

    /// <summary>UMA_ZFLAG_INTERNAL: used by UMA itself.</summary>
    Internal = 0x20000000,

    /// <summary>UMA_ZFLAG_TRASH: items are filled with a pattern when freed.</summary>
    Trash = 0x40000000,
}
