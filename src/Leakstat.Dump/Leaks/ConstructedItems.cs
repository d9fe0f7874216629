using System.Collections.Frozen;

namespace Leakstat.Dump.Leaks;

/// <summary>An init function whose items own nothing while they are free.</summary>
/// <param name="Function">Name of the function.</param>
/// <param name="What">What it does.</param>
/// <param name="Source">Where it stands.</param>
internal readonly record struct HarmlessInit(string Function, string What, string Source);

/// <summary>
/// What free items own that a keg's init function constructed. Most such functions make locks only: what else stands in
/// a free item
/// was left there by its last user and must not hold anything. Items of functions that are not listed are read whole.
/// </summary>
internal static class ConstructedItems
{
    /// <summary>The table.</summary>
    public static IReadOnlyList<HarmlessInit> Harmless { get; } =
    [
        new("pipe_zone_init", "a mutex", "sys/kern/sys_pipe.c"),
        new("inpcb_init", "a lock", "sys/netinet/in_pcb.c"),
        new("tcp_inpcb_init", "a lock", "sys/netinet/tcp_subr.c"),
        new("udp_inpcb_init", "a lock", "sys/netinet/udp_usrreq.c"),
        new("udplite_inpcb_init", "a lock", "sys/netinet/udp_usrreq.c"),
        new("rip_inpcb_init", "a lock", "sys/netinet/raw_ip.c"),
        new("div_inpcb_init", "a lock", "sys/netinet/ip_divert.c"),
        new(
            "vmspace_zinit",
            "locks; a free one keeps pointers to page tables that have other users by now",
            "sys/vm/vm_map.c"),
        new("sleepq_init", "empty queues", "sys/kern/subr_sleepqueue.c"),
        new("turnstile_init", "a lock, empty queues", "sys/kern/subr_turnstile.c"),
        new("pctrie_zone_init", "an empty node", "sys/kern/subr_pctrie.c, sys/kern/vfs_subr.c"),
        new("vm_radix_node_zone_init", "an empty node", "sys/vm/vm_radix.c"),
        new("vm_radix_zone_init", "an empty node (its name since 14)", "sys/vm/vm_radix.c"),
        new("pgrp_init", "locks", "sys/kern/kern_proc.c"),
        new("itimer_init", "a mutex", "sys/kern/kern_time.c"),
        new("tmpfs_node_init", "a mutex", "sys/fs/tmpfs/tmpfs_subr.c"),
        new("pf_mtag_uminit", "the kind of the tag and its free function", "sys/netpfil/pf/pf.c"),
        new("splice_zinit", "a mutex", "sys/kern/uipc_socket.c"),
        new("tcp_log_zone_init", "a count of references", "sys/netinet/tcp_log_buf.c"),
        new("vm_object_zinit", "a lock, an empty tree, a place in the list of all objects", "sys/vm/vm_object.c"),
    ];

    private static readonly FrozenSet<string> s_harmless = Harmless.Select(h => h.Function).ToFrozenSet(
        StringComparer.Ordinal);

    /// <summary>Whether free items that this init function constructed own nothing.</summary>
    public static bool OwnNothing(KernelDump dump, ulong init) =>
        init != 0
            && dump.Symbols.TryResolve(init, out Target.KernelSymbol symbol)
            && symbol.Address == init
            && s_harmless.Contains(symbol.Name);
}
