using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>
/// What bounds a zone or malloc type: no more than <paramref name="Factor"/> × the sum of the terms +
/// <paramref name="Slack"/>. Factor and slack are far above what hosts show under load, idle or just booted.
/// </summary>
/// <param name="Slack">Items beyond what the terms explain.</param>
/// <param name="Excess">What an excess means.</param>
/// <param name="Factor">Items for each that the terms count.</param>
/// <param name="Of">
/// What explains it; where one is not known, nothing is said. None: the slack alone bounds it.
/// </param>
/// <param name="TogetherWith">Others that the bound is for too: their items are added up with its own.</param>
internal sealed record ItemBound(
    long Slack,
    string Excess,
    double Factor = 0,
    ImmutableArray<BoundTerm> Of = default,
    ImmutableArray<string> TogetherWith = default)
{
    /// <summary>What explains it.</summary>
    public ImmutableArray<BoundTerm> Of { get; } = Of.IsDefault ? [] : Of;

    /// <summary>Others that the bound is for too.</summary>
    public ImmutableArray<string> TogetherWith { get; } = TogetherWith.IsDefault ? [] : TogetherWith;
}

/// <summary>One count that explains others; exactly one of zone, sysctls and ps is given.</summary>
/// <param name="Zone">Items of that zone in use.</param>
/// <param name="WithFree">
/// Free items of the zone too: what is made with an item stays with it while it is cached.
/// </param>
/// <param name="Sysctls">A sysctl under each of its names, newest first.</param>
/// <param name="Ps">What ps(1) lists.</param>
/// <param name="Name">How a sysctl is named to a person; null where its newest name does.</param>
/// <param name="OfOneStack">Whether the sysctl counts one network stack, while the zone serves all.</param>
internal sealed record BoundTerm(
    string? Zone = null,
    bool WithFree = false,
    ImmutableArray<string> Sysctls = default,
    ListedByPs? Ps = null,
    string? Name = null,
    bool OfOneStack = false);

/// <summary>What ps(1) lists.</summary>
internal enum ListedByPs
{
    /// <summary>Processes.</summary>
    Processes,

    /// <summary>Threads (<c>ps -H</c>).</summary>
    Threads,
}
