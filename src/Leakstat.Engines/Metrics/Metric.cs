using System.Collections.Immutable;
using Leakstat.Fleet;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Engines.Metrics;

/// <summary>What a metric does over time, in Prometheus' words.</summary>
public enum MetricType
{
    /// <summary>A level, up and down.</summary>
    Gauge,

    /// <summary>A total since boot.</summary>
    Counter,
}

/// <summary>One number of a metric, with the values of the metric's labels in their order.</summary>
/// <param name="Value">The number.</param>
/// <param name="Labels">Values of <see cref="Metric.Labels"/>; empty where it has none.</param>
public readonly record struct MetricValue(double Value, params ImmutableArray<string> Labels);

/// <summary>
/// One row of the table of metrics: its name and labels, what it says, and where its numbers come from: one of
/// <see cref="OfSeries"/>, <see cref="OfSample"/>, <see cref="OfLatest"/> and <see cref="OfVerdict"/>, or
/// <see cref="OfSample"/> for some of its labels' values and <see cref="OfLatest"/> for the others.
/// </summary>
/// <param name="Name">Its name; never changed once released, for rules and dashboards of others hold it.</param>
/// <param name="Help">
/// What it says, one sentence, with the command and column or the table it is read from.
/// </param>
public sealed record Metric(string Name, string Help)
{
    /// <summary>Type.</summary>
    public MetricType Type { get; init; } = MetricType.Gauge;

    /// <summary>Names of its labels beside that of the host.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>From a history: which of its series, under which label, and by what a value is multiplied.</summary>
    public SeriesMetric? OfSeries { get; init; }

    /// <summary>From what places a sample on the time line: known of every sample of a history.</summary>
    public Func<SampleFacts, IEnumerable<MetricValue>>? OfSample { get; init; }

    /// <summary>From the latest capture alone.</summary>
    public Func<Capture, IEnumerable<MetricValue>>? OfLatest { get; init; }

    /// <summary>From the judgement of a host.</summary>
    public Func<FleetHost, IEnumerable<MetricValue>>? OfVerdict { get; init; }
}

/// <summary>A metric whose numbers are series of a history.</summary>
/// <param name="Kind">Kind of the series.</param>
public sealed record SeriesMetric(SeriesKind Kind)
{
    /// <summary>The only names of that kind; empty for all that no other metric takes.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Names of that kind that another metric has.</summary>
    public ImmutableArray<string> NotNames { get; init; } = [];

    /// <summary>Whether a value is multiplied by the size of an item.</summary>
    public bool IsTimesItemSize { get; init; }

    /// <summary>Whether a series is one of this metric.</summary>
    public bool Takes(SeriesKey key) =>
        key.Kind == Kind && (Names.IsEmpty ? !NotNames.Contains(key.Name) : Names.Contains(key.Name));
}
