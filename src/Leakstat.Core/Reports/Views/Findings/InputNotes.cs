using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Findings;

/// <summary>What was read, what was not understood, and what would have told more.</summary>
internal static class InputNotes
{
    private const int LabelWidth = 13;

    /// <summary>Diagnostics that are about a file's use, not about a fault in it; they are told as counts.</summary>
    private static readonly ImmutableArray<string> AboutUse =
        [DiagnosticId.UnusedCommand, DiagnosticId.DuplicateOutput, DiagnosticId.UnknownOid];

    public static void Write(TerminalCanvas canvas, DiagnosisReport report, bool verbose)
    {
        DiagnosisBasis looked = DiagnosisBasis.Of(report);
        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("What this rests on", Style.Strong));
        string sources = looked.Sources.IsEmpty ? "nothing that rules look at" : string.Join(", ", looked.Sources);
        canvas.Field(2, LabelWidth, "Read", new Run($"{sources}; {DiagnosisBasis.Span(report)}"));
        if (!looked.Missing.IsEmpty)
        {
            canvas.Field(2, LabelWidth, "Missing", new Run($"{string.Join(", ", looked.Missing)} would tell more"));
        }

        WriteFiles(canvas, report, "Not used", FileUse.NotUsed);
        WriteFiles(canvas, report, "Unknown", FileUse.Unknown);
        int skipped = report.Captures.Sum(c => c.Files.Sum(f => f.SkippedLines));
        if (skipped > 0)
        {
            canvas.Field(2, LabelWidth, "Skipped", new Run(
                $"{Display.Count(skipped, "line", "lines")} that could not be "
                    + $"understood{(verbose ? "" : "; -v lists them")}"));
        }

        if (verbose)
        {
            WriteUnjudged(canvas, report);
        }

