using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Tests.Reports;

/// <summary>Structure as the SARIF 2.1.0 standard (OASIS) has it: required properties, allowed values, indices.</summary>
public sealed partial class SarifReportTests
{
    public static TheoryData<string> Names => ReportCases.Names;

    [Theory]
    [InlineData("leak")]
    [InlineData("exhaustion")]
    public void Golden_files(string name)
    {
        // The help texts are the rules' pages, which change without the report changing.
        string sarif = HelpText().Replace(Sarif(ReportCases.Get(name)), "$1\"…\"");
        Golden.Matches($"sarif/{name}.sarif", ShortText().Replace(sarif, "$1\"…\""));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_the_standard_requires_is_there(string name)
    {
        using JsonDocument document = JsonDocument.Parse(Sarif(ReportCases.Get(name)));
        JsonElement root = document.RootElement;
        Assert.Equal("2.1.0", root.GetProperty("version").GetString());
        JsonElement run = root.GetProperty("runs")[0];
        JsonElement driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal("leakstat", driver.GetProperty("name").GetString());
        string[] rules = [.. driver.GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("id").GetString()!)];
        Assert.Equal(rules.Distinct(), rules);
        foreach (JsonElement rule in driver.GetProperty("rules").EnumerateArray())
        {
            Assert.False(string.IsNullOrEmpty(rule.GetProperty("help").GetProperty("text").GetString()));
            Assert.False(rule.TryGetProperty("helpUri", out _));
        }

        foreach (JsonElement result in run.GetProperty("results").EnumerateArray())
        {
            Assert.Equal(result.GetProperty("ruleId").GetString(), rules[result.GetProperty("ruleIndex").GetInt32()]);
            Assert.Contains(result.GetProperty("level").GetString(), new[] { "none", "note", "warning", "error" });
            bool fail = result.GetProperty("kind").GetString() == "fail";
            Assert.Equal(fail, result.GetProperty("level").GetString() != "none"); // 3.27.10: level none unless kind is fail
            Assert.False(string.IsNullOrEmpty(result.GetProperty("message").GetProperty("text").GetString()));
            Assert.NotEqual(0, result.GetProperty("locations").GetArrayLength());
            AssertLocations(result.GetProperty("locations"));
            AssertLocations(result.GetProperty("relatedLocations"));
        }

        JsonElement invocation = run.GetProperty("invocations")[0];
        Assert.True(invocation.GetProperty("executionSuccessful").GetBoolean());
        foreach (JsonElement notification in invocation.GetProperty("toolExecutionNotifications").EnumerateArray())
        {
            JsonElement descriptor = notification.GetProperty("descriptor");
            Assert.Equal(
                descriptor.GetProperty("id").GetString(),
                driver.GetProperty("notifications")[descriptor.GetProperty("index").GetInt32()].GetProperty("id").GetString());
        }
    }

    [Fact]
    public void A_finding_is_known_again_when_its_numbers_change_and_told_from_another_subject()
    {
        DiagnosisReport report = ReportCases.Leak();
        Finding first = report.Findings[0];
        string same = Fingerprint(report with { Findings = [first with { Title = "other numbers", Confidence = 0.5, Evidence = [] }] });
        string other = Fingerprint(report with { Findings = [first with { Subject = Subject.Malloc("bar") }] });
        Assert.Equal(Fingerprint(report), same);
        Assert.NotEqual(same, other);
    }

    private static void AssertLocations(JsonElement locations)
    {
        foreach (JsonElement location in locations.EnumerateArray())
        {
            JsonElement physical = location.GetProperty("physicalLocation");
            string uri = physical.GetProperty("artifactLocation").GetProperty("uri").GetString()!;
            Assert.True(Uri.IsWellFormedUriString(uri, UriKind.Relative), uri);
            if (physical.TryGetProperty("region", out JsonElement region))
            {
                Assert.True(region.GetProperty("startLine").GetInt32() >= 1);
            }
        }
    }

    private static string Fingerprint(DiagnosisReport report)
    {
        using JsonDocument document = JsonDocument.Parse(Sarif(report));
        return document.RootElement.GetProperty("runs")[0].GetProperty("results")[0]
            .GetProperty("partialFingerprints").GetProperty("subject/v1").GetString()!;
    }

    private static string Sarif(DiagnosisReport report)
    {
        using var output = new MemoryStream();
        SarifReport.Write(report, output);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    [GeneratedRegex("(\"help\": \\{\\s*\"text\": ).*?(?=\\n\\s+\\})", RegexOptions.Singleline)]
    private static partial Regex HelpText();

    [GeneratedRegex("(\"shortDescription\": \\{\\s*\"text\": )\".*\"")]
    private static partial Regex ShortText();
}
