using Leakstat.Knowledge;

namespace Leakstat.Tracing;

/// <summary>What a trace follows.</summary>
public enum SuspectKind
{
    /// <summary>Blocks of a malloc(9) type, contigmalloc(9) included.</summary>
    Malloc,

    /// <summary>Items of a UMA zone: keg-backed, secondary or cache-only.</summary>
    Zone,

    /// <summary>mbufs or clusters of one kind: the zones that hold them.</summary>
    Mbuf,

    /// <summary>Pages taken from the kernel's own arenas: large malloc(9), DMA and contiguous memory, slabs.</summary>
    Kmem,

    /// <summary>Whatever a module's own code takes by malloc(9), of any type.</summary>
    Module,
}

/// <summary>What a trace follows, by the name that the host prints.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Name">Name of the zone or type (as <c>vmstat -z</c> and <c>-m</c> print it), of the mbuf zone, or the
/// module's file; for <see cref="SuspectKind.Kmem"/> the word <c>kmem</c>.</param>
public sealed record TraceSuspect(SuspectKind Kind, string Name)
{
    /// <summary>Name of the suspect that is no zone and no type.</summary>
    public const string Kmem = "kmem";

    /// <summary>Where the module lies, in bytes (<c>kldstat</c>); null for other kinds.</summary>
    public ModuleRange? Module { get; init; }

    /// <summary>
    /// The zones whose items are followed. An mbuf can come from its own zone or, with a cluster on it, from
    /// <c>mbuf_packet</c> (<c>sys/kern/kern_mbuf.c</c>), so a leak of either shows in both.
    /// </summary>
    public IReadOnlyList<string> Zones => Kind switch
    {
        SuspectKind.Zone => [Name],
        SuspectKind.Mbuf when Name is KnownNames.Mbuf or KnownNames.Packet => [KnownNames.Mbuf, KnownNames.Packet],
        SuspectKind.Mbuf when Name is KnownNames.Cluster => [KnownNames.Cluster, KnownNames.Packet],
        SuspectKind.Mbuf => [Name],
        _ => [],
    };
}

/// <summary>Where a module is loaded.</summary>
/// <param name="Address">First byte.</param>
/// <param name="Bytes">Length in bytes.</param>
public readonly record struct ModuleRange(ulong Address, ulong Bytes);
