using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>The host was rebooted between captures: what came before is not compared with what came after.</summary>
public sealed class LS0005Rebooted : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0005";

    /// <inheritdoc/>
    public string Name => "The host was rebooted between captures";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.History];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        HistoryEvent[] boots = [.. context.History.Events.Where(e => e.Kind == "boot")];
        if (boots.Length == 0)
        {
            yield break;
        }

        int left = context.History.Samples.Length - context.History.CurrentBootStart;
        bool isLatest = context.Trends is not { } trends || trends.From >= context.History.CurrentBootStart;
        yield return new Finding
        {
            Rule = Id,
            Title = $"{Display.Count(boots.Length)} {(boots.Length == 1 ? "reboot" : "reboots")} between the captures; "
                + (isLatest
                    ? $"growth is judged over the {Display.Count(left)} since the last"
                    : $"the {Display.Count(left)} since the last are too few, and growth is judged before it"),
            Severity = Severity.Info,
            Verdict = Verdict.Healthy,
            Subject = Subject.Host("capture"),
            Confidence = 0.95,
            Evidence =
            [
                .. boots.TakeLast(5).Select(b => new Evidence(
                    $"rebooted before {context.History.Samples[b.Sample].Source}"
                    + (context.History.Samples[b.Sample].BootedAt is { } at ? $", at {at:yyyy-MM-ddTHH:mm:ssZ}" : ""))),
            ],
        };
    }
}
