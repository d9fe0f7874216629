using System.Collections.Immutable;
using Leakstat.Engines.Metrics;

namespace Leakstat.Engines.Queries;

/// <summary>A host as an engine holds it: the label that names it, and its value.</summary>
/// <param name="Label">
/// <see cref="MetricTable.HostLabel"/>, or <see cref="MetricTable.InstanceLabel"/> where a series has none.
/// </param>
/// <param name="Name">Its value.</param>
public readonly record struct EngineHost(string Label, string Name);

/// <summary>Reads hosts back out of an engine. Safe for several threads.</summary>
public interface IEngineReader
{
    /// <summary>What it is, for the user: <c>VictoriaMetrics at http://…</c>.</summary>
    string Name { get; }

    /// <summary>Its address, as evidence names it.</summary>
    string Place { get; }

    /// <summary>The hosts that have samples in a range of time, by name.</summary>
    /// <param name="from">From when.</param>
    /// <param name="to">Until when.</param>
    /// <exception cref="Http.EngineException">The engine does not answer, or not as it should.</exception>
    ImmutableArray<EngineHost> Hosts(DateTimeOffset from, DateTimeOffset to);

    /// <summary>Every sample of leakstat's metrics that a host has in a range of time, series by series.</summary>
    /// <param name="host">The host.</param>
    /// <param name="from">From when.</param>
    /// <param name="to">Until when.</param>
    /// <exception cref="Http.EngineException">The engine does not answer, or not as it should; also while it is
    /// enumerated.</exception>
    IEnumerable<TimeSeries> Series(EngineHost host, DateTimeOffset from, DateTimeOffset to);
}
