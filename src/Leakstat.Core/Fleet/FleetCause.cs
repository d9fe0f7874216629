using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Fleet;

/// <summary>
/// One thing that is wrong in a fleet, the hosts that have it, and what separates them from those that do not.
/// </summary>
public sealed record FleetCause
{
    /// <summary>What it is about.</summary>
    public required Subject Subject { get; init; }

    /// <summary>The strongest that is said of it on any host; null where only the pool of hosts shows it.</summary>
    public Finding? Finding { get; init; }

    /// <summary>
    /// What is said of it: a suspect where only the pool shows it, for it may be load that follows the trait.
    /// </summary>
    public Verdict Verdict => Finding?.Verdict ?? Verdict.Suspect;

    /// <summary>How much it matters.</summary>
    public Severity Severity => Finding?.Severity ?? Severity.Warning;

    /// <summary>Hosts that have it, the one with the least time left first.</summary>
    public required ImmutableArray<FleetHost> Hosts { get; init; }

    /// <summary>
    /// Hosts of which it is said with fewer than one false in twenty, over all hosts and series of the fleet; all of
    /// them where what is said rests on no trend.
    /// </summary>
    public required int Certain { get; init; }

    /// <summary>What separates its hosts from the others; empty where nothing does beyond chance.</summary>
    public ImmutableArray<Separation> SeparatedBy { get; init; } = [];

    /// <summary>How fast it grows on the hosts that a trait separates, pooled; null where no pool was needed.</summary>
    public PooledGrowth? Growth { get; init; }
}
