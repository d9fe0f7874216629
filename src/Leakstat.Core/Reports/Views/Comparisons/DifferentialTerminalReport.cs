using System.Globalization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Comparisons;

/// <summary>
/// What <c>leakstat detect --compare</c> says at a terminal: the verdict, the table, the findings, what changed.
/// </summary>
internal static class DifferentialTerminalReport
{
    private const int RateWidth = 13;
    private const int MostRows = 12;

    /// <summary>Writes the report of a comparison.</summary>
    public static void Write(DiagnosisReport report, TextWriter output, TerminalOptions options)
    {
        HostDifferential compared = report.Differential
            ?? throw new ArgumentException("the report compares nothing", nameof(report));
        var canvas = new TerminalCanvas(output, options);
        WriteHeadline(canvas, report, compared);
        if (options.Detail == Detail.Quiet)
        {
            int place = 0;
            foreach (Finding finding in report.Findings)
            {
                FindingBlock.WriteTitle(canvas, finding, ++place);
            }

            return;
        }

        canvas.Blank();
        canvas.Field(0, 3, "A", new Run(SideText(compared.A, compared.NameOfA)));
        canvas.Field(0, 3, "B", new Run(SideText(compared.B, compared.NameOfB)));
        foreach (string note in compared.Notes)
        {
            canvas.Paragraph(0, 2, new Run("Note: " + note, Style.Warning));
        }

        WriteTable(canvas, compared, options.Detail == Detail.Verbose);
        int rank = 0;
        foreach (Finding finding in report.Findings)
        {
            canvas.Blank();
            FindingBlock.Write(canvas, finding, ++rank, options.Detail == Detail.Verbose);
        }

        WriteChanges(canvas, compared);
        WriteLoad(canvas, compared);
        WriteGone(canvas, compared, options.Detail == Detail.Verbose);
        canvas.Blank();
        canvas.Paragraph(0, 0, new Run(
            $"Compared: {Display.Count(compared.Series.Length + compared.Unchanged)} series, of which "
                + $"{Display.Count(compared.Unchanged)} changed on neither side.",
            Style.Dim));
    }

    private static void WriteHeadline(TerminalCanvas canvas, DiagnosisReport report, HostDifferential compared)
    {
        ComparedSeries[] worse = [.. compared.Series.Where(s => s.IsRegression)];
        ComparedSeries[] better = [.. compared.Series.Where(s => s.Change is GrowthChange.Ends)];
        if (!compared.IsJudged)
        {
            canvas.Paragraph(
                0, 0, new Run($"{compared.NameOfB} cannot be judged against {compared.NameOfA}.", Style.Strong));
        }
        else if (worse.Length > 0)
        {
            bool proven = report.Findings.Any(f => f.Severity >= Severity.Warning);
            canvas.Paragraph(0, 0, new Run(
                $"{Display.Count(worse.Length, "series grows", "series grow")} on {compared.NameOfB} beyond what "
                    + $"{compared.NameOfA} does.",
                proven ? Style.Warning : Style.Strong));
        }
        else
        {
            canvas.Paragraph(
                0,
                0,
                new Run(
                    $"Nothing grows on {compared.NameOfB} that does not grow on {compared.NameOfA}, too.", Style.Good));
        }

        string common = compared.Overlap is { } overlap && compared.IsJudged
            ? $"compared from {Display.Hours(overlap.From)} to {Display.Hours(overlap.To)} after boot, at "
                + $"{Display.Count(overlap.Points.Length, "point", "points")}"
            : "rates are those of each alone";
        canvas.Paragraph(0, 0, new Run(common + (better.Length > 0
            ? $"; {Display.Count(better.Length, "series that grows", "series that grow")} on {compared.NameOfA} no "
                + $"longer {(better.Length == 1 ? "does" : "do")}"
            : "") + "."));
    }

