using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Engines.Metrics;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Serve.Judging;

/// <summary>A zone, or zones of one name added up.</summary>
internal readonly record struct ZoneNumbers(
    string Name, long Used, long Free, long UsedBytes, long Limit, long Requests, long? Failures);

/// <summary>A malloc type, or types of one name added up.</summary>
internal readonly record struct TypeNumbers(string Name, long Allocations, long Bytes, long Requests);

/// <summary>What a metric says of a host.</summary>
internal readonly record struct MetricNumbers(Metric Metric, ImmutableArray<MetricValue> Values);

/// <summary>
/// The numbers of a host's latest capture that metrics and search are made of: tens of kilobytes, so that those of a
/// thousand hosts fit in memory where their histories do not. Immutable.
/// </summary>
internal sealed record HostNumbers
{
    /// <summary>Zones, those with most bytes first.</summary>
    public ImmutableArray<ZoneNumbers> Zones { get; init; } = [];

    /// <summary>Malloc types, those with most bytes first.</summary>
    public ImmutableArray<TypeNumbers> Types { get; init; } = [];

    /// <summary>Of each of <see cref="SmallMetrics"/> what it says of the host.</summary>
    public ImmutableArray<MetricNumbers> Small { get; init; } = [];

    /// <summary>Metrics that have few series a host: memory, ledger, network buffers, swap, uptime.</summary>
    public static ImmutableArray<Metric> SmallMetrics { get; } =
    [
        .. ((ReadOnlySpan<string>)
        [
            MetricName.UptimeSeconds, MetricName.PhysicalMemoryBytes, MetricName.MemoryBytes, MetricName.LedgerBytes,
            MetricName.ZfsArcBytes, MetricName.SwapUsedBytes, MetricName.SwapSizeBytes,
            MetricName.MbufUsedItems, MetricName.MbufCachedItems, MetricName.MbufUsedBytes,
            MetricName.MbufCachedBytes, MetricName.MbufLimitItems, MetricName.MbufDeniedTotal,
            MetricName.MbufDelayedTotal,
        ]).ToArray().Select(name => MetricTable.Find(name)!),
    ];

    /// <summary>The numbers of a diagnosis.</summary>
    /// <param name="report">The diagnosis.</param>
    /// <param name="pool">Gives the one copy of a name that all hosts share.</param>
    public static HostNumbers Of(DiagnosisReport report, Func<string, string> pool)
    {
        SampleNumber[] numbers = [.. SampleNumber.Of(report.Latest, report.Ledger)];
        return new HostNumbers
        {
            Zones = ZonesOf(report.Latest.Zones, pool),
            Types = TypesOf(report.Latest.MallocTypes, pool),
            Small = [.. SmallMetrics.Select(m => new MetricNumbers(m, [.. ValuesOf(m, report.Latest, numbers, pool)]))],
        };
    }

    private static ImmutableArray<ZoneNumbers> ZonesOf(ZoneTable? table, Func<string, string> pool) => table is null
        ? []
        :
        [
            .. table.Rows.GroupBy(r => r.Name)
                .Select(g => new ZoneNumbers(
                    pool(g.Key),
                    Arithmetic.Sum(g.Select(r => r.Used)),
                    Arithmetic.Sum(g.Select(r => r.Free)),
                    Arithmetic.Sum(g.Select(r => r.UsedBytes)),
                    Arithmetic.Sum(g.Select(r => r.Limit)),
                    Arithmetic.Sum(g.Select(r => r.Requests)),
                    g.Any(r => r.Failures is null) ? null : Arithmetic.Sum(g.Select(r => r.Failures!.Value))))
                .OrderByDescending(z => z.UsedBytes).ThenBy(z => z.Name, StringComparer.Ordinal),
        ];

    private static ImmutableArray<TypeNumbers> TypesOf(MallocTable? table, Func<string, string> pool) =>
        table is null
            ? []
            :
            [
                .. table.Rows.GroupBy(r => r.Name)
                    .Select(g => new TypeNumbers(
                        pool(g.Key),
                        Arithmetic.Sum(g.Select(r => r.InUse)),
                        Arithmetic.Sum(g.Select(r => r.Memory)),
                        Arithmetic.Sum(g.Select(r => r.Requests))))
                    .OrderByDescending(t => t.Bytes).ThenBy(t => t.Name, StringComparer.Ordinal),
            ];

    /// <summary>What a metric says of one capture, as engines are told it of the last of a history.</summary>
    private static IEnumerable<MetricValue> ValuesOf(
        Metric metric, Capture capture, SampleNumber[] numbers, Func<string, string> pool) => metric switch
        {
            { OfSeries: { } series } => numbers.Where(n => series.Takes(n.Key)).GroupBy(n => n.Key.Name).Select(
                g => new MetricValue(
                    Arithmetic.Sum(g.Select(n => n.Value)), metric.Labels.IsEmpty ? [] : [pool(g.Key)])),
            { OfSample: { } sample } => sample(SampleFacts.Of(capture)),
            _ => metric.OfLatest!(capture),
        };
}
