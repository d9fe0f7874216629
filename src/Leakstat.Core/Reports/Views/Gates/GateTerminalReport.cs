using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Gate;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Gates;

/// <summary>A gate's decision at a terminal or in a CI log.</summary>
internal static class GateTerminalReport
{
    private const int UsualKept = 8;

    /// <summary>Writes the report.</summary>
    public static void Write(GateResult result, TextWriter output, TerminalOptions options)
    {
        var canvas = new TerminalCanvas(output, options);
        canvas.Paragraph(0, 0, new Run(GateWords.Headline(result), result.IsClean ? Style.Good : result.IsFailed
            ? Style.Critical : Style.Strong));
        if (options.Detail == Detail.Quiet)
        {
            foreach (Finding leak in result.Leaks)
            {
                canvas.Paragraph(2, 4, new Run(leak.Title));
            }

            return;
        }

        int rank = 0;
        foreach (Finding leak in result.Leaks)
        {
            canvas.Blank();
            FindingBlock.Write(canvas, leak, ++rank, options.Detail == Detail.Verbose);
        }

        WriteList(
            canvas,
            "Modules",
            result.Modules.Select(m => (m.Fails ? "FAILED: " : "") + m.Text + (m.At is { } at ? $" [{at}]" : "")));
        WriteList(
            canvas,
            "Known leaks",
            result.Known.Select(
                k => $"{k.Finding.Title} [{k.Entry.At}{(k.Entry.Why.Length > 0 ? ": " + k.Entry.Why : "")}]"));
        WriteList(canvas, "Baseline", GateWords.BaselineNotes(result));
        RoundSubject[] kept = [.. result.Kept.Where(
            k => options.Detail == Detail.Verbose
                || k.Test.Outcome is RoundOutcome.Rises or RoundOutcome.TooFew or RoundOutcome.Unsteady
                    or RoundOutcome.Idle)];
        int shown = options.Detail == Detail.Verbose ? kept.Length : Math.Min(UsualKept, kept.Length);
        WriteList(canvas, "Rose, and does not fail the gate", kept.Take(shown).Select(k =>
            $"{GateWords.Of(k.Subject)}: {GateWords.PerRound(k.Test)}, {GateWords.Why(k)}"));
        if (kept.Length > shown)
        {
            canvas.Paragraph(2, 4, new Run($"{Display.Count(kept.Length - shown)} more; -v shows all", Style.Dim));
        }

        if (result.Rounds.Plan.Rounds < RoundTest.LeastRounds)
        {
            canvas.Blank();
            canvas.Paragraph(0, 0, new Run(
                "Only what belongs to a module and what the kernel says at unload is judged from fewer than "
                    + $"{RoundTest.LeastRounds} rounds.",
                Style.Dim));
        }
    }

    private static void WriteList(TerminalCanvas canvas, string title, IEnumerable<string> lines)
    {
        bool isFirst = true;
        foreach (string line in lines)
        {
            if (isFirst)
            {
                canvas.Blank();
                canvas.Paragraph(0, 0, new Run(title, Style.Strong));
                isFirst = false;
            }

            canvas.Paragraph(2, 4, new Run("-"), new Run(line));
        }
    }
}
