namespace Leakstat.Dump.Walking;

/// <summary>
/// Everything allocated in the kernel of a dump: what the mark engine's target is made of. Walked once, then immutable
/// and safe
/// to use from several threads.
/// </summary>
public sealed record KernelHeap
{
    /// <summary>Kegs, by <see cref="Keg.Index"/>.</summary>
    public required IReadOnlyList<Keg> Kegs { get; init; }

    /// <summary>What was counted in each keg, by <see cref="Keg.Index"/>.</summary>
    public required IReadOnlyList<KegCount> Counts { get; init; }

    /// <summary>Zones, in the order <c>vmstat -z</c> prints them.</summary>
    public required IReadOnlyList<Zone> Zones { get; init; }

    /// <summary>Slabs and items.</summary>
    public required SlabTable Slabs { get; init; }

    /// <summary>Allocations beyond UMA.</summary>
    public required IReadOnlyList<LargeAllocation> Large { get; init; }

    /// <summary>How references are stored.</summary>
    public required PointerForms Forms { get; init; }
}
