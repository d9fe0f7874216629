using System.Collections.Frozen;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Engines.Metrics;

/// <summary>
/// Which sysctls go to an engine: those that rules and the ledger read, and every tunable. All of <c>sysctl -a</c>
/// would be thousands of series for each host. A test holds the list to what the code reads.
/// </summary>
public static class JudgedSysctls
{
    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        StringComparer.Ordinal,
        "debug.umtx.umtx_pi_allocated", "hw.ncpu", "hw.pagesize", "hw.physmem", "hw.realmem", "hw.bus.devctl_queue",
        "kern.ipc.maxmbufmem", "kern.ipc.maxpipekva", "kern.ipc.maxsockets", "kern.ipc.nmbclusters",
        "kern.ipc.nmbjumbo16", "kern.ipc.nmbjumbo9", "kern.ipc.nmbjumbop", "kern.ipc.nmbufs",
        "kern.ipc.numopensockets", "kern.ipc.pipekva", "kern.ipc.shm_use_phys",
        "kern.ipc.soacceptqueue", "kern.ipc.somaxconn", "kern.kstack_pages",
        "kern.malloc_count", "kern.maxfiles", "kern.maxproc", "kern.maxswzone", "kern.maxthread", "kern.maxvnodes",
        "kern.openfiles", "kern.osreldate", "kern.smp.cpus", "kern.smp.maxid",
        "kstat.zfs.misc.arcstats.abd_chunk_waste_size", "kstat.zfs.misc.arcstats.anon_size",
        "kstat.zfs.misc.arcstats.arc_loaned_bytes", "kstat.zfs.misc.arcstats.bonus_size", "kstat.zfs.misc.arcstats.c",
        "kstat.zfs.misc.arcstats.c_max", "kstat.zfs.misc.arcstats.c_min", "kstat.zfs.misc.arcstats.data_size",
        "kstat.zfs.misc.arcstats.dbuf_size", "kstat.zfs.misc.arcstats.dnode_size", "kstat.zfs.misc.arcstats.hdr_size",
        "kstat.zfs.misc.arcstats.l2_hdr_size", "kstat.zfs.misc.arcstats.memory_all_bytes",
        "kstat.zfs.misc.arcstats.memory_available_bytes", "kstat.zfs.misc.arcstats.memory_throttle_count",
        "kstat.zfs.misc.arcstats.metadata_size", "kstat.zfs.misc.arcstats.mfu_size",
        "kstat.zfs.misc.arcstats.mru_size", "kstat.zfs.misc.arcstats.other_size", "kstat.zfs.misc.arcstats.size",
        "net.graph.maxalloc", "net.graph.maxdata", "net.inet.ip.fw.dyn_count", "net.inet.ip.fw.dyn_max",
        "net.inet.ip.maxfragpackets", "net.inet.tcp.hostcache.cachelimit", "net.inet.tcp.hostcache.count",
        "net.inet.tcp.maxtcptw", "net.inet.tcp.pcbcount", "net.inet.tcp.reass.maxsegments",
        "net.inet.tcp.syncache.cachelimit", "net.inet.tcp.syncache.count", "net.local.sockcount", "vfs.bufspace",
        "vfs.cache.numcache", "vfs.cache.param.size", "vfs.cache.param.sizefactor", "vfs.cache.stats.count",
        "vfs.freevnodes", "vfs.ncsizefactor", "vfs.nullfs.cache_vnodes", "vfs.numvnodes",
        "vfs.tmpfs.memory_reserved", "vfs.ufs.dirhash_mem", "vfs.vnode.param.limit", "vfs.vnode.stats.alloc_sleeps",
        "vfs.vnode.stats.count", "vfs.vnode.stats.free", "vfs.zfs.arc.dnode_limit", "vfs.zfs.arc.free_target",
        "vfs.zfs.arc.max", "vfs.zfs.arc.meta_limit", "vfs.zfs.arc.min", "vfs.zfs.arc.sys_free",
        "vfs.zfs.arc_free_target", "vfs.zfs.arc_max", "vfs.zfs.arc_meta_limit", "vfs.zfs.arc_min",
        "vfs.zfs.dbuf_cache_max_bytes", "vfs.zfs.dirty_data_max", "vfs.zfs.version.spa", "vm.kmem_map_free",
        "vm.kmem_map_size", "vm.kmem_size", "vm.kmem_size_max", "vm.kmem_size_min", "vm.kmem_size_scale",
        "vm.kstack_cache_size", "vm.kstacks", "vm.kvm_free", "vm.kvm_size", "vm.max_user_wired", "vm.max_wired",
        "vm.ndomains", "vm.pageout_oom_seq", "vm.pfault_oom_attempts", "vm.pmap.kernel_pt_page_count",
        "vm.pmap.pc_chunk_count", "vm.pmap.pv_entries", "vm.pmap.pv_entry_count", "vm.pmap.pv_entry_max",
        "vm.pmap.pv_page_count", "vm.pmap.shpgperproc", "vm.pmap.user_pt_page_count", "vm.stats.vm.v_active_count",
        "vm.stats.vm.v_cache_count", "vm.stats.vm.v_free_count", "vm.stats.vm.v_free_min",
        "vm.stats.vm.v_free_reserved",
        "vm.stats.vm.v_free_target", "vm.stats.vm.v_inactive_count", "vm.stats.vm.v_laundry_count",
        "vm.stats.vm.v_page_count", "vm.stats.vm.v_page_size", "vm.stats.vm.v_pdshortfalls",
        "vm.stats.vm.v_swappgsout", "vm.stats.vm.v_user_wire_count", "vm.stats.vm.v_wire_count", "vm.swap_total",
        "vm.swzone", "vm.uma_kmem_total", "vm.v_free_min", "vm.v_free_reserved", "vm.v_free_target", "vm.zone_count",
        "vm.zone_warnings");

    /// <summary>Whether a sysctl is one of them.</summary>
    public static bool Has(string name) => s_names.Contains(name) || TunableTable.BuiltIn.Knows(name);

    /// <summary>Those of a capture that are numbers, by name; without those that are kept of every sample.</summary>
    internal static IEnumerable<(string Name, long Value)> Of(SysctlTable sysctls) =>
        sysctls.Names.Where(Has).Except(SampleFacts.Settings).Order(StringComparer.Ordinal)
            .Select(name => (name, sysctls.Number(name)))
            .Where(v => v.Item2 is not null)
            .Select(v => (v.name, v.Item2!.Value.Value));
}
