using System.Collections.Frozen;

namespace Leakstat.Diagnosis.Limits;

/// <summary>Where the limit of a zone comes from, and what it means when it is reached.</summary>
/// <param name="Zone">Zone name.</param>
/// <param name="Governs">
/// The tunable, or the <c>set limit</c> of pf.conf (<c>states</c>), that sets the limit; null where nothing can.
/// </param>
/// <param name="Means">What it means when the zone is full, one sentence.</param>
/// <param name="Full">What a full zone is worth.</param>
internal sealed record ZoneLimit(string Zone, string? Governs, string Means, WhenFull Full = WhenFull.Trouble)
{
    private static readonly FrozenDictionary<string, ZoneLimit> Known = Table().ToFrozenDictionary(l => l.Zone);

    /// <summary>Whether <see cref="Governs"/> is a limit of pf.conf.</summary>
    public bool IsPacketFilter => Zone.StartsWith("pf ", StringComparison.Ordinal);

    /// <summary>What is known of a zone's limit; null where nothing is (a module's own zone).</summary>
    public static ZoneLimit? Of(string zone) => Known.GetValueOrDefault(zone);

    // From the sites that set the limits (uma_zone_set_max, pf's pool limits) in FreeBSD 10 to 15.
    private static IEnumerable<ZoneLimit> Table() => [.. OfRequests(), .. OfLoad(), .. OfCaches()];

    private static IEnumerable<ZoneLimit> OfRequests()
    {
        const string Sockets = "kern.ipc.maxsockets";
        const string NoSockets = "No socket can be made: connections are refused and socket(2) fails with ENOBUFS.";
        foreach (string zone in (string[])
            ["socket", "unpcb", "ripcb", "udpcb", "udp_inpcb", "udplite_inpcb", "tcp_inpcb", "tcpcb", "divcb"])
        {
            yield return new ZoneLimit(zone, Sockets, NoSockets);
        }

        yield return new ZoneLimit(
            "pf states", "states", "pf makes no new state: new connections through the firewall are dropped.");
        yield return new ZoneLimit(
            "pf source nodes",
            "src-nodes",
            "pf tracks no new source: rules with source tracking or sticky addresses drop new connections.");
        yield return new ZoneLimit("pf frag entries", "frags", "pf drops IP fragments.");
        yield return new ZoneLimit("pf frags", "frags", "pf drops IP fragments.");
        yield return new ZoneLimit(
            "pf table entries",
            "table-entries",
            "Addresses can no longer be added to pf tables; loading a ruleset may fail.");
        yield return new ZoneLimit("pf anchors", "anchors", "No further anchor can be made.");
        yield return new ZoneLimit("pf Ethernet anchors", "eth-anchors", "No further Ethernet anchor can be made.");

        const string Dynamic = "ipfw makes no new dynamic state: new connections that need one are dropped.";
        yield return new ZoneLimit("IPFW dynamic rule", "net.inet.ip.fw.dyn_max", Dynamic);
        yield return new ZoneLimit("IPFW IPv4 dynamic states", "net.inet.ip.fw.dyn_max", Dynamic);
        yield return new ZoneLimit("IPFW IPv6 dynamic states", "net.inet.ip.fw.dyn_max", Dynamic);
        yield return new ZoneLimit(
            "NetGraph items", "net.graph.maxalloc", "Control messages between netgraph nodes are lost.");
        yield return new ZoneLimit("NetGraph data items", "net.graph.maxdata", "netgraph drops packets.");

        const string Swap = "No more memory can be swapped out, however much swap is free.";
        yield return new ZoneLimit("swblk", "kern.maxswzone", Swap);
        yield return new ZoneLimit("swpctrie", "kern.maxswzone", Swap);
        yield return new ZoneLimit("SWAPMETA", "kern.maxswzone", Swap);
    }

    private static IEnumerable<ZoneLimit> OfLoad()
    {
        yield return new ZoneLimit(
            "ipq",
            "net.inet.ip.maxfragpackets",
            "IP fragments are dropped: heavy fragmentation, or an attack.",
            WhenFull.Load);
        yield return new ZoneLimit(
            "tcpreass",
            "net.inet.tcp.reass.maxsegments",
            "Out-of-order TCP segments are dropped and sent again: packet loss, or connections that hold gaps.",
            WhenFull.Load);
        yield return new ZoneLimit(
            "syncache",
            "net.inet.tcp.syncache.cachelimit",
            "Half-open connections fill their cache: a SYN flood, or more connections than the application accepts. "
                + "SYN cookies take over.",
            WhenFull.Load);
        yield return new ZoneLimit(
            "DEVCTL", "hw.bus.devctl_queue", "Device events are not read: devd(8) is stopped or hangs.", WhenFull.Load);
    }

    private static IEnumerable<ZoneLimit> OfCaches()
    {
        yield return new ZoneLimit(
            "hostcache",
            "net.inet.tcp.hostcache.cachelimit",
            "A cache of peers; the oldest entry makes room.",
            WhenFull.Normal);
        yield return new ZoneLimit(
            "tcptw", "net.inet.tcp.maxtcptw", "TIME_WAIT of a busy server; the oldest makes room.", WhenFull.Normal);
        yield return new ZoneLimit(
            "NetFlow IPv4 cache", null, "A cache of flows; the oldest is exported early.", WhenFull.Normal);
        yield return new ZoneLimit(
            "NetFlow IPv6 cache", null, "A cache of flows; the oldest is exported early.", WhenFull.Normal);
        foreach (string zone in (string[])
        [
            "pbuf", "swrbuf", "swwbuf", "vnpbuf", "clpbuf", "mdpbuf", "nfspbuf", "smbpbuf", "fusepbuf", "ncl_pbuf",
        ])
        {
            yield return new ZoneLimit(
                zone,
                null,
                "Buffers of transfers under way; callers wait for one as a matter of course.",
                WhenFull.Normal);
        }
    }
}

/// <summary>What a full zone is worth.</summary>
internal enum WhenFull
{
    /// <summary>Requests fail.</summary>
    Trouble,

    /// <summary>A sign of load or of an attack from outside, not of memory.</summary>
    Load,

    /// <summary>Meant to be full.</summary>
    Normal,
}
