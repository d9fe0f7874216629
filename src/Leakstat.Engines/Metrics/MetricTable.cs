using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Leakstat.Engines.Metrics;

/// <summary>
/// Every metric that leakstat writes, reads back, queries in rules and shows on dashboards. Names agree with what
/// <c>leakstat-collect --prom</c> prints. A new metric is one row in one of the lists below.
/// </summary>
public static class MetricTable
{
    /// <summary>The label that names the host.</summary>
    public const string HostLabel = "host";

    /// <summary>The label that names what was scraped, where nothing else names the host.</summary>
    public const string InstanceLabel = "instance";

    /// <summary>What every name begins with.</summary>
    public const string Prefix = "leakstat_";

    /// <summary>All of them, in the order in which documents list them.</summary>
    public static ImmutableArray<Metric> All { get; } =
    [
        .. ZoneMetrics.All, .. MallocMetrics.All, .. MbufMetrics.All, .. MemoryMetrics.All, .. HostMetrics.All,
        .. CaptureMetrics.All, .. VerdictMetrics.All,
    ];

    private static readonly FrozenDictionary<string, Metric> s_byName = All.ToFrozenDictionary(m => m.Name);

    /// <summary>
    /// Whether a further label may have that name: one of Prometheus, that neither the host's nor any metric's has.
    /// </summary>
    public static bool IsFurtherLabel(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.StartsWith("__", StringComparison.Ordinal)
        && name != HostLabel && !All.Any(metric => metric.Labels.Contains(name))
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>The metric of that name; null where there is none.</summary>
    public static Metric? Find(string name) => s_byName.GetValueOrDefault(name);
}
