using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;

namespace Leakstat.Tests.Diagnosis;

/// <summary>Every case with a known cause: what is found has to be what was the matter, and nothing else.</summary>
public sealed class CasesTests
{
    public static TheoryData<string> Cases =>
    [
        .. Directory.EnumerateFiles(Given.Data("."), "case.json", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file))!)
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_culprit_stands_first_and_healthy_hosts_have_no_leak(string name)
    {
        using JsonDocument truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(Given.Data(name), "case.json")));
        List<Subject> culprits = [.. truth.RootElement.GetProperty("culprit").EnumerateArray().Select(SubjectOf)];
        DiagnosisReport report = Diagnose(name);
        string found = string.Join('\n', report.Findings.Select(f => $"{f.Severity} {f.Verdict} {f.Rule} {f.Subject} {f.Title}"));

        if (culprits.Count > 0)
        {
            Assert.True(culprits.Contains(report.Findings[0].Subject), found);
        }
        else
        {
            // The load series did run out of swap once; its kernel says so, and a warning that repeats it is true.
            Assert.True(
                report.Findings.All(f => f.Verdict != Verdict.Leak && (f.Severity == Severity.Info || f.Rule == "LS0206")), found);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_capture_never_yields_leak_except_from_the_kernels_own_proof(string name)
    {
        foreach (string folder in Folders(name))
        {
            DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([Given.CaptureFolder(folder)])!;

            Assert.All(
                report.Findings.Where(f => f.Verdict == Verdict.Leak),
                f => Assert.Contains("dmesg", f.Evidence[0].At!.Value.File.Path, StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_same_captures_give_the_same_findings(string name)
    {
        Assert.Equal(Diagnose(name).Findings.Select(f => f.Title), Diagnose(name).Findings.Select(f => f.Title));
    }

    private static DiagnosisReport Diagnose(string name) =>
        new Diagnoser(BuiltInKnowledge.Load()).Diagnose(Folders(name).Select(Given.CaptureFolder))!;

    /// <summary>The folders of a series; the case itself where it is one capture.</summary>
    private static IEnumerable<string> Folders(string name)
    {
        List<string> series = [.. Given.SeriesFolders(name)];
        return series.Count > 0 ? series : [name];
    }

    private static Subject SubjectOf(JsonElement culprit) => new(
        Enum.Parse<SubjectKind>(culprit.GetProperty("kind").GetString()!, ignoreCase: true),
        culprit.GetProperty("name").GetString()!);
}
