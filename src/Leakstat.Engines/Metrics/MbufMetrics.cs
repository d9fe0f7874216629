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
        new Metric
        {
            Name = MetricName.MbufUsedItems,
            Labels = s_pool,
            Help = "Network buffers of a pool in use (netstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MbufCurrent) { NotNames = [Bytes] },
        },
        new Metric
        {
            Name = MetricName.MbufCachedItems,
            Labels = s_pool,
            Help = "Network buffers of a pool kept in cache (netstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MbufCache) { NotNames = [Bytes] },
        },
        new Metric
        {
            Name = MetricName.MbufUsedBytes,
            Help = "Memory of network buffers in use (netstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MbufCurrent) { Names = [Bytes] },
        },
        new Metric
        {
            Name = MetricName.MbufCachedBytes,
            Help = "Memory of network buffers kept in cache (netstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MbufCache) { Names = [Bytes] },
        },
        new Metric
        {
            Name = MetricName.MbufLimitItems,
            Labels = s_pool,
            Help = "Most network buffers that a pool may have (netstat -m); only of pools with a limit.",
            OfLatest = c => Pools(c.Mbufs).Where(p => p.Pool.Max is > 0)
                .Select(p => new MetricValue(p.Pool.Max!.Value, p.Name)),
        },
        new Metric
        {
            Name = MetricName.MbufDeniedTotal,
            Type = MetricType.Counter,
            Labels = s_pool,
            Help = "Requests for network buffers that were denied, since boot (netstat -m).",
            OfLatest = c => Requests(c.Mbufs, isDenied: true),
        },
        new Metric
        {
            Name = MetricName.MbufDelayedTotal,
            Type = MetricType.Counter,
            Labels = s_pool,
            Help = "Requests for network buffers that had to wait, since boot (netstat -m).",
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
