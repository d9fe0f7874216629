using System.Globalization;
using Leakstat.Engines.Metrics;

namespace Leakstat.Engines.Queries;

/// <summary>Selectors of series and ranges of time, as queries have them.</summary>
internal static class Selector
{
    /// <summary>Everything of leakstat's.</summary>
    public const string Names = MetricTable.Prefix + ".+";

    /// <summary>Series of a host.</summary>
    public static string Of(EngineHost host) =>
        $"{{{TimeSeries.NameLabel}=~\"{Names}\",{host.Label}={Quoted(host.Name)}"
        + (host.Label == MetricTable.HostLabel ? "}" : $",{MetricTable.HostLabel}=\"\"}}");

    /// <summary>A selector as a parameter of a query.</summary>
    public static string Match(string selector) => "match[]=" + Uri.EscapeDataString(selector);

    /// <summary>A range as parameters of a query.</summary>
    public static string Range(DateTimeOffset from, DateTimeOffset to) => string.Create(
        CultureInfo.InvariantCulture,
        $"start={from.ToUnixTimeMilliseconds() / 1000.0:0.###}&end={to.ToUnixTimeMilliseconds() / 1000.0:0.###}");

    /// <summary>A string of PromQL.</summary>
    public static string Quoted(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
}
