namespace Leakstat.Model;

/// <summary>
/// What pfctl(8) says of the states of pf: <c>pfctl -si</c> and <c>pfctl -sm</c>, together or one of them.
/// </summary>
/// <param name="File">The file.</param>
public sealed record PfStatistics(SourceFile File)
{
    /// <summary>States there are.</summary>
    public Reading? States { get; init; }

    /// <summary>States there may be (<c>set limit states</c>).</summary>
    public Reading? StateLimit { get; init; }

    /// <summary>Packets dropped since pf was enabled because a state, or what goes with it, could not be had.</summary>
    public Reading? DroppedForMemory { get; init; }

    /// <summary>This and what another output adds to it; null where both say the same thing.</summary>
    public PfStatistics? With(PfStatistics other) =>
        (States is not null && other.States is not null) || (StateLimit is not null && other.StateLimit is not null)
            ? null
            : this with
            {
                States = States ?? other.States,
                StateLimit = StateLimit ?? other.StateLimit,
                DroppedForMemory = DroppedForMemory ?? other.DroppedForMemory,
            };
}
