using System.Globalization;
using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Plots;

/// <summary>The suspects' numbers over the captures: a line, and the numbers in a table.</summary>
internal static class SeriesHtml
{
    private const int MostPoints = 500;
    private const int MostRows = 60;
    /// <summary>Width of a plot in its own units.</summary>
    internal const int Width = 1000;

    /// <summary>Height of a plot in its own units.</summary>
    internal const int Height = 200;


    public static void Write(HtmlWriter html, DiagnosisReport report, SuspectSeries[] suspects)
    {
        if (!IsWorthDrawing(report, suspects))
        {
            return;
        }

        html.Markup("<section id=\"time\" aria-labelledby=\"time-title\">\n<h2 id=\"time-title\">Over time</h2>\n");
        for (int i = 0; i < suspects.Length; i++)
        {
            WritePlot(html, report.History, suspects[i], i);
        }

        LedgerSeriesHtml.Write(html, report);
        SeriesPickerHtml.Write(html, report, suspects.FirstOrDefault());
        html.Markup("</section>\n");
    }

    /// <summary>Writes the plots of suspects alone; nothing where there is none.</summary>
    public static void WritePlots(HtmlWriter html, DiagnosisReport report, SuspectSeries[] suspects)
    {
        if (suspects.Length == 0)
        {
            return;
        }

        html.Markup("<section id=\"time\" aria-labelledby=\"time-title\">\n<h2 id=\"time-title\">Over time</h2>\n");
        for (int i = 0; i < suspects.Length; i++)
        {
            WritePlot(html, report.History, suspects[i], i);
        }

        html.Markup("</section>\n");
    }

    /// <summary>Whether there is a history to draw.</summary>
    public static bool IsWorthDrawing(DiagnosisReport report, SuspectSeries[] suspects) =>
        suspects.Length > 0 || (report.History.Samples.Length > 1 && report.History.Series.Any());

    private static void WritePlot(HtmlWriter html, HostHistory history, SuspectSeries suspect, int number)
    {
        int[] samples = suspect.Spread(MostPoints);
        var line = TrendLine.Of(history, suspect, samples[0], samples[^1]);
        var axis = new PlotAxis(history, samples[0], samples[^1], line?.Ahead ?? 0);
        long high = samples.Max(i => suspect.Bytes[i]!.Value);
        long low = samples.Min(i => suspect.Bytes[i]!.Value);
        PlotRange range = PlotRange.Of(low, high);
        range = line is null ? range : range.UpTo(line.Upper(line.Until));
        range = line?.BoundBeside(high) is { } bound ? range.UpTo(bound) : range;
        string name = ReportTerms.Of(suspect.Finding.Subject);
        string from = When(history, samples[0]);
        string to = When(history, samples[^1]);
        html.Markup("<figure>\n<figcaption>").Text(name).Markup("</figcaption>\n");
        PlotScale.Begin(html, range);
        html.Markup(
                $"<svg class=\"plot\" viewBox=\"-10 -10 {Width + 20} {Height + 20}\" preserveAspectRatio=\"none\" "
                    + "role=\"img\" ")
            .Markup($"aria-labelledby=\"plot{number} plot{number}-desc\"");
        PlotPoints.Write(html, history, axis, samples, i => ValueOf(suspect, i));
        html.Markup($"><title id=\"plot{number}\">").Text(
                $"{name} over time")
            .Markup($"</title><desc id=\"plot{number}-desc\">")
            .Text(
                $"from {Display.Bytes(suspect.Bytes[samples[0]]!.Value)} at {from} to "
                    + $"{Display.Bytes(suspect.Bytes[samples[^1]]!.Value)} at {to}; "
                + $"lowest {Display.Bytes(low)}, highest {Display.Bytes(high)}")
            .Markup("</desc>");
        WriteFrame(html, history, axis);
        if (line is not null)
        {
            TrendHtml.WriteForecast(html, line, range, high);
        }

        string Point(int sample, long bytes) => $"{Number(axis.Of(sample) * Width)},{Number(range.Y(bytes))}";
        TrendHtml.WriteEnvelope(html, history, suspect, samples, Point);
        WriteLine(html, suspect, samples, i => Point(i, suspect.Bytes[i]!.Value));
        string end = line is { Ahead: > 0 } && history.Samples[samples[0]].TakenAt is { } origin
            && CalendarTime.After(origin, line.Until) is { } until
            ? Display.Time(until) + " (forecast)"
            : to;
        html.Markup("</svg>\n");
        PlotScale.End(html, axis, from, end);
        TrendHtml.WriteLegend(html, suspect, line, high);
        WriteEvents(html, history);
        html.Markup("</figure>\n");
        WriteTable(html, history, suspect, number);
    }

