namespace Leakstat.Dump.Walking;

/// <summary>What an item of a slab is.</summary>
public enum ItemState : byte
{
    /// <summary>Allocated: its owner has it.</summary>
    Allocated = 0,

    /// <summary>
    /// Free in a cache (a bucket of a CPU or a domain) of a zone without constructing init function: holds nothing.
    /// </summary>
    Cached = 1,

    /// <summary>
    /// Free in a cache of a zone or keg that constructs its items (<see cref="KegInit.Constructor"/>): still owns
    /// things, a root.
    /// </summary>
    CachedConstructed = 2,

    /// <summary>Free in its slab: holds nothing.</summary>
    Free = 3,

    /// <summary>Free in the slab of a keg that constructs its items: owns things, a root.</summary>
    FreeConstructed = 4,
}
