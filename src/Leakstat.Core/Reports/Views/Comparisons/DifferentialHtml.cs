using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Plots;

namespace Leakstat.Reports.Views.Comparisons;

/// <summary>Two hosts side by side: what changed, lines over uptime of what differs, and the table of rates.</summary>
internal static class DifferentialHtml
{
    private const int MostPlots = 6;
    private const int MostRows = 1000;
    private const int MostPoints = 500;

    /// <summary>Writes the section; nothing where the report compares nothing.</summary>
    public static void Write(HtmlWriter html, DiagnosisReport report)
    {
        if (report.Differential is not { } compared)
        {
            return;
        }

        html.Markup(
            "<section id=\"comparison\" aria-labelledby=\"comparison-title\">\n<h2 id=\"comparison-title\">Side by "
                + "side <small>")
            .Text($"A: {compared.NameOfA}, B: {compared.NameOfB}").Markup("</small></h2>\n");
        foreach (string note in compared.Notes)
        {
            html.Markup("<p>").Text(note).Markup(".</p>\n");
        }

        if (compared is { IsJudged: true, Overlap: { } overlap })
        {
            html.Markup("<p class=\"muted\">").Text(
                $"Compared from {Display.Hours(overlap.From)} to {Display.Hours(overlap.To)} after boot, at "
                    + $"{Display.Count(overlap.Points.Length, "point", "points")}.")
                .Markup("</p>\n");
        }

        html.Markup("<p>").Text(compared.Changes.IsEmpty
            ? "Release, modules, memory and settings are the same, as far as the captures tell"
            : "Changed from A to B: " + string.Join("; ", compared.Changes.Select(c => $"{c.Kind} {c.Text}"))).Markup(
                ".</p>\n");
        int number = 0;
        foreach (ComparedSeries series in compared.Series.Where(s => s.IsSignificant).Take(MostPlots))
        {
            WritePlot(html, compared, series, number++);
        }

        WriteTable(html, compared);
        html.Markup("</section>\n");
    }

    private static void WritePlot(HtmlWriter html, HostDifferential compared, ComparedSeries series, int number)
    {
        if (compared.Overlap is not { } overlap)
        {
            return;
        }

        (double X, double Y)[] a = Line(compared.A.History, overlap.A, overlap, series, series.NamesInA);
        (double X, double Y)[] b = Line(compared.B.History, overlap.B, overlap, series, series.NamesInB);
        if (a.Length + b.Length == 0)
        {
            return;
        }

        double low = a.Concat(b).Min(p => p.Y);
        double high = a.Concat(b).Max(p => p.Y);
        double range = Math.Max(high - low, 1);
        string name = ReportTerms.Of(series.Subject);
        html.Markup("<figure>\n<figcaption>").Text(name).Markup("</figcaption>\n<div class=\"scale\"><span>")
            .Text($"top line {Display.Bytes(high)}, bottom line {Display.Bytes(low)}").Markup("</span></div>\n")
            .Markup(
                $"<svg class=\"plot\" viewBox=\"-10 -10 {SeriesHtml.Width + 20} {SeriesHtml.Height + 20}\" "
                    + "preserveAspectRatio=\"none\" ")
            .Markup($"role=\"img\" aria-labelledby=\"side{number}\"><title id=\"side{number}\">")
            .Text($"{name} over uptime: A {RateText(series.RateInA)}, B {RateText(series.RateInB)}").Markup("</title>");
        Draw(html, a, "fit");
        Draw(html, b, "");
        html.Markup("</svg>\n<div class=\"scale\"><span>").Text(Display.Hours(overlap.From) + " after boot").Markup(
            "</span><span>")
            .Text(Display.Hours(overlap.To)).Markup("</span></div>\n<p class=\"muted\">").Text(
                $"Dashed: A, {compared.NameOfA}, {RateText(series.RateInA)}. Solid: B, {compared.NameOfB}, "
                    + $"{RateText(series.RateInB)}.")
            .Markup("</p>\n</figure>\n");

        void Draw(HtmlWriter page, (double X, double Y)[] points, string style)
        {
            var line = new StringBuilder();
            foreach ((double x, double y) in points)
            {
                line.Append(SeriesHtml.Number(x * SeriesHtml.Width)).Append(',')
                    .Append(SeriesHtml.Number(SeriesHtml.Height - ((y - low) / range * SeriesHtml.Height))).Append(' ');
            }

            if (line.Length > 0)
            {
                page.Markup($"<polyline class=\"{style}\" points=\"{line.ToString().TrimEnd()}\"/>");
            }
        }
    }

