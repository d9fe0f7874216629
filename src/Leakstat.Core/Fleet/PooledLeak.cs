using System.Collections.Immutable;
using Leakstat.History;

namespace Leakstat.Fleet;

/// <summary>
/// A series that rises on hosts with a trait and not on those without, too slowly for any one host to show it.
/// </summary>
/// <param name="Key">The series.</param>
/// <param name="Growth">How fast it rises on the hosts with the trait.</param>
/// <param name="Hosts">Hosts with the trait on which it rises by half of that or more.</param>
/// <param name="By">The trait.</param>
internal sealed record PooledLeak(
    SeriesKey Key, PooledGrowth Growth, ImmutableArray<FleetHost> Hosts, Separation By);
