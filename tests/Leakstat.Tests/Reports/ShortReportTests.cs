using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Knowledge;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Tests.Reports;

/// <summary>What is printed when nothing is asked fits on a screen, and says what to do.</summary>
public sealed class ShortReportTests
{
    private const int MostLines = 40;

    /// <summary>Every capture in this repository: samples, cases, pastes.</summary>
    public static TheoryData<string> Captures =>
    [
        .. Directory.EnumerateDirectories(Path.Combine(Given.Root, "samples"))
            .Concat(Directory.EnumerateDirectories(Given.Data(".")).Where(d => !d.EndsWith("pastes", StringComparison.Ordinal)))
            .Concat(Directory.EnumerateFiles(Given.Data("pastes"), "*.txt"))
            .Select(p => Path.GetRelativePath(Given.Root, p))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Captures))]
    public void It_is_no_longer_than_a_screen(string path)
    {
        foreach (DiagnosisReport report in Reports(Path.Combine(Given.Root, path)))
        {
            Check(report);
        }
    }

    [Theory]
    [MemberData(nameof(ReportCases.Names), MemberType = typeof(ReportCases))]
    public void So_is_every_golden_report(string name)
    {
        if (name != "hostile")
        {
            Check(ReportCases.Get(name));
        }
    }

    [Fact]
    public void Findings_that_find_no_room_are_counted()
    {
        DiagnosisReport few = ReportCases.Exhausted();
        Finding[] many = [.. Enumerable.Range(0, 60).Select(i => few.Findings[0] with { Title = $"finding {i}" })];
        string text = Text(few with { Findings = [.. many] });
        Assert.True(text.AsSpan().Count('\n') <= MostLines, text);
        int shown = many.Count(f => text.Contains(f.Title + " [", StringComparison.Ordinal));
        Assert.Contains($"{many.Length - shown} more with -v", text, StringComparison.Ordinal);
    }

    private static void Check(DiagnosisReport report)
    {
        string text = Text(report);
        Assert.True(text.AsSpan().Count('\n') <= MostLines, text);
        bool isWrong = report.Findings.Any(HostVerdicts.IsWrong);
        foreach (string label in new[] { "\nNow ", "\nDon't ", "\nNext " })
        {
            Assert.Equal(isWrong, text.Contains(label, StringComparison.Ordinal));
        }
    }

    private static string Text(DiagnosisReport report)
    {
        var text = new StringWriter();
        TerminalReport.Write(report, text, new TerminalOptions());
        return text.ToString();
    }

    private static IEnumerable<DiagnosisReport> Reports(string path)
    {
        IEnumerable<ISourceNode> sources = File.Exists(path)
            ? [new MemorySource(Path.GetFileName(path), File.ReadAllBytes(path))]
            : [FileSystemSource.TryOpen(path)!];
        SourceSet set = SourceSet.Open([.. sources], new NamePool(), ReadLimits.Default);
        return set.Hosts.Select(h => new Diagnoser(BuiltInKnowledge.Load()).Diagnose(h.Captures())!);
    }
}
