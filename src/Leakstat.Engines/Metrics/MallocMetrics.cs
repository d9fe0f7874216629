using System.Collections.Immutable;
using Leakstat.History;

namespace Leakstat.Engines.Metrics;

/// <summary>Metrics of malloc(9) types: <c>vmstat -m</c>.</summary>
internal static class MallocMetrics
{

    private static readonly ImmutableArray<string> s_type = ["type"];

    public static ImmutableArray<Metric> All { get; } =
    [
        new Metric
        {
            Name = MetricName.MallocUsedBytes,
            Labels = s_type,
            Help = "Live bytes of a malloc type (vmstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MallocBytes),
        },
        new Metric
        {
            Name = MetricName.MallocUsedAllocations,
            Labels = s_type,
            Help = "Live allocations of a malloc type (vmstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MallocInUse),
        },
        new Metric
        {
            Name = MetricName.MallocRequestsTotal,
            Type = MetricType.Counter,
            Labels = s_type,
            Help = "Allocations of a malloc type since boot (vmstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MallocRequests),
        },
    ];
}