    private static string ValueOf(SuspectSeries suspect, int sample) =>
        Display.Bytes(suspect.Bytes[sample]!.Value)
            + (suspect.Items?[sample] is { } items ? $", {Display.Count(items, "item", "items")}" : "");

    /// <summary>Four spaces and the events.</summary>
    internal static void WriteFrame(HtmlWriter html, HostHistory history, PlotAxis axis)
    {
        for (int line = 0; line <= 4; line++)
        {
            html.Markup($"<path class=\"grid\" d=\"M0 {line * Height / 4}H{Width}\"/>");
        }

        foreach (HistoryEvent happened in history.Events.Where(e =>
            e.Sample > 0 && e.Sample < history.Samples.Length).Take(50))
        {
            html.Markup(
                $"<path class=\"event\" d=\"M{Number(axis.Of(happened.Sample) * Width)} 0V{Height}\"><title>").Text(
                happened.Text)
                .Markup("</title></path>");
        }
    }

    /// <summary>
    /// Lines where captures follow each other, dots where they are few; a capture without the value is a gap.
    /// </summary>
    private static void WriteLine(HtmlWriter html, SuspectSeries suspect, int[] samples, Func<int, string> point)
    {
        bool thinned = samples.Length == MostPoints;
        var line = new StringBuilder();
        int before = -1;
        foreach (int sample in samples)
        {
            if (line.Length > 0 && !thinned && sample != before + 1)
            {
                html.Markup($"<polyline points=\"{line.ToString().TrimEnd()}\"/>");
                line.Clear();
            }

            line.Append(point(sample)).Append(' ');
            before = sample;
        }

        html.Markup($"<polyline points=\"{line.ToString().TrimEnd()}\"/>");
        if (samples.Length <= 60)
        {
            foreach (int sample in samples)
            {
                html.Markup($"<path class=\"dot\" d=\"M{point(sample).Replace(',', ' ')}h0\"><title>")
                    .Text(Display.Bytes(suspect.Bytes[sample]!.Value)).Markup("</title></path>");
            }
        }
    }

    private static void WriteEvents(HtmlWriter html, HostHistory history)
    {
        if (history.Events.IsEmpty)
        {
            return;
        }

        html.Markup("<p class=\"muted\">Dashed lines: ");
        html.Text(string.Join("; ", history.Events.Take(8).Select(e => e.Text)));
        html.Markup(history.Events.Length > 8 ? " …</p>\n" : "</p>\n");
    }

    private static void WriteTable(HtmlWriter html, HostHistory history, SuspectSeries suspect, int number)
    {
        int[] samples = suspect.Spread(MostRows);
        html.Markup("<details class=\"more\"><summary>The numbers</summary>\n")
            .Markup(
                "<div class=\"scroll tall\" tabindex=\"0\" role=\"region\" "
                    + $"aria-labelledby=\"series{number}-caption\">\n<table>\n")
            .Markup($"<caption id=\"series{number}-caption\">").Text(
                $"{ReportTerms.Of(suspect.Finding.Subject)}, {samples.Length} captures")
            .Markup(
                "</caption>\n<thead><tr><th scope=\"col\">Capture (UTC)</th><th scope=\"col\" class=\"n\">Items</th>")
            .Markup(
                "<th scope=\"col\" class=\"n\">Bytes</th><th scope=\"col\" "
                    + "class=\"n\">Change</th></tr></thead>\n<tbody>\n");
        long? before = null;
        foreach (int sample in samples)
        {
            long bytes = suspect.Bytes[sample]!.Value;
            html.Markup("<tr>").Element(
                "th scope=\"row\"",
                history.Samples[sample].TakenAt is { } time ? Display.ExactTime(time) : When(history, sample))
                .Element("td class=\"n\"", suspect.Items?[sample] is { } items ? Display.Count(items) : "")
                .Element("td class=\"n\"", Display.Count(bytes))
                .Element("td class=\"n\"", before is { } earlier ? Display.Change((double)bytes - earlier) : "")
                .Markup("</tr>\n");
            before = bytes;
        }

        html.Markup("</tbody>\n</table>\n</div>\n</details>\n");
    }

    internal static string When(HostHistory history, int sample) =>
        history.Samples[sample].TakenAt is { } time ? Display.Time(time) : history.Samples[sample].Source;

    internal static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