    /// <summary>Bytes over the common uptime, x from 0 to 1; spread evenly over at most so many samples.</summary>
    private static (double X, double Y)[] Line(
        HostHistory history,
        UptimeLine line,
        UptimeOverlap overlap,
        ComparedSeries series,
        IReadOnlyCollection<string> names)
    {
        Series[] parts =
        [
            .. names.Count == 0
                ? new[] { history.Find(series.Key.Kind, series.Key.Name) }.OfType<Series>()
                : names.SelectMany(
                    n => new[] { history.Find(
                        SeriesKind.ZoneUsed, n), history.Find(SeriesKind.MallocBytes, n) }).OfType<Series>(),
        ];
        (double X, double Y)[] all =
        [
            .. line.Samples.Select(
                (sample, i) => (
                    Hour: line.Hours[i], Bytes: parts.Sum(p => (double?)p[sample] * Math.Max(p.ItemSize, 1) ?? 0),
                    Known: parts.Any(p => p[sample] is not null)))
                .Where(p => p.Known && p.Hour >= overlap.From && p.Hour <= overlap.To)
                .Select(p => ((p.Hour - overlap.From) / Math.Max(overlap.To - overlap.From, 1e-9), p.Bytes)),
        ];
        return all.Length <= MostPoints
            ? all
            : [.. Enumerable.Range(0, MostPoints).Select(
                i => all[(int)((long)i * (all.Length - 1) / (MostPoints - 1))])];
    }

    private static void WriteTable(HtmlWriter html, HostDifferential compared)
    {
        html.Markup(
            "<div class=\"scroll tall\" tabindex=\"0\" role=\"region\" "
                + "aria-labelledby=\"comparison-caption\">\n<table>\n")
            .Markup("<caption id=\"comparison-caption\">").Text(
                $"{Display.Count(Math.Min(compared.Series.Length, MostRows))} of "
                    + $"{Display.Count(compared.Series.Length)} series that changed; "
                + $"{Display.Count(compared.Unchanged)} changed on neither side. Intervals are 95 %")
            .Markup(
                "</caption>\n<thead><tr><th scope=\"col\">Subject</th><th scope=\"col\" class=\"n\">A per hour</th>")
            .Markup(
                "<th scope=\"col\" class=\"n\">B per hour</th><th scope=\"col\" class=\"n\">Difference</th><th "
                    + "scope=\"col\">Differs</th>")
            .Markup("<th scope=\"col\">Owner</th></tr></thead>\n<tbody>\n");
        foreach (ComparedSeries row in compared.Series.Take(MostRows))
        {
            string chance = row.Chance < 1
                ? FormattableString.Invariant($", chance {Math.Max(row.Chance, 1e-12):0.0e+0}")
                : "";
            html.Markup("<tr>").Element("th scope=\"row\"", ReportTerms.Of(row.Subject))
                .Element("td class=\"n\"", RateText(row.RateInA))
                .Element("td class=\"n\"", RateText(row.RateInB))
                .Element("td class=\"n\"", RateText(row.Difference))
                .Element("td", Differs(row) + chance)
                .Element("td", row.Owners.IsEmpty ? "" : row.Owners[0].Module)
                .Markup("</tr>\n");
        }

        html.Markup("</tbody>\n</table>\n</div>\n");
    }

    private static string Differs(ComparedSeries row) => row switch
    {
        { Presence: Presence.OnlyInA } => "only in A",
        { Presence: Presence.OnlyInB, IsRegression: true } => "only in B, grows",
        { Change: GrowthChange.Begins } => "grows in B only",
        { Change: GrowthChange.Faster } => "grows faster in B",
        { Change: GrowthChange.Slower } => "grows more slowly in B",
        { Change: GrowthChange.Ends } => "no longer grows in B",
        { Change: GrowthChange.Explained, Reason: { } reason } => $"explained by {reason}",
        { Presence: Presence.OnlyInB } => "only in B",
        _ => "",
    };

    private static string RateText(ComparedRate? rate) => rate switch
    {
        null => "-",
        { Low: { } low, High: { } high } known => $"{Display.Rate(known.PerHour)} ({Display.Change(low)} to "
            + $"{Display.Change(high)})",
        { } known => Display.Rate(known.PerHour),
    };
}
