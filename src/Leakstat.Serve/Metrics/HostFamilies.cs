using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Text;
using Leakstat.Serve.Judging;

namespace Leakstat.Serve.Metrics;

/// <summary>A series of a host: what tells it from others of the family beside the host, and its value.</summary>
internal readonly record struct HostSample(double Value, ImmutableArray<(string Name, string Value)> Labels);

/// <summary>
/// What <c>/metrics</c> gives of every host: a row each. Names, types and words are those of
/// <c>leakstat-collect --prom</c> where it has them too, so that one query reads both.
/// </summary>
/// <param name="Name">Name of the family.</param>
/// <param name="Type">gauge or counter.</param>
/// <param name="Help">What it is.</param>
/// <param name="Of">The series of a host, of so many zones and types at most.</param>
internal sealed record HostFamily(
    string Name, string Type, string Help, Func<JudgedHost, int, IEnumerable<HostSample>> Of)
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<HostFamily> All { get; } =
    [
        new("leakstat_zone_used_items", "gauge", "Items of a UMA zone in use (vmstat -z).", Zones(z => z.Used)),
        new("leakstat_zone_free_items", "gauge", "Items of a UMA zone kept free (vmstat -z).", Zones(z => z.Free)),
        new(
            "leakstat_zone_used_bytes",
            "gauge",
            "Items of a UMA zone in use, times their size (vmstat -z).",
            Zones(z => z.UsedBytes)),
        new(
            "leakstat_zone_limit_items",
            "gauge",
            "Most items that a UMA zone may have; only of zones with a limit.",
            Zones(z => z.Limit > 0 ? z.Limit : null)),
        new(
            "leakstat_zone_requests_total",
            "counter",
            "Allocations from a UMA zone since boot (vmstat -z).",
            Zones(z => z.Requests)),
        new(
            "leakstat_zone_failures_total",
            "counter",
            "Failed allocations from a UMA zone since boot (vmstat -z).",
            Zones(z => z.Failures)),
        new("leakstat_malloc_used_bytes", "gauge", "Live bytes of a malloc type (vmstat -m).", Types(t => t.Bytes)),
        new(
            "leakstat_malloc_used_allocations",
            "gauge",
            "Live allocations of a malloc type (vmstat -m).",
            Types(t => t.Allocations)),
        new(
            "leakstat_malloc_requests_total",
            "counter",
            "Allocations of a malloc type since boot (vmstat -m).",
            Types(t => t.Requests)),
        new(
            "leakstat_mbuf_used", "gauge", "Mbufs and clusters in use, by pool (netstat -m).",
            Named("pool", n => n.MbufsUsed)),
        new(
            "leakstat_mbuf_cached", "gauge", "Mbufs and clusters kept in cache, by pool (netstat -m).",
            Named("pool", n => n.MbufsCached)),
        new(
            "leakstat_memory_bytes", "gauge", "Physical memory by the state of its pages (vm.stats.vm).",
            Named("state", n => n.Pages)),
        new(
            "leakstat_physical_memory_bytes",
            "gauge",
            "Physical memory known to the kernel (hw.physmem).",
            One(h => h.Numbers.Physical)),
        new(
            "leakstat_zfs_arc_bytes",
            "gauge",
            "Size of the ARC (kstat.zfs.misc.arcstats.size).",
            One(h => h.Numbers.Arc)),
        new(
            "leakstat_wired_bytes", "gauge", "Wired memory by owner, as the ledger has it.",
            Named("account", n => n.Wired)),
        new(
            "leakstat_unaccounted_bytes",
            "gauge",
            "Wired memory that nobody owns; signed.",
            One(h => h.Numbers.Unaccounted)),
        new("leakstat_verdict", "gauge", "1 for the state of the verdict over a host.", StateOf),
        new("leakstat_findings", "gauge", "Findings of a host that something is wrong, by severity.", FindingsOf),
        new(
            "leakstat_finding",
            "gauge",
            "1 for each finding of a host that something is wrong; its subject, rule, severity and verdict.",
            FindingOf),
        new(
            "leakstat_finding_growth_bytes_per_hour",
            "gauge",
            "How fast the subject of a finding grows.",
            GrowthOf),
        new(
            "leakstat_exhaustion_timestamp_seconds",
            "gauge",
            "When what is found to run out does, by the worst finding of a host.",
            One(h => h.Summary.Worst?.Exhaustion?.At?.ToUnixTimeSeconds())),
        new(
            "leakstat_captures", "gauge", "Samples that the diagnosis of a host rests on.",
            One(h => h.Summary.Captures)),
        new(
            "leakstat_last_capture_timestamp_seconds",
            "gauge",
            "Time of the latest capture of a host.",
            One(h => h.Summary.LastSeen?.ToUnixTimeSeconds())),
        new(
            "leakstat_judged_timestamp_seconds",
            "gauge",
            "When a host was judged last.",
            One(h => h.JudgedAt.ToUnixTimeSeconds())),
    ];

    private static Func<JudgedHost, int, IEnumerable<HostSample>> Zones(Func<ZoneNumbers, long?> value) =>
        (host, most) => host.Numbers.Zones.Take(most)
            .Select(z => (z.Name, Value: value(z))).Where(z => z.Value is not null)
            .Select(z => new HostSample(z.Value!.Value, [("zone", z.Name)]));

    private static Func<JudgedHost, int, IEnumerable<HostSample>> Types(Func<TypeNumbers, long> value) =>
        (host, most) => host.Numbers.Types.Take(most).Select(t => new HostSample(value(t), [("type", t.Name)]));

    private static Func<JudgedHost, int, IEnumerable<HostSample>> Named(
        string label, Func<HostNumbers, ImmutableArray<NamedNumber>> values) =>
        (host, _) => values(host.Numbers).Select(n => new HostSample(n.Value, [(label, n.Name)]));

    private static Func<JudgedHost, int, IEnumerable<HostSample>> One(Func<JudgedHost, long?> value) =>
        (host, _) => value(host) is { } known ? [new HostSample(known, [])] : [];

    private static IEnumerable<HostSample> StateOf(JudgedHost host, int most) =>
        [new HostSample(1, [("state", ReportTerms.Of(host.Summary.Verdict.State))])];

    private static IEnumerable<Finding> Wrong(JudgedHost host) =>
        host.Summary.Findings.Where(f => f.Verdict != Verdict.Healthy);

    private static IEnumerable<HostSample> FindingsOf(JudgedHost host, int most) => Enum.GetValues<Severity>()
        .Select(s => new HostSample(Wrong(host).Count(f => f.Severity == s), [("severity", ReportTerms.Of(s))]));

    /// <summary>Two findings may differ in nothing but their text: they are one series.</summary>
    private static IEnumerable<HostSample> FindingOf(JudgedHost host, int most) => Wrong(host)
        .Select(f => (f.Rule, f.Subject, f.Severity, f.Verdict)).Distinct().Take(most)
        .Select(f => new HostSample(
            1,
            [
                ("rule", f.Rule),
                ("kind", ReportTerms.Of(f.Subject.Kind)),
                ("subject", f.Subject.Name),
                ("severity", ReportTerms.Of(f.Severity)),
                ("verdict", ReportTerms.Of(f.Verdict)),
            ]));

    private static IEnumerable<HostSample> GrowthOf(JudgedHost host, int most) => Wrong(host)
        .Where(f => f.Growth?.BytesPerHour is { } rate && double.IsFinite(rate))
        .GroupBy(f => f.Subject).Take(most)
        .Select(g => new HostSample(
            g.First().Growth!.BytesPerHour!.Value,
            [("kind", ReportTerms.Of(g.Key.Kind)), ("subject", g.Key.Name)]));
}
