using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Detections;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>
/// The diagnosis as it is printed when nothing is asked: what is wrong, what to do, the findings in short and what it
/// rests
/// on, in at most <see cref="MostLines"/> lines. All else is told with -v.
/// </summary>
internal static class ShortReport
{
    /// <summary>Lines of the whole report at 80 columns: one screen, that scrolls nothing away.</summary>
    public const int MostLines = 40;

    private const int LabelWidth = 9;

    /// <summary>Findings whose titles are shown even where the rest leaves no room.</summary>
    private const int LeastFindingLines = 4;

    /// <summary>How much is told of a finding: lines of evidence of the first one, and of each other.</summary>
    private static readonly (int First, int Other)[] s_depths = [(4, 1), (3, 1), (3, 0), (2, 0), (1, 0), (0, 0)];

    /// <summary>Writes what stands below the verdict.</summary>
    /// <param name="report">The report.</param>
    /// <param name="output">Where to.</param>
    /// <param name="options">Width and colours.</param>
    /// <param name="head">The lines that were written already.</param>
    public static void Write(DiagnosisReport report, TextWriter output, TerminalOptions options, int head)
    {
        string above = Drawn(options, canvas =>
        {
            FirstAidLines.Write(canvas, report);
            HostLine.Write(canvas, report);
        });
        string below = Drawn(options, canvas => WriteBasis(canvas, report));
        int room = Math.Max(MostLines - head - LinesOf(above) - LinesOf(below), LeastFindingLines);
        output.Write(above);
        output.Write(FindingsWithin(report, options, room));
        output.Write(below);
    }

    private static string FindingsWithin(DiagnosisReport report, TerminalOptions options, int room)
    {
        if (report.Findings.IsEmpty)
        {
            return "";
        }

        foreach ((int first, int other) in s_depths)
        {
            string text = Drawn(options, canvas => WriteFindings(canvas, report.Findings, first, other,
                report.Findings.Length));
            if (LinesOf(text) <= room)
            {
                return text;
            }
        }

        int shown = report.Findings.Length - 1;
        while (shown > 1 && LinesOf(Drawn(options, canvas => WriteFindings(canvas, report.Findings, 0, 0,
            shown))) > room)
        {
            shown--;
        }

        return Drawn(options, canvas => WriteFindings(canvas, report.Findings, 0, 0, shown));
    }

    private static void WriteFindings(TerminalCanvas canvas, ImmutableArray<Finding> findings, int first, int other,
        int shown)
    {
        if (!findings.IsEmpty)
        {
            canvas.Paragraph(0, 0, new Run($"Findings: {Headline.Tally(findings)}", Style.Dim));
        }

        int rank = 0;
        foreach (Finding finding in findings.AsSpan(0, shown))
        {
            rank++;
            FindingBlock.WriteShort(canvas, finding, rank, rank == 1 ? first : other);
        }

        if (shown < findings.Length)
        {
            canvas.Paragraph(4, 4, new Run($"{Display.Count(findings.Length - shown)} more with -v", Style.Dim));
        }
    }

    /// <summary>What it rests on, and where more is to be had.</summary>
    private static void WriteBasis(TerminalCanvas canvas, DiagnosisReport report)
    {
        GrowthNotFound.Write(canvas, report, isVerbose: false);
        canvas.Blank();
        if (MemoryText(report.Ledger) is { } memory)
        {
            canvas.Field(0, LabelWidth, "Memory", new Run(memory));
        }

        InputNotes.WriteShort(canvas, report, LabelWidth);
        string rule = report.Findings.IsEmpty ? ""
            : $"; leakstat explain {report.Findings[0].Rule} says what a rule means";
        string tune = report.Findings.Any(f => f.Advice.Any(a => a.Persist is not null))
            ? "; leakstat tune gives the settings as lines for files"
            : "";
        canvas.Field(0, LabelWidth, "More", new Run(
            $"-v adds all evidence, advice, the ledger and what was not understood{tune}{rule}.", Style.Dim));
    }

    /// <summary>Where memory is, in one line; null where the capture does not say.</summary>
    private static string? MemoryText(Ledger ledger)
    {
        string[] parts =
        [
            .. new[] { AccountName.Wired, AccountName.Active, AccountName.Inactive, AccountName.Laundry,
                AccountName.Free }
                .Select(ledger.FindPages).OfType<Account>()
                .Select(a => a.Name == AccountName.Wired && Largest(ledger) is { } owner
                    ? $"{Display.Bytes(a.Bytes)} wired (most of it {owner})"
                    : $"{Display.Bytes(a.Bytes)} {a.Name}"),
        ];
        string total = ledger.Total is { } bytes ? $"{Display.Bytes(bytes)}: " : "";
        return parts.Length == 0 ? null : total + string.Join(", ", parts);
    }

    /// <summary>
    /// The owner of more than half of wired memory; null where there is none. What holds more than is wired was counted
    /// on another host or at another moment, and is no part of it.
    /// </summary>
    private static string? Largest(Ledger ledger) =>
        ledger.WiredTotal is { } wired
            && ledger.Wired.FirstOrDefault(a => a.Bytes > wired.Bytes / 2 && a.Bytes <= wired.Bytes) is { } owner
            ? $"{owner.Name}, {Display.Bytes(owner.Bytes)}"
            : null;

    private static string Drawn(TerminalOptions options, Action<TerminalCanvas> draw)
    {
        var text = new StringWriter();
        draw(new TerminalCanvas(text, options));
        return text.ToString();
    }

    private static int LinesOf(string text) => text.AsSpan().Count('\n');
}
