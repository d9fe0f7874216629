using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Fleet;

/// <summary>
/// The order of hosts, worst first: what is wrong by severity, then by the time that is left, then by the memory it is
/// about; behind it what cannot be told, what is too early to tell, and what is fine. Ties end in the name and the
/// place in the input, so that the same hosts always stand in the same order.
/// </summary>
public sealed class FleetOrder : IComparer<FleetHost>
{
    /// <summary>The one order.</summary>
    public static FleetOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(FleetHost? x, FleetHost? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        int order = RankOf(x).CompareTo(RankOf(y));
        order = order != 0 ? order : EndOf(x).CompareTo(EndOf(y));
        order = order != 0 ? order : AtStake(y).CompareTo(AtStake(x));
        order = order != 0 ? order : string.CompareOrdinal(x.Label, y.Label);
        return order != 0 ? order : x.Number.CompareTo(y.Number);
    }

    private static int RankOf(FleetHost host) => host.Verdict.State switch
    {
        VerdictState.Wrong => host.Worst?.Severity switch { Severity.Critical => 0, Severity.Warning => 1, _ => 2 },
        VerdictState.Unknown => host.IsRead ? 4 : 3,
        VerdictState.TooEarly => 5,
        _ => 6,
    };

    private static DateTimeOffset EndOf(FleetHost host) => host.Worst?.Exhaustion?.At ?? DateTimeOffset.MaxValue;

    private static long AtStake(FleetHost host) => host.Worst?.BytesAtStake ?? 0;
}
