using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Explanations;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Watch;

/// <summary>The pages of text: details of a row, findings in full, keys.</summary>
internal static class WatchPages
{
    /// <summary>Lines of the page that is open.</summary>
    public static string[] Lines(WatchSnapshot snapshot, WatchState state, WatchLayout layout)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var canvas = new TerminalCanvas(
            writer, new TerminalOptions { Width = Math.Min(layout.Width, 120), Ascii = layout.Ascii });
        switch (state.Page)
        {
            case WatchPage.Details:
                Details(canvas, writer, snapshot, state);
                break;
            case WatchPage.Findings:
                Findings(canvas, snapshot);
                break;
            default:
                Keys(canvas);
                break;
        }

        return [.. writer.ToString().TrimEnd('\n').Split('\n').SelectMany(line => Fold(line, layout.Width))];
    }

    /// <summary>
    /// Commands and places are printed whole: what is wider than the screen goes on in the next line.
    /// </summary>
    private static IEnumerable<string> Fold(string line, int width) =>
        line.Length <= width ? [line] : line.Chunk(width).Select(part => new string(part));

    private static void Details(TerminalCanvas canvas, StringWriter writer, WatchSnapshot snapshot, WatchState state)
    {
        if (state.Selected is not { } subject || snapshot.Find(subject) is not { } row)
        {
            canvas.Paragraph(
                0, 0, new Run("The row is no longer there: the zone was destroyed, or its module was unloaded."));
            return;
        }

        const int Label = 10;
        canvas.Paragraph(0, 0, new Run(ReportTerms.Of(subject)));
        string items = row.Items is { } count ? $" in {Display.Count(count)} items" : "";
        string free = row.FreeBytes is > 0 and { } cached ? $", and {Display.Bytes(cached)} free in caches" : "";
        string place = row.At is { } at ? $" [{at}]" : "";
        canvas.Field(
            2, Label,
            "In use",
            new Run(
                $"{Display.Bytes(row.Bytes)}{items}{free}"
                    + $"{(row.IsStale ? " (not in the latest capture)" : "")}{place}"));
        string start =
            snapshot.Start switch { WatchStart.Mark => "the mark", WatchStart.Boot => "the reboot", _ => "the start" };
        string since = snapshot.Since is { } from ? $", {Display.ExactTime(from)} UTC" : "";
        canvas.Field(2, Label, "Change", new Run(row.Change is { } change
            ? $"{Display.Change(change)} since {start}{since}{(row.IsNew ? "; it did not exist then" : "")}"
            : $"not known: no number at {start}"));
        if (row.BytesPerHour is { } rate)
        {
            canvas.Field(2, Label, "Rate", new Run($"{Display.Rate(rate)} over the last {row.Recent.Length} captures"));
            canvas.Field(
                2, Label,
                "",
                new Run(Sparkline.Of(row.Recent.ToArray(), WatchSession.RecentSamples, canvas.Ascii), IsWhole: true));
        }

        if (row.Bound is { } bound)
        {
            canvas.Field(2, Label, "Bound", new Run(BoundText(bound)));
        }

        if (row.Failures is { } failures)
        {
            canvas.Field(2, Label, "Failed", new Run($"{Display.Count(failures)} requests since boot"));
        }

        string label = "Owner";
        foreach (Owner owner in snapshot.Owners.Of(subject))
        {
            canvas.Field(2, Label, label, new Run(FindingBlock.OwnerText(owner)));
            label = "";
        }

        WriteKnown(canvas, writer, snapshot, subject);
        WriteAdvice(canvas, snapshot, row);
    }

    private static string BoundText(WatchBound bound)
    {
        string amounts = bound.IsBytes
            ? $"{Display.Bytes(bound.Used)} of {Display.Bytes(bound.Most)}"
            : $"{Display.Count(bound.Used)} of {Display.Count(bound.Most)}";
        return $"{Display.Percent(bound.Fill)}: {amounts}{(bound.Name is { } name ? ", " + name : "")}";
    }

    /// <summary>What <c>leakstat explain</c> says of it, wrapped.</summary>
    private static void WriteKnown(TerminalCanvas canvas, StringWriter writer, WatchSnapshot snapshot, Subject subject)
    {
        KnowledgeBase knowledge = snapshot.Owners.Host.Knowledge;
        using var known = new StringWriter { NewLine = "\n" };
        bool any = subject.Kind switch
        {
            SubjectKind.Zone or SubjectKind.Mbuf => Explain.Zone(subject.Name, knowledge, known),
            SubjectKind.Malloc => Explain.Malloc(subject.Name, knowledge, known),
            _ => false,
        };
        if (!any)
        {
            return;
        }

        // Its first line is the name again; fields are a label and text.
        foreach (string line in known.ToString().TrimEnd('\n').Split('\n').Skip(1))
        {
            if (line.Length <= 15)
            {
                writer.Write('\n');
            }
            else
            {
                canvas.Field(2, 13, line[2..15].TrimEnd(), new Run(line[15..]));
            }
        }
    }

    private static void WriteAdvice(TerminalCanvas canvas, WatchSnapshot snapshot, WatchRow row)
    {
        Finding[] findings = [.. snapshot.Report?.Findings.Where(f => f.Subject == row.Subject) ?? []];
        for (int i = 0; i < findings.Length; i++)
        {
            canvas.Blank();
            FindingBlock.Write(canvas, findings[i], i + 1, verbose: false);
        }

        if (findings.Length > 0 || row.Change is not > 0)
        {
            return;
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("No finding is about it. It has grown; what to do to see more:"));
        foreach (Advice advice in GrowthAdvice.For(
            snapshot.Owners.Host, row.Subject.Kind, row.Subject.Name, snapshot.Samples))
        {
            canvas.Paragraph(2, 4, new Run("-"), new Run(advice.Text));
            foreach (string command in advice.Commands)
            {
                canvas.Command(6, command, Style.Plain);
            }
        }
    }

    private static void Findings(TerminalCanvas canvas, WatchSnapshot snapshot)
    {
        if (snapshot.Report is not { } report)
        {
            canvas.Paragraph(0, 0, new Run("Not judged yet."));
        }
        else if (report.Findings.IsEmpty)
        {
            canvas.Paragraph(0, 0, new Run(Headline.Of(report).Text), new Run(Headline.Of(report).Detail));
        }
        else
        {
            int rank = 0;
            foreach (Finding finding in report.Findings)
            {
                FindingBlock.Write(canvas, finding, ++rank, verbose: true);
                canvas.Blank();
            }
        }

        if (!snapshot.Events.IsEmpty)
        {
            canvas.Blank();
            canvas.Paragraph(0, 0, new Run("While it was watched"));
            foreach (WatchEvent happened in snapshot.Events.Reverse())
            {
                string at = happened.At is { } time ? Display.ExactTime(time) : "at a time that is not known";
                canvas.Paragraph(2, 4, new Run($"{at}  {happened.Kind}: {happened.Text}"));
            }
        }
    }

    private static void Keys(TerminalCanvas canvas)
    {
        foreach ((string key, string does) in WatchKeys.Help)
        {
            canvas.Field(1, 14, key, new Run(does));
        }

        canvas.Blank();
        canvas.Paragraph(0, 0, new Run(
            "SIZE is bytes in use; CHANGE is since the start, the reboot or the mark; RATE/H and RECENT are over the "
                + "last "
            + $"{WatchSession.RecentSamples} captures; BOUND is how much of a limit is used. A row with ! or * has a "
            + "critical finding or a warning."));
        canvas.Paragraph(0, 0, new Run(
            "Memory: W wired, A active, I inactive, L laundry, C cache, . free, K kernel image and what else the "
                + "page allocator does not manage."));
    }
}
