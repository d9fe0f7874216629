using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>The findings as SARIF 2.1.0, for systems that collect such results.</summary>
public static class SarifReport
{
    /// <summary>Writes one run with the report's findings.</summary>
    public static void Write(DiagnosisReport report, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, JsonMembers.Options))
        {
            BeginLog(json);
            WriteRun(json, report, automation: null);
            EndLog(json);
        }

        output.WriteByte((byte)'\n');
    }

    /// <summary>Writes one run by itself, as a member of a log of several hosts.</summary>
    internal static void WriteRun(DiagnosisReport report, string automation, Stream output)
    {
        using var json = new Utf8JsonWriter(output, JsonMembers.Options);
        WriteRun(json, report, automation);
    }

    /// <summary>Writes what stands in front of the runs.</summary>
    internal static void BeginLog(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
    }

    /// <summary>Writes what stands behind the runs.</summary>
    internal static void EndLog(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter json, DiagnosisReport report, string? automation)
    {
        ImmutableArray<string> rules =
            [.. report.Findings.Select(f => f.Rule).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        ImmutableArray<string> problems =
            [.. report.Diagnostics.Select(d => d.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        json.WriteStartObject();
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", Tool.Name);
        json.WriteString("version", Tool.Version);
        json.WriteString("semanticVersion", Tool.Version);
        SarifRules.Write(json, rules, problems);
        json.WriteEndObject();
        json.WriteEndObject();
        if (automation is not null)
        {
            json.WriteStartObject("automationDetails");
            json.Text("id", automation);
            json.WriteEndObject();
        }

        WriteInvocation(json, report, problems);
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartObject("properties");
        VerdictJson.Write(json, report.Verdict, Headline.Of(report).Text);
        json.WriteEndObject();
        json.WriteStartArray("results");
        foreach (Finding finding in report.Findings)
        {
            WriteResult(json, report, finding, rules.IndexOf(finding.Rule));
            json.FlushSome();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteInvocation(Utf8JsonWriter json, DiagnosisReport report, ImmutableArray<string> problems)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", true);
        json.WriteStartArray("toolExecutionNotifications");
        foreach (Diagnostic diagnostic in report.Diagnostics)
        {
            json.WriteStartObject();
            json.WriteStartObject("descriptor");
            json.WriteString("id", diagnostic.Id);
            json.WriteNumber("index", problems.IndexOf(diagnostic.Id));
            json.WriteEndObject();
            json.WriteString(
                "level",
                diagnostic.Id is DiagnosticId.UnusedCommand or DiagnosticId.DuplicateOutput ? "note" : "warning");
            WriteMessage(json, diagnostic.Text);
            json.WriteStartArray("locations");
            WriteLocation(json, diagnostic.At, null, null);
            json.WriteEndArray();
            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteResult(Utf8JsonWriter json, DiagnosisReport report, Finding finding, int ruleIndex)
    {
        bool healthy = finding.Verdict == Verdict.Healthy;
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule);
        json.WriteNumber("ruleIndex", ruleIndex);
        json.WriteString("kind", healthy ? "pass" : "fail");
        json.WriteString("level", healthy ? "none" : finding.Severity switch
        {
            Severity.Critical => "error",
            Severity.Warning => "warning",
            _ => "note",
        });
        WriteMessage(json, finding.Title);
        if (double.IsFinite(finding.Confidence))
        {
            json.Number("rank", Math.Round(Math.Clamp(finding.Confidence, 0, 1) * 100, 1));
        }

        Evidence[] placed = [.. finding.Evidence.Where(e => e.At is not null)];
        json.WriteStartArray("locations");
        if (placed.Length > 0)
        {
            WriteLocation(json, placed[0].At!.Value, null, null);
        }
        else
        {
            WriteLocation(json, new SourceLine(new SourceFile(report.Latest.Source), 0), null, null);
        }

        json.WriteEndArray();
        json.WriteStartArray("relatedLocations");
        for (int i = 0; i < placed.Length; i++)
        {
            WriteLocation(json, placed[i].At!.Value, i + 1, placed[i].Text);
        }

        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("subject/v1", Fingerprint(report.Host.Name, finding));
        json.WriteEndObject();
        json.WriteStartObject("properties");
        json.WriteString("verdict", Words.Of(finding.Verdict));
        json.WriteString("severity", Words.Of(finding.Severity));
        json.WriteString("subjectKind", Words.Of(finding.Subject.Kind));
        json.Text("subjectName", finding.Subject.Name);
        json.Text("host", report.Host.Name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>
    /// A plain text message. Brackets would be links to places within the log (SARIF 2.1.0, 3.11.6), and names out of a
    /// capture may hold them.
    /// </summary>
    private static void WriteMessage(Utf8JsonWriter json, string text)
    {
        string plain = text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("[", "\\[", StringComparison.Ordinal)
            .Replace("]", "\\]", StringComparison.Ordinal);
        json.WriteStartObject("message");
        json.Text("text", plain);
        json.WriteEndObject();
    }

    private static void WriteLocation(Utf8JsonWriter json, SourceLine at, int? id, string? message)
    {
        json.WriteStartObject();
        json.Whole("id", id);
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", UriOf(at.File.Path));
        json.WriteEndObject();
        if (at.Line > 0)
        {
            json.WriteStartObject("region");
            json.WriteNumber("startLine", at.Line);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (message is not null)
        {
            WriteMessage(json, message);
        }

        json.WriteEndObject();
    }

    /// <summary>
    /// A path as a URI reference: every segment encoded, so that no name can be taken for a scheme or a query.
    /// </summary>
    private static string UriOf(string path) =>
        string.Join('/', PrintableText.ValidUtf16(path).Split('/').Select(Uri.EscapeDataString));

    /// <summary>
    /// The same for the same rule, subject and host, whatever the numbers: that is how a collector knows a finding
    /// again.
    /// </summary>
    private static string Fingerprint(string? host, Finding finding)
    {
        string identity = string.Join('\n', finding.Rule, Words.Of(finding.Subject.Kind), finding.Subject.Name, host);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(identity));
        return Convert.ToHexStringLower(hash.AsSpan(0, 16));
    }
}
