using System.Collections.Immutable;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Diagnosis;

/// <summary>Every rule. A new one is one file in <c>Rules/</c>, one page in <c>docs/rules/</c> and one line here.</summary>
public static class RuleRegistry
{
    /// <summary>All rules, by id.</summary>
    public static ImmutableArray<IRule> All { get; } =
    [
        new LS0001DamagedInput(),
        new LS0002MissingCommands(),
        new LS0003MixedHosts(),
        new LS0004ClockBackwards(),
        new LS0005Rebooted(),
        new LS0101GrowthOfOwner(),
        new LS0102GrowthOfRemainder(),
        new LS0106UnaccountedWired(),
        new LS0109ExplainedGrowth(),
    ];
}
