using Leakstat.Detection.Weighing;

namespace Leakstat.Detection;

/// <summary>What the engine is held to.</summary>
public sealed record TrendOptions
{
    /// <summary>The contract's bar.</summary>
    public static TrendOptions Default { get; } = new();

    /// <summary>Chance of error below which a rise is called a leak, after all corrections.</summary>
    public double LeakChance { get; init; } = 1e-6;

    /// <summary>Chance of error below which a rise is worth a second look.</summary>
    public double SuspectChance { get; init; } = 1e-3;

    /// <summary>Fewest samples for a verdict.</summary>
    public int MinimumSamples { get; init; } = 12;

    /// <summary>Hosts judged at once; the correction for the number of series covers all of them.</summary>
    public int HostCount { get; init; } = 1;

    /// <summary>
    /// Series groups that may rise for no reason of their own before the rise is put down to the host as a whole.
    /// </summary>
    public int HostWideGroups { get; init; } = 6;

    /// <summary>
    /// Probability from which on a series is a suspect: that it lost memory is the likelier of the two.
    /// </summary>
    public double SuspectProbability { get; init; } = 0.5;

    /// <summary>Evidence to leave out of the weighing.</summary>
    public EvidenceKinds Without { get; init; }

    /// <summary>
    /// Whether each series is judged as if it were the only one of the host that rises: for what would become of one.
    /// </summary>
    public bool IsAlone { get; init; }
}
