namespace Leakstat.Dump.Walking;

/// <summary>
/// A zone: what hands out a keg's items (<c>struct uma_zone</c>), with the kernel's counters and what was counted by
/// walking.
/// </summary>
public sealed record Zone
{
    /// <summary>Address of the structure.</summary>
    public required ulong Address { get; init; }

    /// <summary>Name. Not unique.</summary>
    public required string Name { get; init; }

    /// <summary>Name that its sysctls have below <c>vm.uma</c>; null before 13.0.</summary>
    public string? SysctlName { get; init; }

    /// <summary>Keg; null for a cache zone (one that hands out what something else allocates).</summary>
    public required int? Keg { get; init; }

    /// <summary>Flags.</summary>
    public required UmaFlags Flags { get; init; }

    /// <summary>Bytes of an item.</summary>
    public required long Size { get; init; }

    /// <summary>Limit, items; 0 = none.</summary>
    public required long Limit { get; init; }

    /// <summary>Whether its init function constructs items (the zone's own or its keg's).</summary>
    public required bool Constructs { get; init; }

    /// <summary>Allocations since boot, of all CPUs.</summary>
    public required long Allocations { get; init; }

    /// <summary>Frees since boot, of all CPUs.</summary>
    public required long Frees { get; init; }

    /// <summary>Failed allocations since boot.</summary>
    public required long Failures { get; init; }

    /// <summary>Times an allocation slept at the limit.</summary>
    public required long Sleeps { get; init; }

    /// <summary>Frees on another domain than the allocation's; null before 13.0.</summary>
    public long? CrossDomain { get; init; }

    /// <summary>Items in the per-CPU buckets, by walking.</summary>
    public required long CachedOnCpus { get; init; }

    /// <summary>Items in the per-CPU buckets, by the kernel's counts.</summary>
    public required long CachedOnCpusCounted { get; init; }

    /// <summary>Items in the buckets of the domains, by walking.</summary>
    public required long CachedInDomains { get; init; }

    /// <summary>Items in the buckets of the domains, by the kernel's counter (<c>uzd_nitems</c>).</summary>
    public required long CachedInDomainsCounted { get; init; }

    /// <summary>Whether it shares the keg of another zone.</summary>
    public bool IsSecondary => (Flags & UmaFlags.Secondary) != UmaFlags.None;

    /// <summary>Items in use by the kernel's counters, as <c>vmstat -z</c> prints USED.</summary>
    public long Used => Allocations - Frees;

    /// <summary>Cached items by the kernel's counters.</summary>
    public long CachedCounted => CachedOnCpusCounted + CachedInDomainsCounted;

    /// <summary>Cached items by walking.</summary>
    public long Cached => CachedOnCpus + CachedInDomains;
}

/// <summary>What was counted in the slabs of one keg.</summary>
/// <param name="Slabs">Slabs that were read.</param>
/// <param name="UnreadableSlabs">Slabs whose header is not in the dump, or contradicts itself.</param>
/// <param name="Pages">Pages of the keg by the kernel's counter.</param>
/// <param name="FreeInSlabs">Items free in slabs, by walking.</param>
/// <param name="FreeInSlabsCounted">Items free in slabs, by the kernel's counter.</param>
/// <param name="NotInSlabs">Items taken out of slabs (allocated or cached), by walking.</param>
/// <param name="Cached">Items in caches of all its zones, by walking.</param>
public readonly record struct KegCount(
    int Slabs, int UnreadableSlabs, long Pages, long FreeInSlabs, long FreeInSlabsCounted, long NotInSlabs,
        long Cached);
