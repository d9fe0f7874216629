using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>A rule that results refer to, with its own page as help.</summary>
internal sealed record SarifRulePart(string Id, SarifRulePart.TextPart ShortDescription, SarifRulePart.HelpPart Help)
{
    public static SarifRulePart Of(string id)
    {
        string name = RuleRegistry.All.FirstOrDefault(r => r.Id == id)?.Name ?? id;
        string page = RulePage.Of(id) ?? $"{name}. leakstat explain {id} says what it means and what to do.";
        return new SarifRulePart(id, new TextPart(name), new HelpPart(page, page));
    }

    /// <summary>Plain text.</summary>
    public sealed record TextPart(string Text);

    /// <summary>The page.</summary>
    public sealed record HelpPart(string Text, string Markdown);
}

/// <summary>
/// A plain text message. Brackets would be links to places within the log (SARIF 2.1.0, 3.11.6), and names out of a
/// capture may hold them.
/// </summary>
internal sealed record SarifMessagePart(string Text)
{
    public static SarifMessagePart Of(string text) => new(
        text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("[", "\\[", StringComparison.Ordinal)
            .Replace("]", "\\]", StringComparison.Ordinal));
}

/// <summary>A place in a file of the capture.</summary>
internal sealed record SarifLocationPart(
    int? Id, SarifLocationPart.PhysicalPart PhysicalLocation, SarifMessagePart? Message)
{
    public static SarifLocationPart Of(SourceLine at, int? id = null, string? message = null) => new(
        id,
        new PhysicalPart(
            new ArtifactPart(UriOf(at.File.Path)), at.Line > 0 ? new RegionPart(at.Line) : null),
        message is null ? null : SarifMessagePart.Of(message));

    /// <summary>
    /// A path as a URI reference: every segment encoded, so that no name can be taken for a scheme or a query.
    /// </summary>
    private static string UriOf(string path) =>
        string.Join('/', PrintableText.ValidUtf16(path).Split('/').Select(Uri.EscapeDataString));

    /// <summary>A file and a part of it.</summary>
    public sealed record PhysicalPart(ArtifactPart ArtifactLocation, RegionPart? Region);

    /// <summary>A file.</summary>
    public sealed record ArtifactPart(string Uri);

    /// <summary>A line.</summary>
    public sealed record RegionPart(int StartLine);
}

/// <summary>One finding as a result.</summary>
internal sealed record SarifResultPart
{
    public required string RuleId { get; init; }

    public required int RuleIndex { get; init; }

    public required string Kind { get; init; }

    public required string Level { get; init; }

    public required SarifMessagePart Message { get; init; }

    public double? Rank { get; init; }

    public required IEnumerable<SarifLocationPart> Locations { get; init; }

    public required IEnumerable<SarifLocationPart> RelatedLocations { get; init; }

    public required FingerprintsPart PartialFingerprints { get; init; }

    public required PropertiesPart Properties { get; init; }

    public static SarifResultPart Of(Finding finding, int ruleIndex, DiagnosisReport report)
    {
        bool healthy = finding.Verdict == Verdict.Healthy;
        Evidence[] placed = [.. finding.Evidence.Where(e => e.At is not null)];
        return new SarifResultPart
        {
            RuleId = finding.Rule,
            RuleIndex = ruleIndex,
            Kind = healthy ? "pass" : "fail",
            Level = healthy ? "none" : finding.Severity switch
            {
                Severity.Critical => "error",
                Severity.Warning => "warning",
                _ => "note",
            },
            Message = SarifMessagePart.Of(finding.Title),
            Rank = double.IsFinite(finding.Confidence)
                ? JsonForm.Number(Math.Round(Math.Clamp(finding.Confidence, 0, 1) * 100, 1))
                : null,
            Locations =
            [
                SarifLocationPart.Of(placed.Length > 0
                    ? placed[0].At!.Value
                    : new SourceLine(new SourceFile(report.Latest.Source), 0)),
            ],
            RelatedLocations = placed.Select((e, i) => SarifLocationPart.Of(e.At!.Value, i + 1, e.Text)),
            PartialFingerprints = new FingerprintsPart(Fingerprint(report.Host.Name, finding)),
            Properties = new PropertiesPart(
                ReportTerms.Of(finding.Verdict),
                ReportTerms.Of(finding.Severity),
                ReportTerms.Of(finding.Subject.Kind),
                finding.Subject.Name,
                report.Host.Name),
        };
    }

    /// <summary>
    /// The same for the same rule, subject and host, whatever the numbers: that is how a collector knows a finding
    /// again.
    /// </summary>
    private static string Fingerprint(string? host, Finding finding)
    {
        string identity =
            string.Join('\n', finding.Rule, ReportTerms.Of(finding.Subject.Kind), finding.Subject.Name, host);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(identity));
        return Convert.ToHexStringLower(hash.AsSpan(0, 16));
    }

    /// <summary>How the same result is known again.</summary>
    public sealed record FingerprintsPart([property: JsonPropertyName("subject/v1")] string Subject);

    /// <summary>What SARIF has no member for.</summary>
    public sealed record PropertiesPart(
        string Verdict, string Severity, string SubjectKind, string? SubjectName, string? Host);
}
