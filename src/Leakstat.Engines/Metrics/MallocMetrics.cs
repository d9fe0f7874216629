using System.Collections.Immutable;
using Leakstat.History;

namespace Leakstat.Engines.Metrics;

/// <summary>Metrics of malloc(9) types: <c>vmstat -m</c>.</summary>
internal static class MallocMetrics
{
    private static readonly ImmutableArray<string> s_type = ["type"];

    public static ImmutableArray<Metric> All { get; } =
    [
        new(MetricName.MallocUsedBytes, "Live bytes of a malloc type (vmstat -m).")
        {
            Labels = s_type,
            OfSeries = new SeriesMetric(SeriesKind.MallocBytes),
        },
        new(MetricName.MallocUsedAllocations, "Live allocations of a malloc type (vmstat -m).")
        {
            Labels = s_type,
            OfSeries = new SeriesMetric(SeriesKind.MallocInUse),
        },
        new(MetricName.MallocRequestsTotal, "Allocations of a malloc type since boot (vmstat -m).")
        {
            Type = MetricType.Counter, Labels = s_type,
            OfSeries = new SeriesMetric(SeriesKind.MallocRequests),
        },
    ];
}
