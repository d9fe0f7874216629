using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.History;

namespace Leakstat.Engines.Metrics;

/// <summary>Metrics of physical memory, the ledger, and the loads that explain growth.</summary>
internal static class MemoryMetrics
{
    private static readonly ImmutableArray<string> s_states =
    [
        AccountName.Wired, AccountName.Active, AccountName.Inactive, AccountName.Laundry, AccountName.Free,
        AccountName.Cache,
    ];

    private const string ArcSize = "ARC size";

    public static ImmutableArray<Metric> All { get; } =
    [
        new(MetricName.MemoryBytes, "Physical memory by the state of its pages (vm.stats.vm).")
        {
            Labels = ["state"],
            OfSeries = new SeriesMetric(SeriesKind.Account) { Names = s_states },
        },
        new(MetricName.PhysicalMemoryBytes, "Physical memory known to the kernel (hw.physmem).")
        {
            OfLatest = c => c.Host.PhysicalMemory is { } memory ? [new MetricValue(memory.Value)] : [],
        },
        new(MetricName.PageSizeBytes, "Size of a page (hw.pagesize).")
        {
            OfLatest = c => c.Host.PageSize is { } size ? [new MetricValue(size.Value)] : [],
        },
        new(
            MetricName.LedgerBytes,
            "Memory by account of leakstat's ledger; account unaccounted is wired memory that nobody owns.")
        {
            Labels = ["account"],
            OfSeries = new SeriesMetric(SeriesKind.Account) { NotNames = s_states },
        },
        new(MetricName.ZfsArcBytes, "Size of the ARC (kstat.zfs.misc.arcstats.size).")
        {
            OfSeries = new SeriesMetric(SeriesKind.Counter) { Names = [ArcSize] },
        },
        new(
            MetricName.Level,
            "What explains growth where it grows too: vnodes, sockets, open files, processes, and more.")
        {
            Labels = ["of"],
            OfSeries = new SeriesMetric(SeriesKind.Counter) { NotNames = [ArcSize] },
        },
        new(MetricName.SwapUsedBytes, "Swap in use, by device (swapinfo).")
        {
            Labels = ["device"],
            OfLatest = c => (c.Swap?.Devices ?? []).DistinctBy(d => d.Device)
                .Select(d => new MetricValue(d.Used, d.Device)),
        },
        new(MetricName.SwapSizeBytes, "Swap that there is, by device (swapinfo).")
        {
            Labels = ["device"],
            OfLatest = c => (c.Swap?.Devices ?? []).DistinctBy(d => d.Device)
                .Select(d => new MetricValue(d.Total, d.Device)),
        },
    ];
}
