using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Findings;

/// <summary>The verdict over a host: <c>"verdict": {"state": "unknown", "text": …}</c>.</summary>
internal sealed record VerdictPart(
    string State, string Text, IReadOnlyList<string>? Missing, string? Until, string? Command)
{
    public static VerdictPart Of(DiagnosisReport report) => new(
        ReportTerms.Of(report.Verdict.State),
        Headline.Of(report).Text,
        JsonForm.NotEmpty<string>([.. report.Verdict.Missing.Select(Headline.GapText)]),
        JsonForm.Time(report.Verdict.Until),
        report.Verdict.Command?.ToString());
}