        WriteInput(canvas, report);
        WriteEvents(canvas, report.History, verbose);
        WriteDiagnostics(canvas, report.Diagnostics, verbose);
        if (verbose)
        {
            WriteFileTable(canvas, report);
        }
    }

    /// <summary>In short: what was read, what is missing, and the first fault.</summary>
    public static void WriteShort(TerminalCanvas canvas, DiagnosisReport report, int labelWidth)
    {
        DiagnosisBasis looked = DiagnosisBasis.Of(report);

        // A verdict that something is wrong does not say what was read; the others do.
        if (report.Verdict.State == VerdictState.Wrong || looked.Sources.IsEmpty)
        {
            string sources = looked.Sources.IsEmpty ? "nothing that rules look at" : string.Join(", ", looked.Sources);
            canvas.Field(0, labelWidth, "Read", new Run(sources));
        }

        if (!looked.Missing.IsEmpty)
        {
            canvas.Field(0, labelWidth, "Missing", new Run($"{string.Join(", ", looked.Missing)} would tell more"));
        }

        Diagnostic[] faults = [.. report.Diagnostics.Where(d => !AboutUse.Contains(d.Id))];
        if (faults.Length > 0)
        {
            string more = faults.Length > 1 ? $"{Display.Count(faults.Length)} in the input, the first: " : "";
            canvas.Field(
                0,
                labelWidth,
                faults.Length > 1 ? "Problems" : "Problem",
                new Run($"{more}{faults[0].Id} {faults[0].Text}"),
                new Run($"[{faults[0].At}]", Style.Dim, true));
        }
    }

    private static void WriteFiles(TerminalCanvas canvas, DiagnosisReport report, string label, FileUse use)
    {
        string[] names = [.. report.Captures
            .SelectMany(c => c.Files).Where(f => f.Use == use).Select(f => f.Name)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            return;
        }

        canvas.Field(2, LabelWidth, label, new Run(Display.SomeAndCount(names, most: 8)));
    }

    /// <summary>What was not judged, by what it lacks: silence of these rules means nothing.</summary>
    private static void WriteUnjudged(TerminalCanvas canvas, DiagnosisReport report)
    {
        if (report.Unjudged.IsEmpty)
        {
            return;
        }

        canvas.Paragraph(2, 2, new Run("Not judged", Style.Dim));
        foreach ((string want, string rules) in UnjudgedByWant(report))
        {
            canvas.Paragraph(4, 6, new Run($"for want of {want}:"), new Run(rules));
        }
    }

    /// <summary>What rules lacked, and which rules that were, in the order of the rules.</summary>
    public static IEnumerable<(string Want, string Rules)> UnjudgedByWant(DiagnosisReport report) =>
        report.Unjudged.GroupBy(u => string.Join(" and ", u.Wants))
            .Select(g => (g.Key, string.Join(", ", g.Select(u => $"{u.Rule} {u.Name}"))));

    private static void WriteInput(TerminalCanvas canvas, DiagnosisReport report)
    {
        InputReport input = report.Input;
        foreach ((string host, int captures) in input.OtherHosts)
        {
            canvas.Field(2, LabelWidth, "Other host", new Run(
                $"{host}: {Display.Count(captures, "capture", "captures")} of it left out here"));
        }

        foreach ((string earlier, string later) in input.ClockBackwards)
        {
            canvas.Field(
                2, LabelWidth, "Clock", new Run($"{earlier} says it was taken before {later}, which it follows"));
        }

        if (!input.Repeated.IsEmpty)
        {
            canvas.Field(2, LabelWidth, "Repeated", new Run(
                $"{Display.Count(input.Repeated.Length, "capture is a copy", "captures are copies")} and left out"));
        }
    }

    private static void WriteEvents(TerminalCanvas canvas, HostHistory history, bool verbose)
    {
        const int Most = 5;
        string label = "Events";
        int shown = verbose || history.Events.Length <= Most + 1 ? history.Events.Length : Most;
        foreach (HistoryEvent happened in history.Events.AsSpan(0, shown))
        {
            string when = happened.Sample >= 0 && happened.Sample < history.Samples.Length
                && history.Samples[happened.Sample].TakenAt is { } time
                ? $"before {Display.Time(time)}: "
                : "";
            canvas.Field(2, LabelWidth, label, new Run(when + happened.Text));
            label = "";
        }

        if (shown < history.Events.Length)
        {
            canvas.Field(2, LabelWidth, "", new Run($"{history.Events.Length - shown} more with -v", Style.Dim));
        }
    }

    private static void WriteDiagnostics(TerminalCanvas canvas, ImmutableArray<Diagnostic> diagnostics, bool verbose)
    {
        const int Most = 5;
        Diagnostic[] faults = [.. diagnostics.Where(d => verbose || !AboutUse.Contains(d.Id))];
        int shown = verbose || faults.Length <= Most + 1 ? faults.Length : Most;
        if (shown == 0)
        {
            return;
        }

        canvas.Paragraph(2, 2, new Run("Problems in the input", Style.Dim));
        foreach (Diagnostic diagnostic in faults.AsSpan(0, shown))
        {
            canvas.Paragraph(
                4, 6, new Run(diagnostic.Id), new Run(diagnostic.Text), new Run($"[{diagnostic.At}]", Style.Dim, true));
        }

        if (shown < faults.Length)
        {
            canvas.Paragraph(4, 4, new Run($"{Display.Count(faults.Length - shown)} more with -v", Style.Dim));
        }
    }

    private static void WriteFileTable(TerminalCanvas canvas, DiagnosisReport report)
    {
        int name = Math.Clamp(canvas.Width - 44, 14, 40);
        foreach (CaptureSummary capture in report.Captures)
        {
            canvas.Blank();
            canvas.Paragraph(0, 2, new Run(capture.Source, Style.Strong, true), new Run(
                capture.TakenAt is { } time ? Display.Time(time) : "time unknown", Style.Dim));
            foreach (CaptureFile file in capture.Files)
            {
                string skipped = file.SkippedLines > 0 ? $", {Display.Count(file.SkippedLines)} skipped" : "";
                canvas.Row(new Run(
                    $"  {canvas.Fit(file.Name, name)} {canvas.Fit(file.Format, 16)} {Display.Count(file.Rows),7} "
                    + $"{ReportTerms.Of(file.Use)}{skipped}"));
            }
        }
    }
}
