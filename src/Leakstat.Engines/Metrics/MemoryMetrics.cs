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
        new Metric
        {
            Name = MetricName.MemoryBytes,
            Labels = ["state"],
            Help = "Physical memory by the state of its pages (vm.stats.vm).",
            OfSeries = new SeriesMetric(SeriesKind.Account) { Names = s_states },
        },
        new Metric
        {
            Name = MetricName.PhysicalMemoryBytes,
            Help = "Physical memory known to the kernel (hw.physmem).",
            OfLatest = c => c.Host.PhysicalMemory is { } memory ? [new MetricValue(memory.Value)] : [],
        },
        new Metric
        {
            Name = MetricName.PageSizeBytes,
            Help = "Size of a page (hw.pagesize).",
            OfLatest = c => c.Host.PageSize is { } size ? [new MetricValue(size.Value)] : [],
        },
        new Metric
        {
            Name = MetricName.LedgerBytes,
            Labels = ["account"],
            Help = "Memory by account of leakstat's ledger; account unaccounted is wired memory that nobody owns.",
            OfSeries = new SeriesMetric(SeriesKind.Account) { NotNames = s_states },
        },
        new Metric
        {
            Name = MetricName.ZfsArcBytes,
            Help = "Size of the ARC (kstat.zfs.misc.arcstats.size).",
            OfSeries = new SeriesMetric(SeriesKind.Counter) { Names = [ArcSize] },
        },
        new Metric
        {
            Name = MetricName.Level,
            Labels = ["of"],
            Help = "What explains growth where it grows too: vnodes, sockets, open files, processes, and more.",
            OfSeries = new SeriesMetric(SeriesKind.Counter) { NotNames = [ArcSize] },
        },
        new Metric
        {
            Name = MetricName.SwapUsedBytes,
            Labels = ["device"],
            Help = "Swap in use, by device (swapinfo).",
            OfLatest = c => (c.Swap?.Devices ?? []).DistinctBy(d => d.Device)
                .Select(d => new MetricValue(d.Used, d.Device)),
        },
        new Metric
        {
            Name = MetricName.SwapSizeBytes,
            Labels = ["device"],
            Help = "Swap that there is, by device (swapinfo).",
            OfLatest = c => (c.Swap?.Devices ?? []).DistinctBy(d => d.Device)
                .Select(d => new MetricValue(d.Total, d.Device)),
        },
    ];
}
