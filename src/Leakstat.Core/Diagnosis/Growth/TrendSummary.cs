using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Growth;

/// <summary>What the series of a host do, counted.</summary>
internal static class TrendSummary
{
    /// <summary>How many series do what, in words, most first.</summary>
    public static IEnumerable<(string What, int Count)> Of(TrendJudgement trends) => trends.Results.Values
        .GroupBy(r => Describe(r.Class))
        .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => (g.Key, g.Count()));

    /// <summary>What a series does, in words.</summary>
    public static string Describe(TrendClass what) => what switch
    {
        TrendClass.Leak or TrendClass.Stopped => "leaking",
        TrendClass.Suspect => "suspects",
        TrendClass.Rising => "rising, not proven",
        TrendClass.Explained => "explained by a counter",
        TrendClass.BoundedFill => "filling towards a known bound",
        TrendClass.Plateau => "at a plateau or slowing towards one",
        TrendClass.Elastic => "elastic caches",
        TrendClass.Fragmentation => "fragmentation",
        TrendClass.HostWide => "rising with the whole host",
        TrendClass.Insufficient => "with too few values",
        _ => "without a trend",
    };
}
