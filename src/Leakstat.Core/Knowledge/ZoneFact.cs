using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>
/// All that is known of one zone or malloc type beyond who owns it: a row of <c>Knowledge/Data/zone-facts.json</c>.
/// </summary>
/// <param name="Name">
/// Its name as the host prints it; with <c>*</c> at the start or the end, of every name that ends or starts so and has
/// no row of its own.
/// </param>
/// <param name="Source">Where the kernel makes it (<c>sys/kern/kern_proc.c</c>).</param>
/// <param name="Kind">Zone or malloc type; null for a pattern, which may be of either.</param>
/// <param name="Traits">What it is.</param>
/// <param name="Follows">
/// The counters that its growth goes with, by name of their series, the most telling first; empty where nothing is
/// known.
/// </param>
/// <param name="Counter">
/// The counter that counts its items themselves, by name of its series: it explains what goes with them, never them.
/// </param>
/// <param name="Lists">
/// The command that lists what its items stand for, of things that people make and may leave; null for others.
/// </param>
/// <param name="Bound">What bounds its items; null where nothing does.</param>
/// <param name="Limit">Its own limit, as <c>vmstat -z</c> prints it; null where nothing is known of one.</param>
/// <param name="CountedLimit">
/// A limit on a counter of its objects, while the zone itself has none; null where there is none.
/// </param>
/// <param name="Warns">
/// The setting that the kernel names when it says itself that the limit was reached (<c>uma_zone_set_warning</c>).
/// </param>
internal sealed record ZoneFact(
    string Name,
    string Source,
    OwnerKind? Kind = null,
    ZoneTraits Traits = ZoneTraits.None,
    ImmutableArray<string> Follows = default,
    string? Counter = null,
    string? Lists = null,
    ItemBound? Bound = null,
    ZoneLimit? Limit = null,
    CountedLimit? CountedLimit = null,
    string? Warns = null)
{
    /// <summary>The counters that its growth goes with.</summary>
    public ImmutableArray<string> Follows { get; } = Follows.IsDefault ? [] : Follows;

    /// <summary>Whether it speaks for every name of a form.</summary>
    public bool IsPattern => Name[0] == '*' || Name[^1] == '*';

    /// <summary>Whether it speaks for that name.</summary>
    public bool Fits(ReadOnlySpan<char> name) => Name[^1] == '*'
        ? name.StartsWith(Name.AsSpan(..^1), StringComparison.Ordinal)
        : Name[0] == '*'
            ? name.EndsWith(Name.AsSpan(1..), StringComparison.Ordinal)
            : name.SequenceEqual(Name);
}

/// <summary>What a name is the name of.</summary>
internal enum OwnerKind
{
    /// <summary>A zone of UMA.</summary>
    Zone,

    /// <summary>A type of malloc(9).</summary>
    Malloc,
}

/// <summary>
/// What a zone or malloc type is. <c>vmstat -z</c> does not say which zones share memory with others.
/// </summary>
[Flags]
internal enum ZoneTraits
{
    /// <summary>Nothing that matters.</summary>
    None = 0,

    /// <summary>Its memory is counted in the ARC: data, headers and descriptors.</summary>
    Arc = 1,

    /// <summary>
    /// It holds what the ARC holds: data, headers, and the dbufs and dnodes of cached data (<c>module/zfs/arc.c</c>,
    /// <c>dbuf.c</c>, <c>dnode.c</c>, <c>zio.c</c> of OpenZFS); other zones of ZFS hold what goes with I/O and free
    /// space.
    /// </summary>
    ArcContent = 2,

    /// <summary>
    /// Its items are memory of another allocator, so that it owns no slabs: every page of memory, kernel stacks (an
    /// account of their own), address ranges, headers allocated at boot, contiguous memory.
    /// </summary>
    Borrowed = 4,

    /// <summary>Kernel stacks of threads.</summary>
    KernelStack = 8,

    /// <summary>SIZE is the size on one CPU, and each item exists once per CPU.</summary>
    PerCpu = 16,

    /// <summary>It serves the allocator itself: it follows all other zones and never is a finding of its own.</summary>
    Internal = 32,

    /// <summary>
    /// It is kept for the pages, names and buffers that a cache holds, whose bound no counter shows: nodes of page and
    /// buffer tries (<c>sys/vm/vm_radix.c</c>), hashes of directories, the TCP host cache.
    /// </summary>
    Cache = 64,

    /// <summary>A kind of mbuf or cluster: reports name it <c>mbuf</c>, not <c>zone</c>.</summary>
    Mbuf = 128,

    /// <summary>Mbufs whose data are pages of others (<c>M_EXTPG</c>).</summary>
    PacketPages = 256,

    /// <summary>Every kernel from 8 to 15 has it: a table without it has lost rows.</summary>
    Everywhere = 512,

    /// <summary>Every kernel allocates from it all the time, so that its REQ only falls with a reboot.</summary>
    Busy = 1024,

    /// <summary>
    /// Every kernel of an x86 machine has it from its first device on, and prints it behind nearly all its own types.
    /// </summary>
    LastOnX86 = 2048,
}
