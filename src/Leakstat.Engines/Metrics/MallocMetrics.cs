using System.Collections.Immutable;
using Leakstat.History;

namespace Leakstat.Engines.Metrics;

/// <summary>Metrics of malloc(9) types: <c>vmstat -m</c>.</summary>
internal static class MallocMetrics
{
    public const string Used = "leakstat_malloc_used_bytes";

    private static readonly ImmutableArray<string> s_type = ["type"];

    public static ImmutableArray<Metric> All { get; } =
    [
        new Metric
        {
            Name = Used,
            Unit = "bytes",
            Labels = s_type,
            Help = "Live bytes of a malloc type (vmstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MallocBytes),
        },
        new Metric
        {
            Name = "leakstat_malloc_used_allocations",
            Unit = "allocations",
            Labels = s_type,
            Help = "Live allocations of a malloc type (vmstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MallocInUse),
        },
        new Metric
        {
            Name = "leakstat_malloc_requests_total",
            Type = MetricType.Counter,
            Unit = "allocations",
            Labels = s_type,
            Help = "Allocations of a malloc type since boot (vmstat -m).",
            OfSeries = new SeriesMetric(SeriesKind.MallocRequests),
        },
    ];
}
