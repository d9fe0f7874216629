using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Captures whose times do not follow their order.</summary>
public sealed class LS0004ClockBackwards : IRule
{
    private const int Most = 5;

    /// <inheritdoc/>
    public string Id => "LS0004";

    /// <inheritdoc/>
    public string Name => "The clock went back between captures";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.History];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        List<Evidence> evidence =
        [
            .. context.Input.ClockBackwards.Select(
                p => new Evidence($"{p.Later} is dated before {p.Earlier}, which its uptime or name puts first")),
            .. context.History.Events.Where(e => e.Kind == "clock").Select(e => new Evidence(e.Text, At: e.At)),
        ];
        if (evidence.Count == 0)
        {
            yield break;
        }

        yield return new Finding
        {
            Rule = Id,
            Title = "the times of the captures do not follow their order; rates across that gap are left out",
            Severity = Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Host("capture"),
            Confidence = 0.9,
            Evidence = [.. evidence.Take(Most)],
            Advice = [Advice.Look("See whether time is kept on the host.", "ntpq -p", "service ntpd status")],
        };
    }
}
