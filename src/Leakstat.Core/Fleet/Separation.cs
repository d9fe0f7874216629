using System.Collections.Immutable;

namespace Leakstat.Fleet;

/// <summary>What separates the hosts that have a cause from those that do not.</summary>
/// <param name="Traits">
/// The trait and its value; several where they part the hosts alike, so that no host tells which of them it is, and of
/// upgrades that hosts made one of.
/// </param>
/// <param name="Table">How many hosts with it, and how many without it, have the cause.</param>
/// <param name="Chance">
/// Chance that hosts fall together so without regard to any trait, corrected for all traits and all series or causes
/// that were looked at; 0 where it is too small for a number.
/// </param>
public sealed record Separation(
    ImmutableArray<(HostTrait Trait, string Value)> Traits, FourfoldTable Table, double Chance);
