using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>
/// Plain text to attach to a FreeBSD problem report: what a maintainer asks for first. ASCII, 76 columns, so that it
/// survives mail and bug trackers.
/// </summary>
public static class BugReport
{
    private const int Width = 76;

    /// <summary>Writes the report.</summary>
    public static void Write(DiagnosisReport report, TextWriter output)
    {
        var canvas = new TerminalCanvas(output, new TerminalOptions { Width = Width, Ascii = true });
        Finding[] open = [.. report.Findings.Where(f => f.Verdict != Verdict.Healthy)];
        WriteSummary(canvas, report, open);
        WriteSystem(canvas, report);
        BugReportNumbers.Write(canvas, report);
        WriteEvidence(canvas, open);
        WriteExcluded(canvas, report);
        BugReportLedger.Write(canvas, report.Ledger);
        WriteModules(canvas, report.Latest.KernelFiles);
        WriteTunables(canvas, report);
        WriteMessages(canvas, report.Latest.Messages);
        WriteInput(canvas, report);
    }

    internal static void Head(TerminalCanvas canvas, string title)
    {
        canvas.Blank();
        canvas.Verbatim(0, title);
        canvas.Verbatim(0, new string('-', title.Length));
    }

    private static void WriteSummary(TerminalCanvas canvas, DiagnosisReport report, Finding[] open)
    {
        Headline headline = Headline.Of(report);
        canvas.Paragraph(0, 0, new Run($"Kernel memory report by {Tool.Name} {Tool.Version}"));
        Head(canvas, "Summary");
        canvas.Paragraph(0, 0, new Run(headline.Text));
        canvas.Paragraph(0, 0, new Run(headline.Detail));
        if (open.Length == 0)
        {
            return;
        }

        canvas.Blank();
        int rank = 0;
        foreach (Finding finding in open)
        {
            canvas.Paragraph(0, 3, new Run(
                $"{++rank}. {finding.Title} ({finding.Rule}, {ReportTerms.Of(finding.Severity)}, "
                    + $"{ReportTerms.Of(finding.Verdict)}, "
                + $"{FindingBlock.Confidence(finding.Confidence)})"));
        }
    }

    private static void WriteSystem(TerminalCanvas canvas, DiagnosisReport report)
    {
        HostIdentity host = report.Host;
        Head(canvas, "System");
        Field("release", host.Release?.Text);
        Field("__FreeBSD_version", host.VersionNumber?.ToString());
        Field("architecture", host.Architecture);
        Field("kernel", report.Latest.Sysctls.Text("kern.version")?.Split('\n')[0]);
        if (host.PhysicalMemory is { } memory)
        {
            Field("physical memory", $"{Display.Bytes(memory.Value)} ({Display.Count(memory.Value)} bytes)");
            canvas.Paragraph(4, 4, new Run($"[{memory.At}]", Style.Plain, true));
        }

        Field("page size", host.PageSize is { } page ? Display.Count(page.Value) + " bytes" : null);
        Field("booted", host.BootedAt is { } boot ? Display.Time(boot) : null);
        Field(
            "up",
            host.UptimeSeconds is { } seconds and >= 0 and < 1L << 36
                ? Display.Duration(TimeSpan.FromSeconds(seconds))
                : null);
        Field("captures", DiagnosisBasis.Span(report));
        foreach (HistoryEvent happened in report.History.Events.Take(20))
        {
            string when = happened.Sample >= 0 && happened.Sample < report.History.Samples.Length
                && report.History.Samples[happened.Sample].TakenAt is { } time
                ? $"before {Display.Time(time)}: "
                : "";
            Field("event", when + happened.Text);
        }

        void Field(string label, string? text)
        {
            if (!string.IsNullOrEmpty(text))
            {
                canvas.Field(0, 20, label, new Run(text));
            }
        }
    }

    private static void WriteEvidence(TerminalCanvas canvas, Finding[] open)
    {
        if (open.Length == 0)
        {
            return;
        }

        Head(canvas, "Evidence");
        int rank = 0;
        foreach (Finding finding in open)
        {
            canvas.Paragraph(0, 3, new Run($"{++rank}. {ReportTerms.Of(finding.Subject)} ({finding.Rule})"));
            if (finding.Growth is { } growth && FindingBlock.GrowthText(growth) is { Length: > 0 } rate)
            {
                canvas.Paragraph(3, 5, new Run($"- growth {rate}"));
            }

            foreach (Evidence evidence in finding.Evidence)
            {
                FindingBlock.WriteEvidence(canvas, 3, evidence);
            }

            foreach (Owner owner in finding.Owners)
            {
                canvas.Paragraph(3, 5, new Run($"- owner {FindingBlock.OwnerText(owner)}"));
            }
        }
    }

