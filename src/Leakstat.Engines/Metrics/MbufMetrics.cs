using System.Collections.Immutable;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Engines.Metrics;

/// <summary>Metrics of network buffers: <c>netstat -m</c>.</summary>
internal static class MbufMetrics
{

    /// <summary>The pool whose numbers are bytes of all of them.</summary>
    public const string Bytes = "bytes";

    private static readonly ImmutableArray<string> s_pool = ["pool"];

    public static ImmutableArray<Metric> All { get; } =
    [
        new(MetricName.MbufUsedItems, "Network buffers of a pool in use (netstat -m).")
        {
            Labels = s_pool,
            OfSeries = new SeriesMetric(SeriesKind.MbufCurrent) { NotNames = [Bytes] },
        },
        new(MetricName.MbufCachedItems, "Network buffers of a pool kept in cache (netstat -m).")
        {
            Labels = s_pool,
            OfSeries = new SeriesMetric(SeriesKind.MbufCache) { NotNames = [Bytes] },
        },
        new(MetricName.MbufUsedBytes, "Memory of network buffers in use (netstat -m).")
        {
            OfSeries = new SeriesMetric(SeriesKind.MbufCurrent) { Names = [Bytes] },
        },
        new(MetricName.MbufCachedBytes, "Memory of network buffers kept in cache (netstat -m).")
        {
            OfSeries = new SeriesMetric(SeriesKind.MbufCache) { Names = [Bytes] },
        },
        new(
            MetricName.MbufLimitItems,
            "Most network buffers that a pool may have (netstat -m); only of pools with a limit.")
        {
            Labels = s_pool,
            OfLatest = c => Pools(c.Mbufs).Where(p => p.Pool.Max is > 0)
                .Select(p => new MetricValue(p.Pool.Max!.Value, p.Name)),
        },
        new(MetricName.MbufDeniedTotal, "Requests for network buffers that were denied, since boot (netstat -m).")
        {
            Type = MetricType.Counter, Labels = s_pool,
            OfLatest = c => Requests(c.Mbufs, isDenied: true),
        },
        new(MetricName.MbufDelayedTotal, "Requests for network buffers that had to wait, since boot (netstat -m).")
        {
            Type = MetricType.Counter, Labels = s_pool,
            OfLatest = c => Requests(c.Mbufs, isDenied: false),
        },
    ];

    private static IEnumerable<(string Name, MbufPool Pool)> Pools(MbufStatistics? mbufs)
    {
        (string Name, MbufPool? Pool)[] pools =
        [
            ("mbufs", mbufs?.Mbufs), ("clusters", mbufs?.Clusters), ("packets", mbufs?.Packets),
            ("page jumbo", mbufs?.JumboPage), ("9k jumbo", mbufs?.Jumbo9), ("16k jumbo", mbufs?.Jumbo16),
        ];
        return pools.Where(p => p.Pool is not null).Select(p => (p.Name, p.Pool!.Value));
    }

    private static IEnumerable<MetricValue> Requests(MbufStatistics? mbufs, bool isDenied)
    {
        (string Name, Reading? Denied, Reading? Delayed)[] all =
        [
            ("mbufs", mbufs?.MbufsDenied, mbufs?.MbufsDelayed),
            ("clusters", mbufs?.ClustersDenied, mbufs?.ClustersDelayed),
            ("packets", mbufs?.PacketsDenied, mbufs?.PacketsDelayed),
            ("page jumbo", mbufs?.JumboPageDenied, mbufs?.JumboPageDelayed),
            ("9k jumbo", mbufs?.Jumbo9Denied, mbufs?.Jumbo9Delayed),
            ("16k jumbo", mbufs?.Jumbo16Denied, mbufs?.Jumbo16Delayed),
        ];
        return all
            .Select(r => (r.Name, Reading: isDenied ? r.Denied : r.Delayed))
            .Where(r => r.Reading is not null)
            .Select(r => new MetricValue(r.Reading!.Value.Value, r.Name));
    }
}
