using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.History;

namespace Leakstat.Diagnosis.Growth;

/// <summary>
/// Which counters may explain the growth of which zones and types. A name that is not here may be explained by the
/// general counters only, and only where these grew at least as much.
/// </summary>
internal static class GrowthExplanations
{
    /// <summary>The counter of vnodes.</summary>
    public const string VnodeCounter = "vnodes";

    /// <summary>The counter of the ARC's size.</summary>
    public const string ArcCounter = "ARC size";

    private const string Vnodes = VnodeCounter;
    private const string NameCache = "name cache entries";
    private const string Files = "open files";
    private const string Sockets = "sockets";
    private const string Connections = "TCP connections";
    private const string Arc = ArcCounter;
    private const string Buffers = "buffer space";
    private const string Pageable = ExplainingCounters.PageableMemory;
    private const string Swap = ExplainingCounters.SwapUsed;
    private const string Processes = ExplainingCounters.Processes;
    private const string Threads = ExplainingCounters.Threads;

    private static readonly ImmutableArray<string> s_general =
        WithItems("", [Vnodes, Sockets, Connections, Threads, Processes, Files]);

    /// <summary>Name, or its start where it ends in <c>*</c>, and the counters that it follows.</summary>
    private static readonly ImmutableArray<(string Pattern, ImmutableArray<string> Counters)> s_table =
    [
        .. Listed.Select(row => (row.Pattern, WithItems(row.Pattern, row.Counters))),
    ];

    private static ImmutableArray<(string Pattern, ImmutableArray<string> Counters)> Listed =>
    [
        ("VNODE*", [Vnodes]),
        ("FFS*", [Vnodes]),
        ("UFS dirhash", [Vnodes, "dirhash memory"]),
        ("dirhash", [Vnodes, "dirhash memory"]),
        ("DIRHASH", [Vnodes, "dirhash memory"]),
        ("zfs_znode_cache", [Vnodes]),
        ("tmpfs*", [Vnodes, Pageable]),
        ("TMPFS*", [Vnodes, Pageable]),
        ("S VFS Cache", [Vnodes, NameCache]),
        ("STS VFS Cache", [Vnodes, NameCache]),
        ("L VFS Cache", [Vnodes, NameCache]),
        ("LTS VFS Cache", [Vnodes, NameCache]),
        ("vfscache", [Vnodes, NameCache]),
        ("NCLNODE", [Vnodes]),
        ("pfs_nodes", [Vnodes]),
        ("pfs_vncache", [Vnodes]),
        ("BUF TRIE", [Vnodes, Buffers]),
        ("RADIX NODE", [Pageable, Vnodes, Buffers, Processes]),
        ("VM OBJECT", [Pageable, Vnodes, Processes]),
        ("PV ENTRY", [Pageable, Processes]),
        ("swblk", [Swap, Pageable]),
        ("swpctrie", [Swap, Pageable]),
        ("SWAPMETA", [Swap, Pageable]),
        ("bufobj", [Vnodes]),
        ("MAP ENTRY", [Processes, Threads]),
        ("VMSPACE", [Processes]),
        ("PROC", [Processes]),
        ("PGRP", [Processes]),
        ("proc", [Processes]),
        ("subproc", [Processes]),
        ("pargs", [Processes]),
        ("plimit", [Processes]),
        ("cred", [Processes, Sockets]),
        ("session", [Processes]),
        ("filedesc", [Processes, Files]),
        ("vmem*", [Threads]),
        ("THREAD", [Threads]),
        ("TURNSTILE", [Threads]),
        ("SLEEPQUEUE", [Threads]),
        ("umtx*", [Threads]),
        ("ksiginfo", [Threads, Processes]),
        ("kstack_cache", [Threads]),
        ("cpuset", [Threads, Processes]),
        ("Files", [Files]),
        ("file*", [Files]),
        ("KNOTE", [Files, Sockets]),
        ("kqueue", [Files, Sockets]),
        ("PIPE", [Files, "pipe KVA"]),
        ("socket", [Sockets]),
        ("unpcb", [Sockets, "unix sockets"]),
        ("*inpcb", [Sockets, Connections]),
        ("tcp*", [Connections, Sockets]),
        ("udp*", [Sockets]),
        ("pcb", [Sockets, Connections]),
        ("syncache", ["syncache entries", Connections]),
        ("hostcache", ["host cache entries"]),
        ("mbuf*", [Sockets, Connections]),
        ("soname", [Sockets]),
        ("IPFW*", ["ipfw states"]),
        ("abd_chunk", [Arc]),
        ("zio_*", [Arc]),
        ("arc_*", [Arc]),
        ("dmu_buf_impl_t", [Arc, Vnodes]),
        ("dnode_t", [Arc, Vnodes]),
        ("sa_cache", [Vnodes]),
        ("zfs_btree*", [Arc]),
        ("solaris", [Arc, Vnodes]),
    ];

    /// <summary>
    /// What follows processes or threads follows the zones they lie in too, for captures that list neither; those zones
    /// themselves do not.
    /// </summary>
    private static ImmutableArray<string> WithItems(string pattern, ImmutableArray<string> counters) =>
        pattern is "PROC" or "THREAD"
            ? counters
            :
            [
                .. counters,
                .. counters.Contains(Processes) ? [ExplainingCounters.ProcessItems] : Array.Empty<string>(),
                .. counters.Contains(Threads) ? [ExplainingCounters.ThreadItems] : Array.Empty<string>(),
            ];

    /// <summary>Counters that may explain a zone's or type's growth.</summary>
    public static ImmutableArray<string> For(string name)
    {
        foreach ((string pattern, ImmutableArray<string> counters) in s_table)
        {
            bool fits = pattern[^1] == '*'
                ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
                : pattern[0] == '*'
                    ? name.EndsWith(pattern[1..], StringComparison.Ordinal)
                    : name == pattern;
            if (fits)
            {
                return counters;
            }
        }

        return s_general;
    }

    /// <summary>Whether the name is one that the table has: then its counters are what it follows by design.</summary>
    public static bool IsListed(string name) => !For(name).Equals(s_general);

    /// <summary>
    /// Whether the zone holds what the ARC holds: data, headers, and the dbufs and dnodes of cached data
    /// (<c>module/zfs/arc.c</c>, <c>dbuf.c</c>, <c>dnode.c</c>, <c>zio.c</c> of OpenZFS); other zones of ZFS hold what
    /// goes with I/O and free space.
    /// </summary>
    public static bool IsOfArc(string name) => name is "abd_chunk" or "dmu_buf_impl_t" or "dnode_t"
        || name.StartsWith("arc_", StringComparison.Ordinal) || name.StartsWith("zio_buf_", StringComparison.Ordinal)
        || name.StartsWith("zio_data_buf_", StringComparison.Ordinal);

    /// <summary>
    /// Zones that never name a finding: the allocator's own, and malloc's where the types are known. A type names the
    /// finding rather than the bucket that moves with it.
    /// </summary>
    public static bool IsFollower(string zone, bool typesKnown) =>
        ZoneKinds.IsInternal(zone) || ZoneKinds.IsCacheZone(zone) || (typesKnown && ZoneKinds.IsMallocBucket(zone));
}
