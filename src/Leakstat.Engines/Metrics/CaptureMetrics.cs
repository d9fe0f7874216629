using System.Collections.Immutable;

namespace Leakstat.Engines.Metrics;

/// <summary>
/// Metrics of a capture itself: what was lost in reading it, so that nobody takes a part for the whole.
/// </summary>
internal static class CaptureMetrics
{

    public static ImmutableArray<Metric> All { get; } =
    [
        new(MetricName.CaptureLostPlaces, "Places of the capture that could not be read: lines, tables, files.")
        {
            OfLatest = c => [new MetricValue(c.Diagnostics.Count(d => d.IsDamage))],
        },
    ];
}
