using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Detections;

/// <summary>
/// What <c>leakstat detect</c> says at a terminal: the verdict, each suspect with its line, what is missing.
/// </summary>
internal static class DetectTerminalReport
{
    /// <summary>Writes the report.</summary>
    public static void Write(DiagnosisReport report, TrendNeeds needs, TextWriter output, TerminalOptions options)
    {
        var canvas = new TerminalCanvas(output, options);
        ImmutableArray<RisingSeries> rising = RisingBlock.Of(report);
        Headline headline = HeadlineOf(report, rising.Length);
        Style style = headline.Tone switch
        {
            Tone.Critical => Style.Critical,
            Tone.Warning => Style.Warning,
            Tone.Open => Style.Strong,
            _ => rising.IsEmpty ? Style.Good : Style.Strong,
        };
        canvas.Paragraph(0, 0, new Run(headline.Text, style));
        canvas.Paragraph(0, 0, new Run(headline.Detail));
        FirstAidLines.WriteWhatWouldTell(canvas, report);
        if (options.Detail == Detail.Quiet)
        {
            int place = 0;
            foreach (Finding finding in report.Findings)
            {
                FindingBlock.WriteTitle(canvas, finding, ++place);
            }

            return;
        }

        int rank = 0;
        foreach (Finding finding in report.Findings)
        {
            canvas.Blank();
            if (finding is { Growth: not null, Verdict: Verdict.Leak or Verdict.Suspect })
            {
                SuspectBlock.Write(canvas, report, finding, ++rank);
            }
            else
            {
                FindingBlock.Write(canvas, finding, ++rank, options.Detail == Detail.Verbose);
            }
        }

        RisingBlock.Write(canvas, rising, options.Detail == Detail.Verbose);
        WriteMissing(canvas, needs);
        WriteJudged(canvas, report);
        SensitivityLine.Write(canvas, report);

        if (report.Findings.Any(f => f.Verdict is Verdict.Leak or Verdict.Suspect))
        {
            canvas.Blank();
            canvas.Paragraph(0, 0, new Run("What to do about it: leakstat diagnose with the same sources.", Style.Dim));
        }
    }

    /// <summary>Days from the first capture to the last.</summary>
    internal static double Days(DiagnosisReport report) =>
        report.Trends is { Host.Hours: [var first, .., var last] } ? (last - first) / 24 : 0;

    private static Headline HeadlineOf(DiagnosisReport report, int rising)
    {
        if (report.Verdict.State != VerdictState.Fine || rising == 0)
        {
            return Headline.Of(report);
        }

        string host = report.Host.Name is { Length: > 0 } name ? name : "this host";
        return new Headline(
            Tone.Good,
            $"Nothing on {host} is proven or probable to leak; {Display.Count(rising)} series rose all the same.",
            $"{DiagnosisBasis.Judged(report)}. What rose is named below.");
    }

    private static void WriteMissing(TerminalCanvas canvas, TrendNeeds needs)
    {
        if (needs.Missing.IsEmpty)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("Missing", Style.Strong));
        foreach (string missing in needs.Missing)
        {
            canvas.Paragraph(2, 4, new Run("-"), new Run(missing));
        }
    }

    /// <summary>How many series were judged, and what they do: silence has to be seen to rest on something.</summary>
    private static void WriteJudged(TerminalCanvas canvas, DiagnosisReport report)
    {
        if (report.Trends is not { } trends)
        {
            return;
        }

        // Rows that are lost make others of what is left: what it does is said of a whole history only.
        bool isWhole = !report.Verdict.Lacks("vmstat -z") && !report.Verdict.Lacks("vmstat -m");
        string parts = isWhole
            ? string.Join(", ", TrendSummary.Of(trends).Select(c => $"{Display.Count(c.Count)} {c.What}"))
            : "";
        canvas.Blank();
        canvas.Paragraph(
            0,
            0,
            new Run(
                $"Judged: {Display.Count(trends.Results.Count)} series that "
                    + $"changed{(parts.Length > 0 ? ": " : "")}{parts}{(isWhole ? "" : ", of what was not lost")}.",
                Style.Dim));
    }
}
