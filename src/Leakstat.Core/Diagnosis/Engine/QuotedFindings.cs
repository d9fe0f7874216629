using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Messages;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Engine;

/// <summary>
/// What is found only because a text speaks of a kernel message, in a sentence or in a mail that it answers: such a
/// message need not be of this host. Rules do not know of it: they run without those messages, and once more with them;
/// what the second time adds is said with that reserve.
/// </summary>
internal static class QuotedFindings
{
    /// <summary>As likely as not: nothing tells whose message it is.</summary>
    private const double MostConfidence = 0.5;

    /// <summary>The case without messages that are only spoken of; the same where there are none.</summary>
    public static DiagnosisCase WithoutQuoted(DiagnosisCase context)
    {
        if (context.Latest.Messages is not { } messages || !messages.Messages.Any(m => m.IsQuoted))
        {
            return context;
        }

        ImmutableArray<KernelMessage> own = [.. messages.Messages.Where(m => !m.IsQuoted)];
        return context with
        {
            Latest = context.Latest with { Messages = own.IsEmpty ? null : messages with { Messages = own } },
        };
    }

    /// <summary>The findings that rules give with those messages and not without them.</summary>
    /// <param name="own">The case without them.</param>
    /// <param name="whole">The case with them.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="findings">What they found without them.</param>
    public static IEnumerable<Finding> Of(
        DiagnosisCase own, DiagnosisCase whole, IEnumerable<IRule> rules, IEnumerable<Finding> findings)
    {
        if (ReferenceEquals(own, whole))
        {
            return [];
        }

        HashSet<(string, Subject)> known = [.. findings.Select(f => (f.Rule, f.Subject))];
        KernelMessages all = whole.Latest.Messages!;
        HashSet<SourceLine> quoted = [.. all.Messages.Where(m => m.IsQuoted).Select(all.At)];

        // A buffer from the boot on that lacks the message speaks against it.
        Severity most = CurrentBoot.IsWhole(own) ? Severity.Info : Severity.Warning;
        return rules.SelectMany(rule => rule.Evaluate(whole)).Where(f => !known.Contains((f.Rule, f.Subject)))
            .Select(f => Reserved(f, most, quoted.Contains));
    }

    private static Finding Reserved(Finding finding, Severity most, Func<SourceLine, bool> isQuoted) => finding with
    {
        Title = $"only named in the text: {finding.Title}",
        Severity = finding.Severity < most ? finding.Severity : most,
        Verdict = finding.Verdict == Verdict.Leak ? Verdict.Suspect : finding.Verdict,
        Confidence = Math.Min(finding.Confidence, MostConfidence),
        IsQuoted = true,
        ExplainsRowsMissingIn = null,
        Evidence =
        [
            .. finding.Evidence.Select(e =>
                e.At is { } at && isQuoted(at) ? e with { Text = $"as quoted, {e.Text}" } : e),
            new Evidence("it stands in a sentence or a quotation: whether this host printed it is not known"),
        ],
        Advice =
        [
            Advice.Look(
                "See first whether this host printed it: its log tells, the sentence does not.",
                "grep -h 'kernel:' /var/log/messages"),
            .. finding.Advice.Where(a => a is { Kind: "look", Persist: null }),
        ],
    };
}
