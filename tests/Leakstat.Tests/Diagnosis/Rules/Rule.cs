using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>Runs one rule, found by its id as the registry lists it.</summary>
internal static class Rule
{
    /// <summary>What the rule finds in the case.</summary>
    public static Finding[] Findings(string id, DiagnosisCase host) =>
        [.. Assert.Single(RuleRegistry.All, r => r.Id == id).Evaluate(host)];

    /// <summary>The one finding of the rule.</summary>
    public static Finding Finding(string id, HostWith host) => Assert.Single(Findings(id, host.Case()));

    /// <summary>Asserts that the rule says nothing.</summary>
    public static void IsSilent(string id, HostWith host) => Assert.Empty(Findings(id, host.Case()));
}
