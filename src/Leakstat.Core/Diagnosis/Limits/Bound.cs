using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Limits;

/// <summary>
/// What bounds a zone or malloc type: no more than <paramref name="Factor"/> × the sum of the terms +
/// <paramref name="Slack"/>. Factor and slack are far above what hosts show under load, idle or just booted.
/// </summary>
/// <param name="Names">The zone or type; several are added up, the first names the finding.</param>
/// <param name="Terms">What explains it; where one is not known, nothing is said. None: the slack alone bounds it.</param>
/// <param name="Factor">Items for each of them.</param>
/// <param name="Slack">Items beyond that.</param>
/// <param name="Means">What an excess means.</param>
/// <param name="IsType">Malloc types, else zones.</param>
internal sealed record Bound(
    ImmutableArray<string> Names, ImmutableArray<Term> Terms, double Factor, long Slack, string Means, bool IsType = false)
{
    private static readonly Term Vnodes = Term.Sysctl("vfs.numvnodes", "vfs.vnode.stats.count", "vfs.numvnodes");
    private static readonly Term OpenFiles = Term.Sysctl("kern.openfiles", "kern.openfiles");
    private static readonly Term Connections = Term.Sysctl("net.inet.tcp.pcbcount", "net.inet.tcp.pcbcount");
    private static readonly Term NamesCached = Term.Sysctl("cached names", "vfs.cache.stats.count", "vfs.cache.numcache");
    private static readonly Term Sockets = Term.Sysctl("kern.ipc.numopensockets", "kern.ipc.numopensockets");
    private static readonly Term InheritingMutexes = Term.Sysctl("debug.umtx.umtx_pi_allocated", "debug.umtx.umtx_pi_allocated");

    /// <summary>All bounds.</summary>
    public static ImmutableArray<Bound> All { get; } =
    [
        // Files and file systems.
        Zone("VNODE", [Vnodes], 1.1, 2_000, "vnodes that the kernel no longer counts"),
        Zone("FFS inode", [Term.Zone("VNODE")], 1.1, 2_000, "inodes without a vnode"),
        Zone("FFS1 dinode", [Term.Zone("FFS inode")], 1.1, 2_000, "copies of inodes without an inode"),
        Zone("FFS2 dinode", [Term.Zone("FFS inode")], 1.1, 2_000, "copies of inodes without an inode"),
        Zone("NCLNODE", [Term.Zone("VNODE")], 1.1, 2_000, "NFS nodes without a vnode"),
        Zone("zfs_znode_cache", [Term.Zone("VNODE")], 1.5, 10_000, "znodes without a vnode"),
        Type("nullfs_node", [Term.Zone("VNODE")], 1.1, 2_000, "nullfs nodes without a vnode"),
        Type("fuse_vnode", [Term.Zone("VNODE")], 1.1, 2_000, "FUSE nodes without a vnode"),
        new Bound(
            ["S VFS Cache", "STS VFS Cache", "L VFS Cache", "LTS VFS Cache"],
            [NamesCached], 1.5, 20_000, "name-cache entries that the cache no longer counts"),
        Zone("NAMEI", [Term.Zone("THREAD")], 4, 512, "path buffers of lookups that are over: an error path that does not free them"),
        Zone("VM OBJECT",
            [Term.Zone("VNODE"), Term.Zone("MAP ENTRY"), Term.Zone("TMPFS node"), Term.Zone("Files")], 2, 20_000,
            "memory objects that neither files nor mappings explain: references that are not given back"),
        Zone("Files", [OpenFiles], 1.2, 1_000, "open files that the kernel no longer counts"),
        Zone("pipe", [Term.Zone("Files")], 1, 500, "pipes that no open file belongs to"),
        Zone("KNOTE", [OpenFiles], 20, 20_000, "registrations of kevent(2), many for each open file"),
        Type("DEVFSP", [Term.Zone("Files")], 2, 1_000, "data of open devices without an open file: a driver that keeps it"),
        Type("kqueue", [Term.Zone("Files"), Term.Zone("PROC")], 4, 2_000, "kqueues without an open file or process"),

        // Processes and threads.
        Zone("PROC", [Term.Processes], 1.5, 500, "processes that ps does not list: references to them are kept"),
        Zone("VMSPACE", [Term.Zone("PROC")], 1.5, 500, "address spaces without a process: references to them are kept"),
        Zone("filedesc0", [Term.Zone("PROC")], 1.5, 500, "descriptor tables without a process"),
        Zone("PGRP", [Term.Zone("PROC")], 1.5, 500, "process groups without a process"),
        Type("proc-args", [Term.Zone("PROC")], 4, 2_000, "command lines without a process"),
        Zone("THREAD", [Term.Threads], 1.5, 1_000, "threads that ps does not list"),
        Zone("kstack_cache", [Term.WholeZone("THREAD")], 1.2, 500, "kernel stacks without a thread"),
        Zone("TURNSTILE", [Term.WholeZone("THREAD")], 1.2, 500, "turnstiles without a thread"),
        Zone("SLEEPQUEUE", [Term.WholeZone("THREAD")], 1.2, 500, "sleep queues without a thread"),
        Zone("FPU_save_area", [Term.WholeZone("THREAD")], 1.5, 2_000, "FPU contexts without a thread"),
        Zone("umtx pi", [InheritingMutexes], 1.2, 500, "mutex records that the kernel no longer counts"),
        Type("cred", [Term.Zone("PROC"), Term.Zone("Files"), Term.Zone("VNODE")], 2, 10_000, "credentials that nothing carries: held without being given back"),
        Type("iov", [Term.Zone("THREAD")], 4, 2_000, "buffers of calls that are over"),
        Type("ioctlops", [Term.Zone("THREAD")], 4, 2_000, "buffers of ioctl calls that are over: a handler that skips the free"),
        Type("soname", [Term.Zone("THREAD")], 4, 2_000, "socket addresses of calls that are over"),

        // Network.
        Zone("socket", [Sockets], 1.2, 1_000, "sockets that the kernel no longer counts as open"),
        Zone("unpcb", [Term.Zone("socket")], 1.2, 1_000, "control blocks of unix sockets without a socket"),
        Zone("udp_inpcb", [Term.Zone("socket")], 1.2, 1_000, "control blocks of UDP without a socket"),
        Zone("ripcb", [Term.Zone("socket")], 1.2, 1_000, "control blocks of raw sockets without a socket"),
        Zone("tcp_inpcb", [Connections], 1.5, 5_000, "TCP control blocks that are no connections any more: references to them are kept"),
        Zone("tcpcb", [Connections], 1.5, 5_000, "TCP control blocks that are no connections any more"),
        Zone("pf state keys", [Term.Zone("pf states")], 2, 2_000, "keys of pf states without a state"),
        Zone("pf state scrubs", [Term.Zone("pf states")], 2, 2_000, "scrub data of pf states without a state"),
        Zone("pf mtags", [Term.Zone("mbuf"), Term.Zone("mbuf_packet")], 1.5, 2_000, "tags of packets without a packet"),
        Type("mbuf_tag", [Term.Zone("mbuf"), Term.Zone("mbuf_packet")], 8, 10_000, "tags of packets without a packet"),

        // Disks.
        Zone("g_bio", [], 0, 100_000, "I/O requests that do not come back: lost in a GEOM class or a driver"),
    ];

    /// <summary>The least number of items that is more than explained; null where a term is not known.</summary>
    public long? Most(DiagnosisCase host)
    {
        long sum = 0;
        foreach (Term term in Terms)
        {
            if (term.Read(host) is not { } reading)
            {
                return null;
            }

            sum = Arithmetic.Add(sum, Math.Max(reading.Value, 0));
        }

        return Arithmetic.Add((long)Math.Min(sum * Factor, long.MaxValue / 2), Slack);
    }

    private static Bound Zone(string name, ImmutableArray<Term> terms, double factor, long slack, string means) =>
        new([name], terms, factor, slack, means);

    private static Bound Type(string name, ImmutableArray<Term> terms, double factor, long slack, string means) =>
        new([name], terms, factor, slack, means, IsType: true);
}
