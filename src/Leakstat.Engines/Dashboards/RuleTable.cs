using System.Collections.Immutable;
using Leakstat.Engines.Metrics;

namespace Leakstat.Engines.Dashboards;

/// <summary>A rule for vmalert or Prometheus.</summary>
/// <param name="Name">Name of its alert.</param>
/// <param name="Value">What is looked at.</param>
/// <param name="Condition">What stands behind it and makes it an alert.</param>
/// <param name="For">How long it has to hold.</param>
/// <param name="Severity">critical, warning, info.</param>
/// <param name="Summary">What it says; labels and values in the templates of Prometheus.</param>
public sealed record Rule(string Name, string Value, string Condition, string For, string Severity, string Summary)
{
    /// <summary>The whole query.</summary>
    public string Query => $"{Value} {Condition}";
}

/// <summary>The rules: what leakstat found, and what needs no leakstat to be seen.</summary>
public static class RuleTable
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<Rule> All { get; } =
    [
        new(
            "LeakstatCriticalFinding",
            $"last_over_time({MetricName.Finding}{{severity=\"critical\"}}[{PanelTable.Judged}])",
            "== 1",
            "5m",
            "critical",
            "{{ $labels.host }}: {{ $labels.verdict }} of {{ $labels.subject_kind }} {{ $labels.subject }} "
                + "({{ $labels.rule }})"),
        new(
            "LeakstatFinding",
            $"last_over_time({MetricName.Finding}{{severity=\"warning\"}}[{PanelTable.Judged}])",
            "== 1",
            "5m",
            "warning",
            "{{ $labels.host }}: {{ $labels.verdict }} of {{ $labels.subject_kind }} {{ $labels.subject }} "
                + "({{ $labels.rule }})"),
        new(
            "LeakstatExhaustionNear",
            $"last_over_time({MetricName.FindingExhaustionTimestampSeconds}[{PanelTable.Judged}]) - time()",
            "< 86400",
            "5m",
            "critical",
            "{{ $labels.host }}: {{ $labels.of }} is used up in {{ $value | humanizeDuration }} "
                + "by {{ $labels.subject }}"),
        new(
            "LeakstatCannotTell",
            $"last_over_time({MetricName.HostState}{{state=\"unknown\"}}[{PanelTable.Judged}])",
            "== 1",
            "6h",
            "info",
            "{{ $labels.host }}: it cannot be told whether the kernel memory is in order"),
        new(
            "LeakstatZoneNearLimit",
            $"{MetricName.ZoneUsedItems} / {MetricName.ZoneLimitItems}",
            "> 0.9",
            "10m",
            "warning",
            "{{ $labels.host }}: zone {{ $labels.zone }} has {{ $value | humanizePercentage }} "
                + "of the items it may have"),
        new(
            "LeakstatZoneFailures",
            $"increase({MetricName.ZoneFailuresTotal}[1h])",
            "> 0",
            "5m",
            "warning",
            "{{ $labels.host }}: allocations from zone {{ $labels.zone }} failed in the last hour"),
        new(
            "LeakstatMbufsDenied",
            $"increase({MetricName.MbufDeniedTotal}[1h])",
            "> 0",
            "5m",
            "warning",
            "{{ $labels.host }}: requests for network buffers ({{ $labels.pool }}) were denied in the last hour"),
        new(
            "LeakstatSwapNearlyFull",
            $"sum without (device) ({MetricName.SwapUsedBytes}) "
                + $"/ sum without (device) ({MetricName.SwapSizeBytes})",
            "> 0.9",
            "10m",
            "warning",
            "{{ $labels.host }}: {{ $value | humanizePercentage }} of the swap space is in use"),
        new(
            "LeakstatHostSilent",
            $"max by (host) (last_over_time({MetricName.UptimeSeconds}[1d]))",
            $"unless max by (host) (last_over_time({MetricName.UptimeSeconds}[1h]))",
            "5m",
            "warning",
            "{{ $labels.host }}: no sample of leakstat for an hour"),
    ];
}
