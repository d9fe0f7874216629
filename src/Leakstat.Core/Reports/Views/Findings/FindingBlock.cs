using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Findings;

/// <summary>One finding on the terminal.</summary>
internal static class FindingBlock
{
    private const int Indent = 4;
    private const int LabelWidth = 10;

    public static void Write(TerminalCanvas canvas, Finding finding, int rank, bool verbose)
    {
        WriteTitle(canvas, finding, rank);
        canvas.Paragraph(
            Indent, Indent,
            new Run(
                $"{finding.Rule}, {ReportTerms.Of(finding.Verdict)}, {Confidence(finding.Confidence)}, "
                    + $"{ReportTerms.Of(finding.Subject)}",
                Style.Dim));
        if (finding.Exhaustion is { } exhaustion)
        {
            canvas.Field(Indent, LabelWidth, "Runs out", new Run(Headline.RunsOut(exhaustion)));
        }

        if (finding.Growth is { } growth && GrowthText(growth) is { Length: > 0 } text)
        {
            canvas.Field(Indent, LabelWidth, "Growth", new Run(text));
        }

        WriteEvidence(canvas, finding, verbose);
        string label = finding.Owners.Length > 1 ? "Owners" : "Owner";
        foreach (Owner owner in finding.Owners)
        {
            canvas.Field(Indent, LabelWidth, label, new Run(OwnerText(owner)));
            label = "";
        }

        WriteAdvice(canvas, finding);
    }

    /// <summary>
    /// A finding in short: its title, when something runs out, how fast it grows, and some lines of evidence.
    /// </summary>
    public static void WriteShort(TerminalCanvas canvas, Finding finding, int rank, int evidence)
    {
        WriteTitle(canvas, finding, rank, $"[{finding.Rule}]");
        if (evidence == 0)
        {
            return;
        }

        if (finding.Exhaustion is { At: not null } or { Low: not null })
        {
            canvas.Field(Indent, LabelWidth, "Runs out", new Run(Headline.RunsOut(finding.Exhaustion)));
        }

        foreach (Evidence line in finding.Evidence.Take(finding.Severity == Severity.Info ? Math.Min(evidence, 2)
            : evidence))
        {
            WriteEvidence(canvas, Indent, line);
        }

        if (rank == 1 && finding.Owners.Length > 0)
        {
            canvas.Field(Indent, LabelWidth, "Owner", new Run(OwnerText(finding.Owners[0])));
        }
    }

    public static void WriteTitle(TerminalCanvas canvas, Finding finding, int rank) => WriteTitle(canvas, finding,
        rank, "");

    private static void WriteTitle(TerminalCanvas canvas, Finding finding, int rank, string rule)
    {
        (string word, Style style) = finding switch
        {
            { Verdict: Verdict.Healthy } => ("NOTE", Style.Good),
            { Severity: Severity.Critical } => ("CRITICAL", Style.Critical),
            { Severity: Severity.Warning } => ("WARNING", Style.Warning),
            _ => ("NOTE", Style.Strong),
        };
        canvas.Paragraph(
            rank < 10 ? 1 : 0,
            Indent,
            [new Run($"{rank}."), new Run(word, style), new Run(finding.Title, Style.Strong), .. rule.Length > 0
                ? [new Run(rule, Style.Dim)] : Array.Empty<Run>()]);
    }

    /// <summary>One line of evidence; where it stands is kept whole, so that it can be copied.</summary>
    public static void WriteEvidence(TerminalCanvas canvas, int indent, Evidence evidence)
    {
        if (evidence.At is { } at)
        {
            canvas.Paragraph(
                indent, indent + 2, new Run("-"), new Run(evidence.Text), new Run($"[{at}]", Style.Dim, true));
        }
        else
        {
            canvas.Paragraph(indent, indent + 2, new Run("-"), new Run(evidence.Text));
        }
    }

    /// <summary>How fast it grows, in one line; empty where nothing is known.</summary>
    public static string GrowthText(ObservedGrowth growth)
    {
        var parts = new List<string>();
        if (growth.BytesPerHour is { } rate)
        {
            string interval = growth is { Low: { } low, High: { } high }
                ? $" ({Display.Rate(low)} to {Display.Rate(high)})"
                : "";
            parts.Add(Display.Rate(rate) + interval);
        }

        if (growth.ItemsPerHour is { } items)
        {
            parts.Add($"{Display.ItemRate(items)} items");
        }

        if (growth.Bytes is { } bytes)
        {
            parts.Add($"{Display.Change(bytes)} over the captures");
        }

        if (growth.Since is { } since)
        {
            parts.Add($"since {Display.Time(since)}");
        }

        return string.Join(", ", parts);
    }

    /// <summary>Who owns it and why, in one line.</summary>
    public static string OwnerText(Owner owner) =>
        owner.Source is { } source ? $"{owner.Module}, {source}: {owner.Why}" : $"{owner.Module}: {owner.Why}";

    /// <summary>How sure, in words that do not claim more than the number.</summary>
    public static string Confidence(double confidence) =>
        double.IsNaN(confidence) ? "no measure of certainty"
        : confidence >= 1 ? "certain"
        : $"{Display.Percent(confidence)} sure";

    private static void WriteEvidence(TerminalCanvas canvas, Finding finding, bool verbose)
    {
        if (finding.Evidence.IsEmpty)
        {
            return;
        }

        int most = verbose ? finding.Evidence.Length : finding.Severity switch
        {
            Severity.Critical => 6,
            Severity.Warning => 4,
            _ => 2,
        };

        // A line that only says that one is left out would be no shorter.
        int shown = finding.Evidence.Length <= most + 1 ? finding.Evidence.Length : most;
        canvas.Paragraph(Indent, Indent, new Run("Evidence", Style.Dim));
        foreach (Evidence evidence in finding.Evidence.AsSpan(0, shown))
        {
            WriteEvidence(canvas, Indent + 2, evidence);
        }

        if (shown < finding.Evidence.Length)
        {
            canvas.Paragraph(
                Indent + 2,
                Indent + 4,
                new Run($"  {Display.Count(finding.Evidence.Length - shown)} more lines with -v", Style.Dim));
        }
    }

    private static void WriteAdvice(TerminalCanvas canvas, Finding finding)
    {
        if (finding.Advice.IsEmpty)
        {
            return;
        }

        canvas.Paragraph(Indent, Indent, new Run("What to do", Style.Dim));
        int number = 0;
        foreach (Advice advice in finding.Advice)
        {
            canvas.Paragraph(
                Indent + 2,
                Indent + 5,
                new Run($"{++number}."),
                new Run(advice.Text),
                new Run(KindText(advice), Style.Dim));
            foreach (string command in advice.Commands)
            {
                canvas.Command(Indent + 7, command);
            }

            if (advice.Persist is { } persist)
            {
                canvas.Paragraph(Indent + 5, Indent + 5, new Run($"to keep it, in {persist.File}:"));
                canvas.Verbatim(Indent + 7, persist.Line, Style.Strong);
            }

            if (advice.Risk is { } risk)
            {
                canvas.Paragraph(Indent + 5, Indent + 7, new Run("risk:", Style.Dim), new Run(risk));
            }

            if (advice.Revert is { } revert)
            {
                canvas.Paragraph(Indent + 5, Indent + 7, new Run("undo:", Style.Dim), new Run(revert));
            }
        }
    }

    private static string KindText(Advice advice) => advice.Kind switch
    {
        "look" => "",
        "loader" => "(loader: takes a reboot)",
        var kind => $"({kind})",
    };
}
