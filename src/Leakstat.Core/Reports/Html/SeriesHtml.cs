using System.Globalization;
using System.Text;
using Leakstat.Diagnosis;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Text;

namespace Leakstat.Reports.Html;

/// <summary>The suspects' numbers over the captures: a line, and the numbers in a table.</summary>
internal static class SeriesHtml
{
    private const int MostPoints = 500;
    private const int MostRows = 60;
    private const int Width = 1000;
    private const int Height = 200;

    public static void Write(HtmlWriter html, DiagnosisReport report, SuspectSeries[] suspects)
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

    private static void WritePlot(HtmlWriter html, HostHistory history, SuspectSeries suspect, int number)
    {
        int[] samples = suspect.Spread(MostPoints);
        long high = samples.Max(i => suspect.Bytes[i]!.Value);
        long low = samples.Min(i => suspect.Bytes[i]!.Value);
        double floor = low > 0 && low < high / 2 ? 0 : low;
        double range = Math.Max(high - floor, 1);
        Func<int, double> place = Axis(history, samples);
        string name = Words.Of(suspect.Finding.Subject);
        string from = When(history, samples[0]);
        string to = When(history, samples[^1]);
        html.Markup("<figure>\n<figcaption>").Text(name).Markup("</figcaption>\n<div class=\"scale\"><span>")
            .Text($"top line {Display.Bytes(high)}, bottom line {Display.Bytes(floor)}").Markup("</span></div>\n")
            .Markup($"<svg class=\"plot\" viewBox=\"-10 -10 {Width + 20} {Height + 20}\" preserveAspectRatio=\"none\" role=\"img\" ")
            .Markup($"aria-labelledby=\"plot{number} plot{number}-desc\"><title id=\"plot{number}\">").Text($"{name} over time")
            .Markup($"</title><desc id=\"plot{number}-desc\">")
            .Text($"from {Display.Bytes(suspect.Bytes[samples[0]]!.Value)} at {from} to {Display.Bytes(suspect.Bytes[samples[^1]]!.Value)} at {to}; "
                + $"lowest {Display.Bytes(low)}, highest {Display.Bytes(high)}")
            .Markup("</desc>");
        for (int line = 0; line <= 4; line++)
        {
            html.Markup($"<path class=\"grid\" d=\"M0 {line * Height / 4}H{Width}\"/>");
        }

        foreach (HistoryEvent happened in history.Events.Where(e => e.Sample > 0 && e.Sample < history.Samples.Length).Take(50))
        {
            string x = Number(place(happened.Sample));
            html.Markup($"<path class=\"event\" d=\"M{x} 0V{Height}\"><title>").Text(happened.Text).Markup("</title></path>");
        }

        WriteLine(html, suspect, samples, i => $"{Number(place(i))},{Number(Height - ((suspect.Bytes[i]!.Value - floor) / range * Height))}");
        html.Markup("</svg>\n<div class=\"scale\"><span>").Text(from).Markup("</span><span>")
            .Text(to).Markup("</span></div>\n");
        WriteEvents(html, history);
        html.Markup("</figure>\n");
        WriteTable(html, history, suspect, number);
    }

    /// <summary>Lines where captures follow each other, dots where they are few; a capture without the value is a gap.</summary>
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
            .Markup($"<div class=\"scroll tall\" tabindex=\"0\" role=\"region\" aria-labelledby=\"series{number}-caption\">\n<table>\n")
            .Markup($"<caption id=\"series{number}-caption\">").Text($"{Words.Of(suspect.Finding.Subject)}, {samples.Length} captures")
            .Markup("</caption>\n<thead><tr><th scope=\"col\">Capture (UTC)</th><th scope=\"col\" class=\"n\">Items</th>")
            .Markup("<th scope=\"col\" class=\"n\">Bytes</th><th scope=\"col\" class=\"n\">Change</th></tr></thead>\n<tbody>\n");
        long? before = null;
        foreach (int sample in samples)
        {
            long bytes = suspect.Bytes[sample]!.Value;
            html.Markup("<tr>").Element("th scope=\"row\"", history.Samples[sample].TakenAt is { } time ? Display.ExactTime(time) : When(history, sample))
                .Element("td class=\"n\"", suspect.Items?[sample] is { } items ? Display.Count(items) : "")
                .Element("td class=\"n\"", Display.Count(bytes))
                .Element("td class=\"n\"", before is { } earlier ? Display.Change((double)bytes - earlier) : "")
                .Markup("</tr>\n");
            before = bytes;
        }

        html.Markup("</tbody>\n</table>\n</div>\n</details>\n");
    }

    /// <summary>Where samples stand: by time where all times are known and go forward, else one beside the other.</summary>
    private static Func<int, double> Axis(HostHistory history, int[] samples)
    {
        int first = samples[0];
        int last = samples[^1];
        if (history.Samples.All(s => s.TakenAt is not null) && history.Hours(first, last) is { } span)
        {
            DateTimeOffset start = history.Samples[first].TakenAt!.Value;
            return i => Math.Clamp((history.Samples[i].TakenAt!.Value - start).TotalHours / span, 0, 1) * Width;
        }

        return i => Math.Clamp((double)(i - first) / Math.Max(last - first, 1), 0, 1) * Width;
    }

    private static string When(HostHistory history, int sample) =>
        history.Samples[sample].TakenAt is { } time ? Display.Time(time) : history.Samples[sample].Source;

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
