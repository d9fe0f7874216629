using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Findings;

/// <summary>
/// One suspect of <c>leakstat detect</c>: its numbers as a line, start, rate, what runs out, events, owners.
/// </summary>
internal static class SuspectBlock
{
    private const int Indent = 4;
    private const int LabelWidth = 10;
    private const int WidestLine = 60;

    public static void Write(TerminalCanvas canvas, DiagnosisReport report, Finding finding, int rank)
    {
        FindingBlock.WriteTitle(canvas, finding, rank);
        string verdict =
            $"{finding.Rule}, {ReportTerms.Of(finding.Verdict)}, {FindingBlock.Confidence(finding.Confidence)}, "
                + $"{ReportTerms.Of(finding.Subject)}";
        canvas.Paragraph(Indent, Indent, new Run(verdict, Style.Dim));
        HistoryEvent[] near = [.. GrowthEvents.Near(report.History, finding.Growth?.Since)];
        WriteLine(canvas, report.History, finding, near);
        WriteGrowth(canvas, report.History, finding.Growth, finding.Verdict);
        canvas.Field(
            Indent, LabelWidth,
            "Runs out",
            new Run(
                finding.Exhaustion is { } exhaustion
                    ? Headline.RunsOut(exhaustion)
                    : "nothing within ten years at this rate, or not known"));
        WriteEvents(canvas, report.History, finding, near);
        foreach (Evidence evidence in finding.Evidence.Take(3))
        {
            FindingBlock.WriteEvidence(canvas, Indent + 2, evidence);
        }

        string label = finding.Owners.Length > 1 ? "Owners" : "Owner";
        foreach (Owner owner in finding.Owners)
        {
            canvas.Field(Indent, LabelWidth, label, new Run(FindingBlock.OwnerText(owner)));
            label = "";
        }
    }

    /// <summary>The series of the current boot as a line, with a letter below each event near the start.</summary>
    private static void WriteLine(TerminalCanvas canvas, HostHistory history, Finding finding, HistoryEvent[] near)
    {
        if (SuspectSeries.Of(finding, history) is not { } suspect)
        {
            return;
        }

        long?[] bytes = [.. suspect.Bytes.Skip(history.CurrentBootStart)];
        if (bytes.Count(b => b is not null) < 2)
        {
            return;
        }

        int columns = Math.Min(WidestLine, canvas.Width - Indent - LabelWidth);
        canvas.Field(
            Indent, LabelWidth,
            "Used",
            new Run(Sparkline.Of(bytes, columns, canvas.Ascii), Style.Plain, IsWhole: true));
        char[] marks = new char[Math.Min(columns, bytes.Length)];
        Array.Fill(marks, ' ');
        for (int i = near.Length - 1; i >= 0; i--)
        {
            int sample = near[i].Sample - history.CurrentBootStart;
            if (sample >= 0 && sample < bytes.Length)
            {
                marks[Sparkline.Column(sample, bytes.Length, columns)] = (char)('a' + i);
            }
        }

        if (marks.Any(m => m != ' '))
        {
            canvas.Field(Indent, LabelWidth, "", new Run(new string(marks).TrimEnd(), Style.Dim, IsWhole: true));
        }

        canvas.Field(
            Indent, LabelWidth,
            "",
            new Run(
                $"{Display.Bytes(bytes.First(b => b is not null)!.Value)} to "
                    + $"{Display.Bytes(bytes.Last(b => b is not null)!.Value)}; "
                + $"lowest {Display.Bytes(bytes.Min()!.Value)}, highest {Display.Bytes(bytes.Max()!.Value)}"));
    }

    private static void WriteGrowth(TerminalCanvas canvas, HostHistory history, ObservedGrowth? growth, Verdict verdict)
    {
        if (growth is null)
        {
            return;
        }

        if (growth.Since is { } since)
        {
            bool atFirst = history.Samples[history.CurrentBootStart].TakenAt >= since;
            canvas.Field(
                Indent, LabelWidth,
                "Start",
                new Run(Display.Time(since) + (atFirst ? ", with the first capture of this boot or before it" : "")));
        }

        // From few captures only an interval of 80 % can be had; a trend gives one of 95 %.
        string sure = growth.Low is null ? "" : verdict == Verdict.Leak ? "; 95 % interval" : "; 80 % interval";
        if (FindingBlock.GrowthText(growth with { Since = null }) is { Length: > 0 } rate)
        {
            canvas.Field(Indent, LabelWidth, "Rate", new Run(rate + sure));
        }
    }

    private static void WriteEvents(TerminalCanvas canvas, HostHistory history, Finding finding, HistoryEvent[] near)
    {
        if (finding.Growth?.Since is null)
        {
            return;
        }

        if (near.Length == 0)
        {
            canvas.Field(
                Indent, LabelWidth, "Events", new Run("none near the start (modules, release, settings, boots)"));
        }

        for (int i = 0; i < near.Length; i++)
        {
            string when = near[i].Sample < history.Samples.Length && history.Samples[near[i].Sample].TakenAt is { } time
                ? $", by {Display.Time(time)}"
                : "";
            canvas.Field(
                Indent, LabelWidth,
                i == 0 ? "Events" : "",
                new Run($"{(char)('a' + i)} {near[i].Kind}: {near[i].Text}{when}"));
        }
    }
}
