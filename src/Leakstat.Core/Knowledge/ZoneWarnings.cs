using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>Zones of which the kernel says itself that their limit was reached, by the sysctl it names.</summary>
internal static class ZoneWarnings
{
    /// <summary><c>sys/kern/kern_mbuf.c</c> and <c>uipc_socket.c</c>: <c>uma_zone_set_warning</c>.</summary>
    public static ImmutableArray<(string Limit, string Zone)> Limits { get; } =
    [
        ("kern.ipc.nmbclusters", "mbuf_cluster"), ("kern.ipc.nmbufs", "mbuf"),
        ("kern.ipc.nmbjumbop", "mbuf_jumbo_page"), ("kern.ipc.nmbjumbo9", "mbuf_jumbo_9k"),
        ("kern.ipc.nmbjumbo16", "mbuf_jumbo_16k"), ("kern.ipc.maxsockets", "socket"),
    ];
}
