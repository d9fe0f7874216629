namespace Leakstat.Model;

/// <summary>One pool of <c>netstat -m</c>, items. Absent parts are not printed for that pool or release.</summary>
/// <param name="Current">In use.</param>
/// <param name="Cache">Free, held in caches.</param>
/// <param name="Total">In use and cached together.</param>
/// <param name="Max">Limit; 0 = none.</param>
/// <param name="At">File and line.</param>
public readonly record struct MbufPool(long? Current, long? Cache, long? Total, long? Max, SourceLine At)
{
    /// <summary>Most that were in use at once since boot; printed by FreeBSD 4 only.</summary>
    public long? Peak { get; init; }
}

/// <summary>The output of <c>netstat -m</c> (<c>usr.bin/netstat/mbuf.c</c>).</summary>
public sealed record MbufStatistics
{
    /// <summary>The file.</summary>
    public required SourceFile File { get; init; }

    /// <summary>mbufs.</summary>
    public MbufPool? Mbufs { get; init; }

    /// <summary>Clusters of 2 KiB.</summary>
    public MbufPool? Clusters { get; init; }

    /// <summary>mbufs with a cluster from the secondary zone <c>mbuf_packet</c>.</summary>
    public MbufPool? Packets { get; init; }

    /// <summary>Jumbo clusters of one page.</summary>
    public MbufPool? JumboPage { get; init; }

    /// <summary>Jumbo clusters of 9 KiB.</summary>
    public MbufPool? Jumbo9 { get; init; }

    /// <summary>Jumbo clusters of 16 KiB.</summary>
    public MbufPool? Jumbo16 { get; init; }

    /// <summary>Bytes allocated to the network (current/cache/total; printed in KiB).</summary>
    public MbufPool? Bytes { get; init; }

    /// <summary>Requests denied: mbufs.</summary>
    public Reading? MbufsDenied { get; init; }

    /// <summary>Requests denied: clusters.</summary>
    public Reading? ClustersDenied { get; init; }

    /// <summary>Requests denied: mbuf and cluster together.</summary>
    public Reading? PacketsDenied { get; init; }

    /// <summary>Requests delayed: mbufs.</summary>
    public Reading? MbufsDelayed { get; init; }

    /// <summary>Requests delayed: clusters.</summary>
    public Reading? ClustersDelayed { get; init; }

    /// <summary>Requests delayed: mbuf and cluster together.</summary>
    public Reading? PacketsDelayed { get; init; }

    /// <summary>Requests for page-size jumbo clusters denied.</summary>
    public Reading? JumboPageDenied { get; init; }

    /// <summary>Requests for 9 KiB jumbo clusters denied.</summary>
    public Reading? Jumbo9Denied { get; init; }

    /// <summary>Requests for 16 KiB jumbo clusters denied.</summary>
    public Reading? Jumbo16Denied { get; init; }

    /// <summary>Requests for page-size jumbo clusters delayed.</summary>
    public Reading? JumboPageDelayed { get; init; }

    /// <summary>Requests for 9 KiB jumbo clusters delayed.</summary>
    public Reading? Jumbo9Delayed { get; init; }

    /// <summary>Requests for 16 KiB jumbo clusters delayed.</summary>
    public Reading? Jumbo16Delayed { get; init; }

    /// <summary>sf_bufs in use/peak/max, where they exist (not amd64).</summary>
    public MbufPool? SendfileBuffers { get; init; }
}
