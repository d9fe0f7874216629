using System.Collections.Immutable;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Engines.Metrics;

/// <summary>Metrics of UMA zones: <c>vmstat -z</c>, and <c>vm.uma</c> where there is one (13.0 and later).</summary>
internal static class ZoneMetrics
{
    private static readonly ImmutableArray<string> s_zone = ["zone"];
    private static readonly ImmutableArray<string> s_node = ["node"];

    public static ImmutableArray<Metric> All { get; } =
    [
        new(MetricName.ZoneUsedItems, "Items of a UMA zone in use (vmstat -z).")
        {
            Labels = s_zone,
            OfSeries = new SeriesMetric(SeriesKind.ZoneUsed),
        },
        new(MetricName.ZoneFreeItems, "Items of a UMA zone kept free (vmstat -z).")
        {
            Labels = s_zone,
            OfSeries = new SeriesMetric(SeriesKind.ZoneFree),
        },
        new(MetricName.ZoneUsedBytes, "Items of a UMA zone in use, times their size (vmstat -z).")
        {
            Labels = s_zone,
            OfSeries = new SeriesMetric(SeriesKind.ZoneUsed) { IsTimesItemSize = true },
        },
        new(MetricName.ZoneLimitItems, "Most items that a UMA zone may have; only of zones with a limit.")
        {
            Labels = s_zone,
            OfLatest = c => Rows(c, r => r.Limit > 0 ? r.Limit : null),
        },
        new(MetricName.ZoneRequestsTotal, "Allocations from a UMA zone since boot (vmstat -z).")
        {
            Type = MetricType.Counter, Labels = s_zone,
            OfSeries = new SeriesMetric(SeriesKind.ZoneRequests),
        },
        new(MetricName.ZoneFailuresTotal, "Failed allocations from a UMA zone since boot (vmstat -z).")
        {
            Type = MetricType.Counter, Labels = s_zone,
            OfSeries = new SeriesMetric(SeriesKind.ZoneFailures),
        },
        new(MetricName.ZoneSleepsTotal, "Allocations from a UMA zone that slept at its limit, since boot (vmstat -z).")
        {
            Type = MetricType.Counter, Labels = s_zone,
            OfLatest = c => Rows(c, r => r.Sleeps),
        },
        new(MetricName.ZoneItemBytes, "Size of an item of a UMA zone (vmstat -z).")
        {
            Labels = s_zone,
            OfLatest = c => (c.Zones?.Rows ?? []).GroupBy(r => r.Name)
                .Select(g => new MetricValue(g.Last().Size, g.Key)),
        },
        new(MetricName.KegPages, "Pages that the keg of a zone holds, by node of sysctl vm.uma.")
        {
            Labels = s_node,
            OfSeries = new SeriesMetric(SeriesKind.KegPages),
        },
        new(MetricName.KegItems, "Items of a zone in use, by node of sysctl vm.uma.")
        {
            Labels = s_node,
            OfSeries = new SeriesMetric(SeriesKind.KegItems),
        },
    ];

    /// <summary>Numbers of a column; zones of one name are added up, for a series may stand once.</summary>
    private static IEnumerable<MetricValue> Rows(Capture capture, Func<ZoneRow, long?> column) =>
        (capture.Zones?.Rows ?? [])
            .Select(r => (r.Name, Value: column(r)))
            .Where(r => r.Value is not null)
            .GroupBy(r => r.Name)
            .Select(g => new MetricValue(Arithmetic.Sum(g.Select(r => r.Value!.Value)), g.Key));
}
