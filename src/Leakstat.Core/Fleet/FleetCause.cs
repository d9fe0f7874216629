using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Fleet;

/// <summary>One thing that is wrong on hosts of a fleet, and the hosts that have it.</summary>
public sealed record FleetCause
{
    /// <summary>What it is about.</summary>
    public required Subject Subject { get; init; }

    /// <summary>The strongest that is said of it on any host.</summary>
    public required Finding Finding { get; init; }

    /// <summary>Hosts that have it, the one with the least time left first.</summary>
    public required ImmutableArray<FleetHost> Hosts { get; init; }
}
