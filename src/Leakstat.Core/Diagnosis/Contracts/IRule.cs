using System.Collections.Immutable;
using Leakstat.Diagnosis.Engine;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>
/// One rule. It looks at a case and says what it finds; it reads no files and no clock, and the same case always gives
/// the same findings. Listed in <see cref="RuleRegistry"/>, described in <c>docs/rules/LSnnnn.md</c>.
/// </summary>
public interface IRule
{
    /// <summary>Id, LSnnnn; never reused.</summary>
    string Id { get; }

    /// <summary>Name in a few words, as the rule's page is titled.</summary>
    string Name { get; }

    /// <summary>
    /// What it cannot judge without, all of it; empty for a rule that judges the input itself. No more than that.
    /// </summary>
    ImmutableArray<RuleNeed> Needs { get; }

    /// <summary>What it finds in the case; nothing where the case has no say in it.</summary>
    IEnumerable<Finding> Evaluate(DiagnosisCase context);
}
