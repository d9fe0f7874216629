using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>
/// Where the limit of a zone comes from, and what it means when it is reached. From the sites that set the limits
/// (<c>uma_zone_set_max</c>, pf's pool limits) in FreeBSD 10 to 15.
/// </summary>
/// <param name="Full">What it means when the zone is full, one sentence.</param>
/// <param name="Sysctl">The tunable that sets the limit; null where none does.</param>
/// <param name="PfLimit">The <c>set limit</c> of pf.conf (<c>states</c>) that sets it; null where none does.</param>
/// <param name="Weight">What a full zone is worth.</param>
internal sealed record ZoneLimit(
    string Full, string? Sysctl = null, string? PfLimit = null, WhenFull Weight = WhenFull.Trouble)
{
    /// <summary>What sets the limit: a tunable, or a limit of pf.conf; null where nothing can.</summary>
    public string? Governs => Sysctl ?? PfLimit;

    /// <summary>What sets the limit, as a report says it; the zone itself where nothing can.</summary>
    public static string Describe(string zone, ZoneLimit? known) => known switch
    {
        { PfLimit: { } limit } => $"set limit {limit}",
        { Sysctl: { } sysctl } => sysctl,
        _ => $"limit of zone {zone}",
    };
}

/// <summary>What a full zone is worth.</summary>
internal enum WhenFull
{
    /// <summary>Requests fail.</summary>
    Trouble,

    /// <summary>A sign of load or of an attack from outside, not of memory.</summary>
    Load,

    /// <summary>Meant to be full.</summary>
    Normal,
}

/// <summary>A limit on a counter, with no limit on the zone that holds the objects.</summary>
/// <param name="Objects">What the objects are called.</param>
/// <param name="Sysctl">The sysctl of the limit.</param>
/// <param name="Counters">The sysctls that count them, newest first; empty where the zone's USED counts them.</param>
/// <param name="Reached">What it means when it is reached, one sentence; empty where a rule of its own says it.</param>
/// <param name="Look">Commands that show whose they are.</param>
/// <param name="IsBytes">Whether counter and limit are bytes.</param>
/// <param name="Rule">The rule of its own that judges it; null where the one on limits does.</param>
internal sealed record CountedLimit(
    string Objects,
    string Sysctl,
    ImmutableArray<string> Counters = default,
    string Reached = "",
    ImmutableArray<string> Look = default,
    bool IsBytes = false,
    string? Rule = null)
{
    /// <summary>The sysctls that count them.</summary>
    public ImmutableArray<string> Counters { get; } = Counters.IsDefault ? [] : Counters;

    /// <summary>Commands that show whose they are.</summary>
    public ImmutableArray<string> Look { get; } = Look.IsDefault ? [] : Look;
}
