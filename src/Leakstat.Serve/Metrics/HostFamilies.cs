using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Engines.Metrics;
using Leakstat.Reports.Forms.Text;
using Leakstat.Serve.Judging;

namespace Leakstat.Serve.Metrics;

/// <summary>A series of a host: its value, what tells it from others of the family, and its time.</summary>
/// <param name="Value">The value.</param>
/// <param name="Labels">Values of the family's labels, in their order.</param>
internal readonly record struct HostSample(double Value, ImmutableArray<string> Labels)
{
    /// <summary>Place of its zone or type among those of the host, most bytes first; 0 for what is no such.</summary>
    public int Place { get; init; }

    /// <summary>Milliseconds since 1970 where it is of that time and no other; null where it holds now.</summary>
    public long? At { get; init; }
}

/// <summary>
/// What <c>/metrics</c> gives of every host: a row each, the most telling first. Names, labels, types and words are
/// those of <see cref="MetricTable"/>, so that rules and dashboards read a server as they read what is written to an
/// engine; beside them stand a few that only a server has.
/// </summary>
/// <param name="Name">Name of the family.</param>
/// <param name="Type">gauge or counter.</param>
/// <param name="Help">What it is.</param>
/// <param name="Labels">Names of its labels beside that of the host.</param>
/// <param name="Of">The series of a host.</param>
internal sealed record HostFamily(
    string Name,
    string Type,
    string Help,
    ImmutableArray<string> Labels,
    Func<JudgedHost, IEnumerable<HostSample>> Of)
{
    /// <summary>Families with few series a host, the most telling first.</summary>
    public static ImmutableArray<HostFamily> Small { get; } =
    [
        OfVerdict(MetricName.HostState),
        OfVerdict(MetricName.Finding),
        OfVerdict(MetricName.FindingExhaustionTimestampSeconds),
        OfVerdict(MetricName.FindingGrowthBytesPerHour),
        OfVerdict(MetricName.FindingConfidenceRatio),
        new("leakstat_findings", "gauge", "Findings of a host that something is wrong, by severity.", ["severity"],
            host => FindingsOf(host)),
        One("leakstat_captures", "Samples that the diagnosis of a host rests on.", h => h.Summary.Captures),
        One("leakstat_last_capture_timestamp_seconds", "Time of the latest capture of a host.",
            h => h.Summary.LastSeen?.ToUnixTimeSeconds()),
        One("leakstat_judged_timestamp_seconds", "When a host was judged last.", h => h.JudgedAt.ToUnixTimeSeconds()),
        .. HostNumbers.SmallMetrics.Select(m => Known(m.Name, host => SmallOf(host, m))),
    ];

    /// <summary>Families with a series for each zone.</summary>
    public static ImmutableArray<HostFamily> Zones { get; } =
    [
        Zone(MetricName.ZoneUsedItems, z => z.Used),
        Zone(MetricName.ZoneFreeItems, z => z.Free),
        Zone(MetricName.ZoneUsedBytes, z => z.UsedBytes),
        Zone(MetricName.ZoneLimitItems, z => z.Limit > 0 ? z.Limit : null),
        Zone(MetricName.ZoneRequestsTotal, z => z.Requests),
        Zone(MetricName.ZoneFailuresTotal, z => z.Failures),
    ];

    /// <summary>Families with a series for each malloc type.</summary>
    public static ImmutableArray<HostFamily> Types { get; } =
    [
        MallocType(MetricName.MallocUsedBytes, t => t.Bytes),
        MallocType(MetricName.MallocUsedAllocations, t => t.Allocations),
        MallocType(MetricName.MallocRequestsTotal, t => t.Requests),
    ];

    /// <summary>All of them.</summary>
    public static ImmutableArray<HostFamily> All { get; } = [.. Small, .. Zones, .. Types];

    /// <summary>A family of the table of metrics.</summary>
    private static HostFamily Known(string name, Func<JudgedHost, IEnumerable<HostSample>> of)
    {
        Metric metric = MetricTable.Find(name)!;
        return new HostFamily(
            name, metric.Type == MetricType.Counter ? "counter" : "gauge", metric.Help, metric.Labels, of);
    }

    private static HostFamily OfVerdict(string name)
    {
        Metric metric = MetricTable.Find(name)!;
        return Known(name, host => metric.OfVerdict!(host.Summary).Where(v => double.IsFinite(v.Value))
            .Select(v => new HostSample(v.Value, v.Labels)));
    }

    private static HostFamily One(string name, string help, Func<JudgedHost, long?> value) => new(
        name, "gauge", help, [], host => value(host) is { } known ? [new HostSample(known, [])] : []);

    private static HostFamily Zone(string name, Func<ZoneNumbers, long?> value) => Known(
        name,
        host => host.Numbers.Zones
            .Select((z, place) => (z.Name, Value: value(z), Place: place)).Where(z => z.Value is not null)
            .Select(z => new HostSample(z.Value!.Value, [z.Name]) { Place = z.Place }));

    private static HostFamily MallocType(string name, Func<TypeNumbers, long> value) => Known(
        name,
        host => host.Numbers.Types.Select((t, place) => new HostSample(value(t), [t.Name]) { Place = place }));

    /// <summary>
    /// The time since boot is that at the capture: given as of then, it ends where captures end, and a host that fell
    /// silent is seen to be.
    /// </summary>
    private static IEnumerable<HostSample> SmallOf(JudgedHost host, Metric metric)
    {
        bool isOfCapture = metric.Name == MetricName.UptimeSeconds;
        long? at = host.Summary.LastSeen?.ToUnixTimeMilliseconds();
        return isOfCapture && at is null
            ? []
            : host.Numbers.Small.Where(n => n.Metric == metric).SelectMany(n => n.Values)
                .Select(v => new HostSample(v.Value, v.Labels.IsDefault ? [] : v.Labels)
                {
                    At = isOfCapture ? at : null,
                });
    }

    private static IEnumerable<HostSample> FindingsOf(JudgedHost host)
    {
        Finding[] wrong = [.. host.Summary.Findings.Where(f => f.Verdict != Verdict.Healthy)];
        return Enum.GetValues<Severity>()
            .Select(s => new HostSample(wrong.Count(f => f.Severity == s), [ReportTerms.Of(s)]));
    }
}
