using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The sources hold captures of more than one host.</summary>
public sealed class LS0003MixedHosts : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0003";

    /// <inheritdoc/>
    public string Name => "Captures of several hosts";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.Input.OtherHosts.IsEmpty)
        {
            yield break;
        }

        yield return new Finding
        {
            Rule = Id,
            Title = $"the input holds captures of {Display.Count(context.Input.OtherHosts.Length + 1)} hosts; this "
                + "is the diagnosis of "
                + (context.Latest.Host.Name ?? "the one without a name"),
            Severity = Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("capture"),
            Confidence = 1,
            Evidence =
            [
                .. context.Input.OtherHosts.Select(o =>
                    new Evidence($"not in this diagnosis: {o.Host}, {Display.Count(o.Captures)} captures", o.Captures)),
            ],
            Advice = [Advice.Look("Captures of different hosts are never compared. Run leakstat once for each host.")],
        };
    }
}
