using Leakstat.Captures.Libxo;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.NetstatMbuf;

/// <summary>Values of <c>netstat -m</c> as libxo writes them.</summary>
internal sealed class MbufValues(CaptureBuilder capture, SourceFile file) : LibxoValues(capture, file)
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Container => "mbuf-statistics"u8;

    /// <inheritdoc/>
    public override void Offer(PartRank rank, long? version)
    {
        if (Values.Count == 0)
        {
            return;
        }

        MbufPool? bytes = Pool("bytes-in-use", "bytes-in-cache", "bytes-total", null);
        Capture.Offer(
            new MbufStatistics
            {
                File = File,
                Mbufs = Pool("mbuf-current", "mbuf-cache", "mbuf-total", null),
                Clusters = Pool("cluster-current", "cluster-cache", "cluster-total", "cluster-max"),
                Packets = Pool("packet-count", "packet-free", null, null),
                JumboPage = Pool("jumbo-count", "jumbo-cache", "jumbo-total", "jumbo-max"),
                Jumbo9 = Pool("jumbo9-count", "jumbo9-cache", "jumbo9-total", "jumbo9-max"),
                Jumbo16 = Pool("jumbo16-count", "jumbo16-cache", "jumbo16-total", "jumbo16-limit"),
                Bytes = bytes is { } pool
                    ? pool with { Current = Kibi(pool.Current), Cache = Kibi(pool.Cache), Total = Kibi(pool.Total) }
                    : null,
                MbufsDenied = Find("mbuf-failures"),
                ClustersDenied = Find("cluster-failures"),
                PacketsDenied = Find("packet-failures"),
                MbufsDelayed = Find("mbuf-sleeps"),
                ClustersDelayed = Find("cluster-sleeps"),
                PacketsDelayed = Find("packet-sleeps"),
                JumboPageDenied = Find("jumbop-failures"),
                Jumbo9Denied = Find("jumbo9-failures"),
                Jumbo16Denied = Find("jumbo16-failures"),
                JumboPageDelayed = Find("jumbop-sleeps"),
                Jumbo9Delayed = Find("jumbo9-sleeps"),
                Jumbo16Delayed = Find("jumbo16-sleeps"),
                SendfileBuffers = Pool("nsfbufs-current", "nsfbufs-peak", null, "nsfbufs"),
            },
            rank);
    }

    private static long? Kibi(long? value) => value is { } known ? Arithmetic.Multiply(known, 1024) : null;

    private MbufPool? Pool(string current, string cache, string? total, string? max)
    {
        Reading? inUse = Find(current);
        Reading? cached = Find(cache);
        Reading? both = total is null ? null : Find(total);
        Reading? limit = max is null ? null : Find(max);
        return (inUse ?? cached ?? both ?? limit) is { } first
            ? new MbufPool(inUse?.Value, cached?.Value, both?.Value, limit?.Value, first.At)
            : null;
    }
}
