using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Detections;
using Leakstat.Reports.Views.Findings;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>
/// The diagnosis for a person at a terminal: the verdict first, then findings, the ledger, and the input.
/// </summary>
public static class TerminalReport
{
    /// <summary>Writes the report.</summary>
    public static void Write(DiagnosisReport report, TextWriter output, TerminalOptions options)
    {
        var canvas = new TerminalCanvas(output, options);
        WriteHeadline(canvas, report);
        if (options.Detail == Detail.Quiet)
        {
            int rank = 0;
            foreach (Finding finding in report.Findings)
            {
                FindingBlock.WriteTitle(canvas, finding, ++rank);
            }

            return;
        }

        FirstAidLines.Write(canvas, report);
        WriteHost(canvas, report);
        WriteFindings(canvas, report, options.Detail == Detail.Verbose);
        WriteGrowthNotFound(canvas, report, options.Detail == Detail.Verbose);
        LedgerPicture.Write(canvas, report.Ledger, options.Detail == Detail.Verbose);
        InputNotes.Write(canvas, report, options.Detail == Detail.Verbose);
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

    private static void WriteHost(TerminalCanvas canvas, DiagnosisReport report)
    {
        HostIdentity host = report.Host;
        string[] parts =
        [
            host.Name ?? "host of unknown name",
            host.Release is { } release ? $"FreeBSD {release.Text}" : "release unknown",
            host.Architecture ?? "",
            host.PhysicalMemory is { } memory ? $"{Display.Bytes(memory.Value)} of memory" : "",
            LookedAt.Span(report),
        ];
        canvas.Blank();
        canvas.Paragraph(0, 0, new Run(string.Join(", ", parts.Where(p => p.Length > 0)), Style.Dim));
    }

    /// <summary>Where no growth is a finding: what rose all the same, and what would have been one.</summary>
    private static void WriteGrowthNotFound(TerminalCanvas canvas, DiagnosisReport report, bool verbose)
    {
        if (report.Trends is not { CanProve: true }
            || report.Findings.Any(f => f is { Growth: not null, Verdict: Verdict.Leak or Verdict.Suspect }))
        {
            return;
        }

        RisingBlock.Write(canvas, RisingBlock.Of(report), verbose);
        canvas.Blank();
        SensitivityLine.Write(canvas, report);
    }

    private static void WriteFindings(TerminalCanvas canvas, DiagnosisReport report, bool verbose)
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
            FindingBlock.Write(canvas, finding, ++rank, verbose);
        }

        if (harmless.Length == 0)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("Also noted", Style.Strong));
        foreach (Finding finding in harmless)
        {
            if (verbose)
            {
                canvas.Blank();
                FindingBlock.Write(canvas, finding, ++rank, verbose: true);
                continue;
            }

            canvas.Paragraph(2, 4, new Run("-"), new Run(finding.Title), new Run($"({finding.Rule})", Style.Dim));
            if (finding.Evidence.Length > 0)
            {
                FindingBlock.WriteEvidence(canvas, 4, finding.Evidence[0]);
            }
        }
    }
}
