using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Suspects that come of holding the numbers of one command against those of another. Where the outputs of a capture
/// are of two hosts, boots or moments such a difference is to be expected, so that it makes no verdict: it stays as a
/// note. Nor is it told then when something runs out: that takes the growth of one output and the room of another.
/// </summary>
internal static class MixedHosts
{
    /// <summary>What such a difference is worth then: less than a suspect that is told as wrong.</summary>
    public const double MostConfidence = 0.3;

    /// <summary>
    /// The rules: types against their zones, what owners hold against what is wired, zones against counts by sysctl.
    /// </summary>
    private static readonly ImmutableArray<string> s_acrossCommands = ["LS0105", "LS0106", "LS0107"];

    /// <summary>The findings, those across commands as notes where the capture is of two hosts or moments.</summary>
    /// <param name="findings">All findings.</param>
    /// <param name="capture">The capture that was judged.</param>
    /// <param name="ledger">Its ledger.</param>
    public static ImmutableArray<Finding> Lower(ImmutableArray<Finding> findings, Capture capture, Ledger ledger)
    {
        if (!findings.Any(f => IsAcrossCommands(f) || f.Exhaustion is not null) || Of(capture, ledger) is not { } mixed)
        {
            return findings;
        }

        string two = mixed.Command.StartsWith("two ", StringComparison.Ordinal) ? mixed.Command : "two hosts or boots";
        var why = new Evidence($"the outputs of this capture are of {two}: {mixed.Text}", At: mixed.At);
        return [.. findings.Select(f => IsAcrossCommands(f) ? AsNote(f, why) : WithoutForecast(f, why))];
    }

    /// <summary>
    /// What shows that a capture is mixed; null where nothing does. The count of vnodes alone does not: the same
    /// difference is the evidence of a leak of vnodes, and what is mixed shows elsewhere too.
    /// </summary>
    private static Gap? Of(Capture capture, Ledger ledger) =>
        FixedFactsGap.Of(capture)
        ?? InputGaps.OfIdentity(capture.Host).FirstOrDefault()
        ?? MomentGap.ApartFromVnodes(capture, ledger);

    private static Finding AsNote(Finding finding, Evidence why) => finding with
    {
        Severity = Severity.Info,
        Confidence = Math.Min(finding.Confidence, MostConfidence),
        Evidence = finding.Evidence.Insert(0, why),
    };

    private static Finding WithoutForecast(Finding finding, Evidence why) => finding.Exhaustion is not { } forecast
        ? finding
        : finding with
        {
            Exhaustion = null,

            // How soon it runs out is what makes growth critical.
            Severity = finding is { Growth: not null, Severity: Severity.Critical }
                ? Severity.Warning
                : finding.Severity,
            Evidence = finding.Evidence.Insert(
                0, why with { Text = $"when {forecast.Of} is used up cannot be told: {why.Text}" }),
        };

    private static bool IsAcrossCommands(Finding finding) =>
        finding is { Verdict: Verdict.Suspect, Growth: null } && s_acrossCommands.Contains(finding.Rule);
}
