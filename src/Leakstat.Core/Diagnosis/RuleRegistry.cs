using System.Collections.Immutable;

namespace Leakstat.Diagnosis;

/// <summary>Every rule. A new one is one file in <c>Rules/</c>, one page in <c>docs/rules/</c> and one line here.</summary>
public static class RuleRegistry
{
    /// <summary>All rules, by id.</summary>
    public static ImmutableArray<IRule> All { get; } =
    [
    ];
}