    private static void WriteExcluded(TerminalCanvas canvas, DiagnosisReport report)
    {
        Head(canvas, "What was looked at and excluded");
        ImmutableArray<Finding> healthy = [.. report.Findings.Where(f => f.Verdict == Verdict.Healthy)];
        foreach (Finding finding in healthy)
        {
            canvas.Paragraph(0, 2, new Run($"- {finding.Title} ({finding.Rule})"));
            foreach (Evidence evidence in finding.Evidence)
            {
                FindingBlock.WriteEvidence(canvas, 2, evidence);
            }
        }

        HashSet<string> unjudged = [.. report.Unjudged.Select(u => u.Rule)];
        string quiet = string.Join(", ", RuleRegistry.All
            .Where(r => !unjudged.Contains(r.Id) && !report.Findings.Any(f => f.Rule == r.Id)).Select(r =>
                $"{r.Id} {r.Name}"));
        if (quiet.Length > 0)
        {
            canvas.Paragraph(0, 2, new Run($"- rules that found nothing: {quiet}"));
        }

        if (!report.Unjudged.IsEmpty)
        {
            Head(canvas, "What could not be judged");
            foreach ((string want, string rules) in InputNotes.UnjudgedByWant(report))
            {
                canvas.Paragraph(0, 2, new Run($"- for want of {want}: {rules}"));
            }
        }
    }

    private static void WriteModules(TerminalCanvas canvas, KernelFileTable? table)
    {
        if (table is null)
        {
            return;
        }

        Head(canvas, "Kernel files");
        canvas.Paragraph(0, 0, new Run("from"), new Run($"[{table.File.Path}]", Style.Plain, true));
        foreach (KernelFile file in table.Files)
        {
            string size = file.Size is { } bytes ? Display.Bytes(bytes) : "";
            canvas.Paragraph(
                0, 4, new Run($"{canvas.Fit(file.Name, 28)} {size,10}", Style.Plain, true), new Run(file.Path ?? ""));
        }
    }

    private static void WriteTunables(TerminalCanvas canvas, DiagnosisReport report)
    {
        SysctlTable sysctls = report.Latest.Sysctls;
        string[] names = [.. sysctls.Names.Where(TunableTable.BuiltIn.Knows).Order(StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            return;
        }

        Head(canvas, "Memory tunables as they are set");
        foreach (string name in names)
        {
            if (sysctls.TryLocate(name, out SourceLine? at))
            {
                canvas.Paragraph(0, 4, new Run($"{name}={sysctls.Text(name)}"), new Run($"[{at}]", Style.Plain, true));
            }
        }
    }

    private static void WriteMessages(TerminalCanvas canvas, KernelMessages? messages)
    {
        if (messages is null)
        {
            return;
        }

        const int Most = 40;
        KernelMessage[] telling = [.. messages.Messages.Where(m => KernelMessageChoice.IsTelling(m.Text))];
        Head(canvas, "Kernel messages that matter");
        foreach (SourceFile file in messages.Files)
        {
            canvas.Paragraph(0, 0, new Run("from"), new Run($"[{file.Path}]", Style.Plain, true));
        }

        if (telling.Length == 0)
        {
            canvas.Paragraph(0, 0, new Run($"none in {Display.Count(messages.TotalLines, "line", "lines")}"));
        }

        if (telling.Length > Most)
        {
            canvas.Paragraph(0, 0, new Run($"the last {Most} of {Display.Count(telling.Length)}"));
        }

        foreach (KernelMessage message in telling.TakeLast(Most))
        {
            canvas.Paragraph(0, 7, new Run($"{message.Line,5}:", Style.Plain, true), new Run(message.Text));
        }
    }

    private static void WriteInput(TerminalCanvas canvas, DiagnosisReport report)
    {
        Head(canvas, "Where these numbers come from");
        DiagnosisBasis looked = DiagnosisBasis.Of(report);
        string sources = looked.Sources.IsEmpty ? "nothing" : string.Join(", ", looked.Sources);
        canvas.Paragraph(0, 0, new Run($"Read from {report.Latest.Source}: {sources}."));
        canvas.Paragraph(0, 0, new Run("[file:line] is the place of a number in the capture."));
        if (!looked.Missing.IsEmpty)
        {
            canvas.Paragraph(0, 0, new Run($"Not in the capture: {string.Join(", ", looked.Missing)}."));
        }

        if (!report.Diagnostics.IsEmpty)
        {
            canvas.Paragraph(0, 0, new Run(
                $"{Display.Count(report.Diagnostics.Length, "remark", "remarks")} on the input, "
                + $"{Display.Count(report.Captures.Sum(c => c.Files.Sum(f => (long)f.SkippedLines)))} lines skipped."));
        }
    }
}
