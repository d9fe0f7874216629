using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Tests.Reports;

public sealed class BugReportTests
{
    public static TheoryData<string> Names => ReportCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_files(string name)
    {
        // Which rules found nothing changes with every new rule.
        string[] lines = Text(ReportCases.Get(name)).Split('\n');
        int quiet = Array.FindIndex(lines, l => l.StartsWith("- rules that found nothing", StringComparison.Ordinal));
        int end = quiet < 0 ? -1 : Array.FindIndex(lines, quiet, l => l.Length == 0);
        string text = quiet < 0 ? string.Join('\n', lines) : string.Join('\n', [.. lines[..quiet], .. lines[end..]]);
        Golden.Matches($"bugreport/{name}.txt", text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_survives_mail(string name)
    {
        string text = Text(ReportCases.Get(name));
        Assert.All(text, c => Assert.True(c is '\n' or (>= ' ' and <= '~'), $"U+{(int)c:x4}"));
        Assert.All(text.Split('\n').Where(l => !l.Contains('[')), l => Assert.True(l.Length <= 78, l));
    }

    [Fact]
    public void The_numbers_stand_one_row_per_capture_with_their_change()
    {
        string text = Text(ReportCases.Leak());
        Assert.Contains("2026-11-20 18:00:00           26,000         106,496,000", text, StringComparison.Ordinal);
        Assert.Contains("2026-11-20 18:30:00           91,900         376,422,400    +257.4 MiB", text, StringComparison.Ordinal);
        Assert.DoesNotContain("2026-11-20 20:00:00", text, StringComparison.Ordinal); // that capture lacks the value
    }

    private static string Text(DiagnosisReport report)
    {
        var text = new StringWriter();
        BugReport.Write(report, text);
        return text.ToString();
    }
}
