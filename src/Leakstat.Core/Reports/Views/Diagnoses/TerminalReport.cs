using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Detections;
using Leakstat.Reports.Views.Findings;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>
/// The diagnosis for a person at a terminal: the verdict first, then what to do, the findings, and what they rest on;
/// with -v
/// all evidence and advice, the ledger, and the input.
/// </summary>
public static class TerminalReport
{
    /// <summary>Writes the report.</summary>
    public static void Write(DiagnosisReport report, TextWriter output, TerminalOptions options)
    {
        var head = new StringWriter();
        WriteHeadline(new TerminalCanvas(head, options), report);
        output.Write(head);
        var canvas = new TerminalCanvas(output, options);
        if (options.Detail == Detail.Quiet)
        {
            int rank = 0;
            foreach (Finding finding in report.Findings)
            {
                FindingBlock.WriteTitle(canvas, finding, ++rank);
            }

            return;
        }

        if (options.Detail == Detail.Normal)
        {
            ShortReport.Write(report, output, options, head.ToString().AsSpan().Count('\n'));
            return;
        }

        FirstAidLines.Write(canvas, report);
        HostLine.Write(canvas, report);
        WriteFindings(canvas, report);
        GrowthNotFound.Write(canvas, report, isVerbose: true);
        LedgerPicture.Write(canvas, report.Ledger, verbose: true);
        InputNotes.Write(canvas, report, verbose: true);
    }

    /// <summary>
    /// Writes the report of one host below what stands above it on the same screen: whole where both fit, else what is
    /// wrong and what to do.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="output">Where to.</param>
    /// <param name="options">Width and colours.</param>
    /// <param name="taken">Lines of the screen that are taken.</param>
    internal static void WriteBelow(DiagnosisReport report, TextWriter output, TerminalOptions options, int taken)
    {
        var text = new StringWriter();
        var canvas = new TerminalCanvas(text, options);
        WriteHeadline(canvas, report);
        string head = text.ToString();
        ShortReport.Write(report, text, options, taken + head.AsSpan().Count('\n'));
        if (taken + text.ToString().AsSpan().Count('\n') <= ShortReport.MostLines)
        {
            output.Write(text);
            return;
        }

        output.Write(head);
        FirstAidLines.Write(new TerminalCanvas(output, options), report);
    }

    private static void WriteHeadline(TerminalCanvas canvas, DiagnosisReport report)
    {
        Headline headline = Headline.Of(report);
        Style style = headline.Tone switch
        {
            Tone.Critical => Style.Critical,
            Tone.Warning => Style.Warning,
            Tone.Open => Style.Strong,
            _ => Style.Good,
        };
        canvas.Paragraph(0, 0, new Run(headline.Text, style));
        canvas.Paragraph(0, 0, new Run(headline.Detail));
        FirstAidLines.WriteWhatWouldTell(canvas, report);
    }

    private static void WriteFindings(TerminalCanvas canvas, DiagnosisReport report)
    {
        Finding[] open = [.. report.Findings.Where(f => f.Verdict != Verdict.Healthy)];
        Finding[] harmless = [.. report.Findings.Where(f => f.Verdict == Verdict.Healthy)];
        if (open.Length > 0)
        {
            canvas.Paragraph(0, 0, new Run($"Findings: {Headline.Tally([.. open])}", Style.Dim));
        }

        int rank = 0;
        foreach (Finding finding in open)
        {
            canvas.Blank();
            FindingBlock.Write(canvas, finding, ++rank, verbose: true);
        }

        if (harmless.Length == 0)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("Also noted", Style.Strong));
        foreach (Finding finding in harmless)
        {
            canvas.Blank();
            FindingBlock.Write(canvas, finding, ++rank, verbose: true);
        }
    }
}
