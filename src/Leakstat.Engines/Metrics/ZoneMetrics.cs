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
        new Metric
        {
            Name = MetricName.ZoneUsedItems,
            Labels = s_zone,
            Help = "Items of a UMA zone in use (vmstat -z).",
            OfSeries = new SeriesMetric(SeriesKind.ZoneUsed),
        },
        new Metric
        {
            Name = MetricName.ZoneFreeItems,
            Labels = s_zone,
            Help = "Items of a UMA zone kept free (vmstat -z).",
            OfSeries = new SeriesMetric(SeriesKind.ZoneFree),
        },
        new Metric
        {
            Name = MetricName.ZoneUsedBytes,
            Labels = s_zone,
            Help = "Items of a UMA zone in use, times their size (vmstat -z).",
            OfSeries = new SeriesMetric(SeriesKind.ZoneUsed) { IsTimesItemSize = true },
        },
        new Metric
        {
            Name = MetricName.ZoneLimitItems,
            Labels = s_zone,
            Help = "Most items that a UMA zone may have; only of zones with a limit.",
            OfLatest = c => Rows(c, r => r.Limit > 0 ? r.Limit : null),
        },
        new Metric
        {
            Name = MetricName.ZoneRequestsTotal,
            Type = MetricType.Counter,
            Labels = s_zone,
            Help = "Allocations from a UMA zone since boot (vmstat -z).",
            OfSeries = new SeriesMetric(SeriesKind.ZoneRequests),
        },
        new Metric
        {
            Name = MetricName.ZoneFailuresTotal,
            Type = MetricType.Counter,
            Labels = s_zone,
            Help = "Failed allocations from a UMA zone since boot (vmstat -z).",
            OfSeries = new SeriesMetric(SeriesKind.ZoneFailures),
        },
        new Metric
        {
            Name = MetricName.ZoneSleepsTotal,
            Type = MetricType.Counter,
            Labels = s_zone,
            Help = "Allocations from a UMA zone that slept at its limit, since boot (vmstat -z).",
            OfLatest = c => Rows(c, r => r.Sleeps),
        },
        new Metric
        {
            Name = MetricName.ZoneItemBytes,
            Labels = s_zone,
            Help = "Size of an item of a UMA zone (vmstat -z).",
            OfLatest = c => (c.Zones?.Rows ?? []).GroupBy(r => r.Name)
                .Select(g => new MetricValue(g.Last().Size, g.Key)),
        },
        new Metric
        {
            Name = MetricName.KegPages,
            Labels = s_node,
            Help = "Pages that the keg of a zone holds, by node of sysctl vm.uma.",
            OfSeries = new SeriesMetric(SeriesKind.KegPages),
        },
        new Metric
        {
            Name = MetricName.KegItems,
            Labels = s_node,
            Help = "Items of a zone in use, by node of sysctl vm.uma.",
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
