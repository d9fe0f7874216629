using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Diagnoses;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Tests.Reports;

public sealed class TerminalReportTests
{
    public static TheoryData<string> Names => ReportCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Eighty_columns(string name) =>
        Golden.Matches($"terminal/{name}.80.txt", Text(ReportCases.Get(name), new TerminalOptions()));

    [Theory]
    [InlineData("leak")]
    [InlineData("hostile")]
    public void Sixty_columns_in_ASCII(string name) =>
        Golden.Matches($"terminal/{name}.60.ascii.txt", Text(ReportCases.Get(name), new TerminalOptions { Width = 60, Ascii = true }));

    [Fact]
    public void Colour() =>
        Golden.Matches("terminal/leak.color.txt", Text(ReportCases.Leak(), new TerminalOptions { Color = true }));

    [Fact]
    public void Verbose() => Golden.Matches(
        "terminal/exhaustion.verbose.txt", Text(ReportCases.Exhausted(), new TerminalOptions { Detail = Detail.Verbose }));

    [Fact]
    public void Quiet() =>
        Golden.Matches("terminal/leak.quiet.txt", Text(ReportCases.Leak(), new TerminalOptions { Detail = Detail.Quiet }));

    [Theory]
    [InlineData(Detail.Normal)]
    [InlineData(Detail.Verbose)]
    public void The_ledger_alone(Detail detail)
    {
        DiagnosisReport report = ReportCases.Leak();
        var text = new StringWriter();
        LedgerTerminalReport.Write(report.Latest, report.Ledger, text, new TerminalOptions { Detail = detail });
        Golden.Matches($"terminal/ledger.{detail}.txt", text.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Only_what_must_be_copied_whole_is_wider_than_the_terminal(string name)
    {
        DiagnosisReport report = ReportCases.Get(name);
        string[] copied = [.. report.Findings
            .SelectMany(f => f.Advice)
            .SelectMany(a => a.Commands.Select(c => c.ToString()).Append(a.Persist?.Line ?? ""))
            .Concat(FirstAidPlan.Of(report) is { } aid ? [aid.Now.Command?.ToString() ?? "", aid.Next.Command?.ToString() ?? "", aid.Next.Otherwise?.Command?.ToString() ?? ""] : [])
            .Select(c => PrintableText.Of(c))];
        foreach (int width in new[] { 40, 60, 80, 120 })
        {
            foreach (string line in Text(report, new TerminalOptions { Width = width }).Split('\n'))
            {
                string text = line.Trim();
                Assert.True(copied.Contains(text) || IsOneWordOf(copied, text) || text.StartsWith('[') || TerminalCanvas.ColumnsOf(line) <= width, $"{width}: {line}");
            }
        }
    }

    /// <summary>Whether a line is a word of a command, in quotes or not, that no line could hold.</summary>
    private static bool IsOneWordOf(string[] commands, string line)
    {
        string word = line.EndsWith(" \\", StringComparison.Ordinal) ? line[..^2] : line;
        return commands.Any(c => c.Contains(word, StringComparison.Ordinal))
            && !System.Text.RegularExpressions.Regex.Replace(word, "'[^']*'|\"[^\"]*\"", "").Contains(' ');
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_control_character_gets_through(string name)
    {
        foreach (bool ascii in new[] { false, true })
        {
            string text = Text(ReportCases.Get(name), new TerminalOptions { Ascii = ascii, Detail = Detail.Verbose });
            Assert.DoesNotContain(text, c => (char.IsControl(c) && c != '\n') || char.IsSurrogate(c) || c == '\u202e');
            Assert.True(!ascii || text.All(char.IsAscii));
        }
    }

    [Fact]
    public void The_verdict_is_the_first_line() =>
        Assert.StartsWith("The kernel of fw1 leaks memory.\n", Text(ReportCases.Leak(), new TerminalOptions()), StringComparison.Ordinal);

    [Fact]
    public void A_healthy_host_is_told_so() => Assert.StartsWith(
        "Nothing is wrong with the kernel memory of web3.\n", Text(ReportCases.Healthy(), new TerminalOptions()), StringComparison.Ordinal);

    private static string Text(DiagnosisReport report, TerminalOptions options)
    {
        var text = new StringWriter();
        TerminalReport.Write(report, text, options);
        return text.ToString();
    }
}