    private static string SideText(DiagnosisCase side, string name)
    {
        HostIdentity host = side.Latest.Host;
        string[] parts =
        [
            host.Name ?? name,
            host.Release is { } release ? $"FreeBSD {release.Text}" : "release unknown",
            host.Architecture ?? "",
            host.PhysicalMemory is { } memory ? $"{Display.Bytes(memory.Value)} of memory" : "",
            Display.Count(side.History.Samples.Length, "capture", "captures"),
            side.Latest.TakenAt is { } taken ? $"to {Display.Time(taken)}" : "",
        ];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    private static void WriteTable(TerminalCanvas canvas, HostDifferential compared, bool verbose)
    {
        ComparedSeries[] shown = [.. compared.Series.Where(s => verbose
            ? s.Presence != Presence.OnlyInA
            : s.IsSignificant || (s.Presence == Presence.OnlyInB && s.RateInB is { PerHour: > 0 }))];
        shown = verbose ? shown : [.. shown.Take(MostRows)];
        if (shown.Length == 0)
        {
            return;
        }

        int name = Math.Max(canvas.Width - (3 * (RateWidth + 1)) - 12, 12);
        canvas.Blank();
        canvas.Row(new Run(
            $"{"",-1}{canvas.Fit("Subject", name)} {"A per hour",RateWidth} {"B per hour",RateWidth} "
                + $"{"Difference",RateWidth} Verdict",
            Style.Dim));
        foreach (ComparedSeries row in shown)
        {
            Style style = row.IsRegression ? Style.Strong : Style.Plain;
            canvas.Row(
                new Run(canvas.Fit(ReportTerms.Of(row.Subject), name), style),
                new Run($" {Cell(row.RateInA)} {Cell(row.RateInB)} {Cell(row.Difference)} {Verdict(row)}", style));
            if (row.IsSignificant || verbose)
            {
                WriteDetail(canvas, row);
            }
        }

        int more = compared.Series.Count(s => s.IsSignificant) - shown.Count(s => s.IsSignificant);
        if (more > 0)
        {
            canvas.Paragraph(0, 0, new Run($"{Display.Count(more)} more with -v", Style.Dim));
        }
    }

    /// <summary>
    /// Intervals, chance, factor and owner: below the row, as no terminal is wide enough for all of it.
    /// </summary>
    private static void WriteDetail(TerminalCanvas canvas, ComparedSeries row)
    {
        string[] parts =
        [
            Interval("A", row.RateInA),
            Interval("B", row.RateInB),
            row.Chance switch
            {
                < 1e-12 => "chance below 1e-12",
                < 1 => string.Create(CultureInfo.InvariantCulture, $"chance {row.Chance:0.0e+0}"),
                _ => "",
            },
            row.Scale > 1.005
                ? FormattableString.Invariant($"growth of A counted {row.Scale:0.0} times for {row.Reason}")
                : "",
            row is { Change: GrowthChange.Explained, Reason: { } reason } ? $"explained by {reason}" : "",
            row.NamesInA.IsEmpty ? "" : $"in A: {string.Join(" + ", row.NamesInA)}",
            row.Owners.IsEmpty ? "" : $"owner {row.Owners[0].Module}",
        ];
        string text = string.Join("; ", parts.Where(p => p.Length > 0));
        if (text.Length > 0)
        {
            canvas.Paragraph(4, 4, new Run(text, Style.Dim));
        }
    }

    private static string Interval(string side, ComparedRate? rate) => rate is { Low: { } low, High: { } high }
        ? $"{side} {Display.Change(low)} to {Display.Change(high)}"
        : "";

    private static string Cell(ComparedRate? rate) =>
        (rate is { } known ? Display.Change(known.PerHour) : "-").PadLeft(RateWidth);

    private static string Verdict(ComparedSeries row) => row switch
    {
        { Presence: Presence.OnlyInB, IsRegression: true } => "new, grows",
        { Change: GrowthChange.Begins } => "grows",
        { Change: GrowthChange.Faster } => "faster",
        { Change: GrowthChange.Slower } => "slower",
        { Change: GrowthChange.Ends } => "stopped",
        { Change: GrowthChange.Explained } => "explained",
        { Presence: Presence.OnlyInB } => "new",
        { Presence: Presence.OnlyInA } => "gone",
        _ => "no sign",
    };

    private static void WriteChanges(TerminalCanvas canvas, HostDifferential compared)
    {
        canvas.Blank();
        canvas.Paragraph(0, 0, new Run("What changed from A to B", Style.Strong));
        if (compared.Changes.IsEmpty)
        {
            canvas.Paragraph(
                2, 2, new Run("nothing that the captures tell: release, modules, memory and settings are the same"));
        }

        foreach (HistoryEvent change in compared.Changes)
        {
            canvas.Field(2, 17, change.Kind, new Run(change.Text));
        }
    }

    private static void WriteLoad(TerminalCanvas canvas, HostDifferential compared)
    {
        ComparedLoad[] apart = [.. compared.Load.Where(l => l.Ratio is > 1.25 or < 0.8 && Math.Max(l.A, l.B) >= 8).Take(
            6)];
        if (apart.Length > 0)
        {
            canvas.Field(2, 17, "load", new Run(string.Join("; ", apart.Select(l =>
                $"{l.Name} {Display.Count((long)Math.Round(l.A))} → {Display.Count((long)Math.Round(l.B))}"))));
        }
    }

    private static void WriteGone(TerminalCanvas canvas, HostDifferential compared, bool verbose)
    {
        ComparedSeries[] gone = [.. compared.Series.Where(s => s.Presence == Presence.OnlyInA).OrderByDescending(
            s => s.BytesInA)];
        if (gone.Length == 0)
        {
            return;
        }

        int shown = verbose ? gone.Length : Math.Min(gone.Length, 6);
        string more = shown < gone.Length ? $"; {Display.Count(gone.Length - shown)} more with -v" : "";
        canvas.Field(2, 17, "only in A", new Run(string.Join(", ", gone.Take(shown).Select(s =>
            $"{s.Subject.Name} ({Display.Bytes(s.BytesInA ?? 0)})")) + more));
    }
}
