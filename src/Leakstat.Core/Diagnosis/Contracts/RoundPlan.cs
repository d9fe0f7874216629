using System.Collections.Immutable;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>When in an exercise a capture was taken.</summary>
public enum RoundRole
{
    /// <summary>Before anything was done; several of them show what the host does by itself.</summary>
    Idle,

    /// <summary>Behind the module's loading, before the first round.</summary>
    Loaded,

    /// <summary>Behind a round whose growth does not count: caches fill, tables are enlarged.</summary>
    WarmUp,

    /// <summary>Behind a round that counts.</summary>
    Round,

    /// <summary>Behind the module's unloading.</summary>
    Unloaded,
}

/// <summary>What was done between captures: the same exercise again and again, and around it perhaps a module.</summary>
/// <param name="Roles">One role per capture, in the captures' order.</param>
/// <param name="Module">File of the module that is tried (<c>foo.ko</c>); null for none.</param>
public sealed record RoundPlan(ImmutableArray<RoundRole> Roles, string? Module)
{
    /// <summary>Index of the capture that the rounds that count begin with; -1 where there is none.</summary>
    public int Start => Roles.IndexOf(RoundRole.Round) - 1;

    /// <summary>Indexes of the captures between which the rounds that count lie, in order: one more than there are rounds.</summary>
    public ImmutableArray<int> Boundaries => Start < 0
        ? []
        : [Start, .. Enumerable.Range(0, Roles.Length).Where(i => Roles[i] == RoundRole.Round)];

    /// <summary>Indexes of the captures in front of everything.</summary>
    public ImmutableArray<int> Idle => [.. Enumerable.Range(0, Roles.Length).Where(i => Roles[i] == RoundRole.Idle)];

    /// <summary>Rounds that count.</summary>
    public int Rounds => Roles.Count(r => r == RoundRole.Round);

    /// <summary>
    /// A plan for captures of which only the number is known: the first is before anything, each further one is behind a
    /// round, and the first rounds are warm-up.
    /// </summary>
    public static RoundPlan For(int captures, int warmUp, string? module) => new(
        [
            .. Enumerable.Range(0, captures).Select(i =>
                i == 0 ? RoundRole.Idle : i <= warmUp ? RoundRole.WarmUp : RoundRole.Round),
        ],
        module);
}
