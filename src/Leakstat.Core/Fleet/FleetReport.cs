using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Fleet;

/// <summary>Many hosts judged: who is worst, of what, and what those have in common. Immutable.</summary>
public sealed record FleetReport
{
    /// <summary>The hosts, worst first (<see cref="FleetOrder"/>).</summary>
    public required ImmutableArray<FleetHost> Hosts { get; init; }

    /// <summary>What is wrong, each with the hosts that have it; the most pressing first.</summary>
    public required ImmutableArray<FleetCause> Causes { get; init; }

    /// <summary>
    /// Time of the latest capture of any host, UTC: what is left is counted from it. Null where no time is known.
    /// </summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Problems of the input that are of no one host.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>Puts judged hosts together.</summary>
    /// <param name="hosts">The hosts, in any order.</param>
    /// <param name="diagnostics">Problems of no one host.</param>
    public static FleetReport Of(IEnumerable<FleetHost> hosts, ImmutableArray<Diagnostic> diagnostics)
    {
        ImmutableArray<FleetHost> sorted = [.. hosts.Order(FleetOrder.Instance)];
        return new FleetReport
        {
            Hosts = sorted,
            Causes = FleetCauses.Of(sorted),
            AsOf = sorted.Max(h => h.LastSeen),
            Diagnostics = diagnostics,
        };
    }

    /// <summary>What no host shows alone, and the pool of them does.</summary>
    public IEnumerable<FleetCause> Pooled => Causes.Where(c => c.Finding is null);

    /// <summary>How many hosts are in a state.</summary>
    public int Count(VerdictState state) => Hosts.Count(h => h.Verdict.State == state);

    /// <summary>
    /// Time from the latest capture of the fleet until something on a host runs out; negative where that is past,
    /// null where nothing is known to run out.
    /// </summary>
    public TimeSpan? Left(FleetHost host) =>
        host.Worst?.Exhaustion?.At is { } end && AsOf is { } now ? end - now : null;
}
