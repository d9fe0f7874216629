using System.Collections.Immutable;
using Leakstat.Engines.Metrics;

namespace Leakstat.Engines.Dashboards;

/// <summary>A panel of the dashboard: what it shows, and the query that gives it.</summary>
/// <param name="Title">Title.</param>
/// <param name="Query">The query; <c>$host</c> is the hosts that were chosen.</param>
/// <param name="Unit">Unit as Grafana names it.</param>
/// <param name="Legend">How a line is called.</param>
public sealed record Panel(string Title, string Query, string Unit, string Legend)
{
    /// <summary>Whether it is a table of what is now rather than lines over time.</summary>
    public bool IsTable { get; init; }
}

/// <summary>The panels.</summary>
public static class PanelTable
{
    /// <summary>
    /// For how long a judgement stands: whoever judges writes it back more often than that. Engines alone take a series
    /// for gone after five minutes.
    /// </summary>
    internal const string Judged = "30m";

    /// <summary>All of them, in the order in which they stand.</summary>
    public static ImmutableArray<Panel> All { get; } =
    [
        new(
            "Hosts by verdict",
            $"sum by (state) (last_over_time({MetricName.HostState}[{Judged}]))",
            "short",
            "{{state}}"),
        new(
            "Findings",
            $"last_over_time({Of(MetricName.Finding, "", Judged)}) == 1",
            "short",
            "{{host}} {{subject}}")
        {
            IsTable = true,
        },
        new(
            "Time left",
            $"sort(last_over_time({Of(MetricName.FindingExhaustionTimestampSeconds, "", Judged)}) - time())",
            "s",
            "{{host}} {{subject}}: {{of}}")
        {
            IsTable = true,
        },
        new(
            "Growth of what is found",
            $"topk(20, last_over_time({Of(MetricName.FindingGrowthBytesPerHour, "", Judged)}))",
            "bytes",
            "{{host}} {{subject}}, per hour"),
        new("Memory by state", Of(MetricName.MemoryBytes), "bytes", "{{host}} {{state}}"),
        new(
            "Wired memory without an owner",
            Of(MetricName.LedgerBytes, "account=\"unaccounted\""),
            "bytes",
            "{{host}}"),
        new("Ledger", $"topk(20, {Of(MetricName.LedgerBytes)})", "bytes", "{{host}} {{account}}"),
        new("Largest zones", $"topk(20, {Of(MetricName.ZoneUsedBytes)})", "bytes", "{{host}} {{zone}}"),
        new("Largest malloc types", $"topk(20, {Of(MetricName.MallocUsedBytes)})", "bytes", "{{host}} {{type}}"),
        new(
            "Zones that grow most",
            $"topk(20, deriv({Of(MetricName.ZoneUsedBytes, "", "1h")}) * 3600)",
            "bytes",
            "{{host}} {{zone}}, per hour"),
        new(
            "Malloc types that grow most",
            $"topk(20, deriv({Of(MetricName.MallocUsedBytes, "", "1h")}) * 3600)",
            "bytes",
            "{{host}} {{type}}, per hour"),
        new(
            "Zones by share of their limit",
            $"topk(20, {Of(MetricName.ZoneUsedItems)} / {Of(MetricName.ZoneLimitItems)})",
            "percentunit",
            "{{host}} {{zone}}"),
        new(
            "Failed allocations from zones",
            $"topk(20, increase({Of(MetricName.ZoneFailuresTotal, "", "1h")}))",
            "short",
            "{{host}} {{zone}}, in an hour"),
        new(
            "Network buffers by share of their limit",
            $"{Of(MetricName.MbufUsedItems)} / {Of(MetricName.MbufLimitItems)}",
            "percentunit",
            "{{host}} {{pool}}"),
        new(
            "Network buffers denied",
            $"increase({Of(MetricName.MbufDeniedTotal, "", "1h")})",
            "short",
            "{{host}} {{pool}}, in an hour"),
        new("ARC", Of(MetricName.ZfsArcBytes), "bytes", "{{host}}"),
        new("Swap in use", Of(MetricName.SwapUsedBytes), "bytes", "{{host}} {{device}}"),
        new("What explains growth", Of(MetricName.Level), "short", "{{host}} {{of}}"),
        new("Uptime", Of(MetricName.UptimeSeconds), "s", "{{host}}"),
    ];

    /// <summary>Series of a metric, of the hosts that were chosen.</summary>
    private static string Of(string metric, string labels = "", string range = "") =>
        $"{metric}{{{(labels.Length > 0 ? labels + "," : "")}{MetricTable.HostLabel}=~\"$host\"}}"
        + (range.Length > 0 ? $"[{range}]" : "");
}
