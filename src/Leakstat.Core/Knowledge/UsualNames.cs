using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>
/// Names that kernels from 8 to 15 print as they are built (GENERIC of amd64, arm64 and i386). None is proof by itself,
/// a kernel may be built without anything; an output with most of them and without one has lost lines.
/// </summary>
internal static class UsualNames
{
    /// <summary>Zones (<c>vmstat -z</c>): processes, threads, files, sockets, mbufs, mappings.</summary>
    public static ImmutableArray<string> Zones { get; } =
    [
        "UMA Kegs", KnownNames.Zone, "MAP ENTRY", "VMSPACE", "VM OBJECT", "Files", "TURNSTILE", "SLEEPQUEUE",
        KnownNames.Process, KnownNames.Thread, KnownNames.Vnode, "NAMEI", "Mountpoints", "KNOTE", "g_bio",
        KnownNames.Socket, "unpcb", KnownNames.Mbuf, KnownNames.Cluster, KnownNames.JumboPage, KnownNames.Jumbo9,
        KnownNames.Jumbo16,
    ];

    /// <summary>Malloc types (<c>vmstat -m</c>) that are in use on each host that is up.</summary>
    public static ImmutableArray<string> MallocTypes { get; } =
    [
        "GEOM", "DEVFS1", "linker", "module", "session", "proc", "subproc", "cred", "plimit", "uidinfo", "sysctloid",
        "sysctltmp", "bus", "bus-sc", "eventhandler", "kobj", "rman", "taskqueue", "Unitno", "mount", "ifnet", "ifaddr",
        "routetbl", "ithread", "kenv", "umtx", "lockf", "prison", "kqueue",
    ];

    /// <summary>Sysctls that findings and the ledger are made from.</summary>
    public static ImmutableArray<string> Sysctls { get; } =
    [
        "kern.ostype", "kern.osrelease", "kern.osreldate", "kern.maxvnodes", "kern.maxproc", "kern.maxfiles",
        "kern.openfiles", "kern.ipc.maxsockets", "kern.ipc.numopensockets", "kern.ipc.nmbclusters",
        "kern.ipc.nmbjumbop", "kern.ipc.nmbjumbo9", "kern.ipc.nmbjumbo16", "kern.ipc.maxpipekva", "kern.ipc.pipekva",
        "vfs.numvnodes", "vfs.freevnodes", "vfs.bufspace", "vfs.maxbufspace", "hw.physmem", "hw.pagesize", "hw.ncpu",
        "hw.machine_arch", "vm.kmem_size", "vm.stats.vm.v_page_size", "vm.stats.vm.v_page_count",
        "vm.stats.vm.v_free_reserved", "vm.stats.vm.v_free_target", "vm.stats.vm.v_free_min",
        "vm.stats.vm.v_free_count", "vm.stats.vm.v_wire_count", "vm.stats.vm.v_active_count",
        "vm.stats.vm.v_inactive_count", "vm.stats.vm.v_swappgsout", "vm.stats.vm.v_pdwakeups",
        "net.inet.tcp.pcbcount",
    ];

    /// <summary>
    /// Statistics of the ARC, below <c>kstat.zfs.misc.arcstats</c>; <c>hits</c> is made first and, from 11 on, printed
    /// last.
    /// </summary>
    public static ImmutableArray<string> ArcStatistics { get; } =
        ["size", "c", "c_min", "c_max", "hdr_size", "memory_throttle_count", "misses", "hits"];

    /// <summary>
    /// The malloc type of the interrupt controllers of the CPUs, which no amd64 machine is without; printed behind all
    /// but a few (<c>sys/x86/x86/local_apic.c</c>). In older releases their table was a part of the kernel.
    /// </summary>
    public static (string Type, int Since) LastOnAmd64 { get; } = ("local_apic", 14);

    /// <summary>
    /// Malloc types of modules that hold something from the moment on that the module is loaded, with the first release
    /// in which they are called so; modules that are loaded late, whose types stand at the end.
    /// </summary>
    public static ImmutableArray<(string Module, string Type, int Since)> OfModules { get; } =
        [("pf.ko", "pf_ifnet", 10), ("zfs.ko", KnownNames.Zfs, 8)];

    /// <summary>
    /// Those of <paramref name="names"/> that are not there, where most are; empty where fewer are, which says that
    /// something else was asked for, or of another kernel.
    /// </summary>
    /// <param name="names">The names.</param>
    /// <param name="isThere">Whether an output has one.</param>
    /// <param name="least">The share of them that has to be there.</param>
    public static ImmutableArray<string> AbsentOf(
        ImmutableArray<string> names, Func<string, bool> isThere, double least = 0.5)
    {
        ImmutableArray<string> absent = [.. names.Where(name => !isThere(name))];
        return names.Length - absent.Length >= names.Length * least ? absent : [];
    }
}
