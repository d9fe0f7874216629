using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Suspects that come of holding the numbers of one command against those of another. Where the outputs of a capture
/// are of two hosts or boots such a difference is to be expected, so that it makes no verdict: it stays as a note.
/// </summary>
internal static class MixedHosts
{
    /// <summary>What such a difference is worth then: less than a suspect that is told as wrong.</summary>
    private const double MostConfidence = 0.3;

    /// <summary>
    /// The rules: types against their zones, what owners hold against what is wired, zones against counts by sysctl.
    /// </summary>
    private static readonly ImmutableArray<string> s_acrossCommands = ["LS0105", "LS0106", "LS0107"];

    /// <summary>The findings, those across commands as notes where the capture is of two hosts or boots.</summary>
    /// <param name="findings">All findings.</param>
    /// <param name="capture">The capture that was judged.</param>
    public static ImmutableArray<Finding> Lower(ImmutableArray<Finding> findings, Capture capture)
    {
        if (!findings.Any(IsAcrossCommands))
        {
            return findings;
        }

        Gap? mixed = FixedFactsGap.Of(capture);
        SourceLine? other = capture.Host.OtherName?.At ?? capture.Host.OtherRelease?.SecondAt ?? mixed?.At;
        if (mixed is null && other is null)
        {
            return findings;
        }

        string why = mixed is null ? "" : $": {mixed.Text}";
        return
        [
            .. findings.Select(f => !IsAcrossCommands(f) ? f : f with
            {
                Severity = Severity.Info,
                Confidence = Math.Min(f.Confidence, MostConfidence),
                Evidence = f.Evidence.Insert(
                    0, new Evidence($"the outputs of this capture are of two hosts or boots{why}", At: other)),
            }),
        ];
    }

    private static bool IsAcrossCommands(Finding finding) =>
        finding is { Verdict: Verdict.Suspect, Growth: null } && s_acrossCommands.Contains(finding.Rule);
}
