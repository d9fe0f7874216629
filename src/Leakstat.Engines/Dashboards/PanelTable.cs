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

/// <summary>
/// The panels. Names of metrics are looked up in the table of metrics: one that is not there cannot be shown.
/// </summary>
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
            $"sum by (state) (last_over_time({Name("leakstat_host_state")}[{Judged}]))",
            "short",
            "{{state}}"),
        new(
            "Findings",
            $"last_over_time({Of("leakstat_finding", "", Judged)}) == 1",
            "short",
            "{{host}} {{subject}}")
        {
            IsTable = true,
        },
        new(
            "Time left",
            $"sort(last_over_time({Of("leakstat_finding_exhaustion_timestamp_seconds", "", Judged)}) - time())",
            "s",
            "{{host}} {{subject}}: {{of}}")
        {
            IsTable = true,
        },
        new(
            "Growth of what is found",
            $"topk(20, last_over_time({Of("leakstat_finding_growth_bytes_per_hour", "", Judged)}))",
            "bytes",
            "{{host}} {{subject}}, per hour"),
        new("Memory by state", Of("leakstat_memory_bytes"), "bytes", "{{host}} {{state}}"),
        new(
            "Wired memory without an owner",
            Of("leakstat_ledger_bytes", "account=\"unaccounted\""),
            "bytes",
            "{{host}}"),
        new("Ledger", $"topk(20, {Of("leakstat_ledger_bytes")})", "bytes", "{{host}} {{account}}"),
        new("Largest zones", $"topk(20, {Of("leakstat_zone_used_bytes")})", "bytes", "{{host}} {{zone}}"),
        new("Largest malloc types", $"topk(20, {Of("leakstat_malloc_used_bytes")})", "bytes", "{{host}} {{type}}"),
        new(
            "Zones that grow most",
            $"topk(20, deriv({Of("leakstat_zone_used_bytes", "", "1h")}) * 3600)",
            "bytes",
            "{{host}} {{zone}}, per hour"),
        new(
            "Malloc types that grow most",
            $"topk(20, deriv({Of("leakstat_malloc_used_bytes", "", "1h")}) * 3600)",
            "bytes",
            "{{host}} {{type}}, per hour"),
        new(
            "Zones by share of their limit",
            $"topk(20, {Of("leakstat_zone_used_items")} / {Of("leakstat_zone_limit_items")})",
            "percentunit",
            "{{host}} {{zone}}"),
        new(
            "Failed allocations from zones",
            $"topk(20, increase({Of("leakstat_zone_failures_total", "", "1h")}))",
            "short",
            "{{host}} {{zone}}, in an hour"),
        new(
            "Network buffers by share of their limit",
            $"{Of("leakstat_mbuf_used_items")} / {Of("leakstat_mbuf_limit_items")}",
            "percentunit",
            "{{host}} {{pool}}"),
        new(
            "Network buffers denied",
            $"increase({Of("leakstat_mbuf_denied_total", "", "1h")})",
            "short",
            "{{host}} {{pool}}, in an hour"),
        new("ARC", Of("leakstat_zfs_arc_bytes"), "bytes", "{{host}}"),
        new("Swap in use", Of("leakstat_swap_used_bytes"), "bytes", "{{host}} {{device}}"),
        new("What explains growth", Of("leakstat_level"), "short", "{{host}} {{of}}"),
        new("Uptime", Of("leakstat_uptime_seconds"), "s", "{{host}}"),
    ];

    /// <summary>A name out of the table of metrics.</summary>
    /// <exception cref="ArgumentException">The table has none of that name.</exception>
    internal static string Name(string metric) => MetricTable.Find(metric) is { } known
        ? known.Name
        : throw new ArgumentException($"no metric is called {metric}", nameof(metric));

    /// <summary>Series of a metric, of the hosts that were chosen.</summary>
    private static string Of(string metric, string labels = "", string range = "") =>
        $"{Name(metric)}{{{(labels.Length > 0 ? labels + "," : "")}{MetricTable.HostLabel}=~\"$host\"}}"
        + (range.Length > 0 ? $"[{range}]" : "");
}
