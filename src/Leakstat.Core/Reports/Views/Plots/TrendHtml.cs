using System.Globalization;
using System.Text;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Plots;

/// <summary>
/// What is drawn around the numbers of a suspect: lower envelope, fitted line, forecast up to the bound.
/// </summary>
internal static class TrendHtml
{
    /// <summary>The lower envelope of the current boot: what the series never falls below again.</summary>
    public static void WriteEnvelope(
        HtmlWriter html, HostHistory history, SuspectSeries suspect, int[] samples, Func<int, long, string> point)
    {
        int[] boot = [.. samples.Where(i => i >= history.CurrentBootStart)];
        if (boot.Length < 3)
        {
            return;
        }

        string[] points = new string[boot.Length];
        long lowest = long.MaxValue;
        int next = suspect.Bytes.Count - 1;
        for (int i = boot.Length - 1; i >= 0; i--)
        {
            // Samples that are not drawn count: the envelope is that of all of them.
            for (; next >= boot[i]; next--)
            {
                lowest = Math.Min(lowest, suspect.Bytes[next] ?? long.MaxValue);
            }

            points[i] = point(boot[i], lowest);
        }

        html.Markup($"<polyline class=\"low\" points=\"{string.Join(' ', points)}\"/>");
    }

    /// <summary>Band, line and bound.</summary>
    public static void WriteForecast(HtmlWriter html, TrendLine line, PlotRange range, double high)
    {
        if (line.Ahead > 0)
        {
            double early = Math.Clamp(line.Early ?? line.Until, line.Now, line.Until);
            double late = Math.Clamp(line.Late ?? line.Until, line.Now, line.Until);
            var band = new StringBuilder();
            band.Append(Point(line.Now, line.Level)).Append(' ').Append(Point(early, line.Upper(early))).Append(' ')
                .Append(Point(Math.Max(early, late), line.Upper(Math.Max(early, late)))).Append(' ').Append(
                    Point(late, line.Lower(late)));
            html.Markup($"<polygon class=\"band\" points=\"{band}\"/>");
        }

        if (line.BoundBeside(high) is { } bound)
        {
            html.Markup($"<path class=\"bound\" d=\"M0 {Number(range.Y(bound))}H{SeriesHtml.Width}\"/>");
        }

        html.Markup(
            $"<polyline class=\"fit\" points=\"{Point(line.Start, line.At(line.Start))} "
                + $"{Point(line.Now, line.Level)}"
                + (line.Ahead > 0
                    ? $" {Point(line.Until, Math.Min(line.At(line.Until), line.Bound ?? double.MaxValue))}"
                    : "")
                + "\"/>");
        string Point(double hours, double bytes) =>
            $"{Number(hours / Math.Max(line.Until, 1e-9) * SeriesHtml.Width)},{Number(range.Y(bytes))}";
    }

    /// <summary>What the lines are, in words beside a piece of each.</summary>
    public static void WriteLegend(HtmlWriter html, SuspectSeries suspect, TrendLine? line, double high)
    {
        html.Markup("<p class=\"muted legend\">");
        Entry("used", "in use");
        Entry("low", "lower envelope: never below it again");
        if (line is not null)
        {
            Entry("fit", $"fitted line, {Display.Rate(line.Rate)}");
            if (line.Ahead > 0)
            {
                string bound = suspect.Finding.Exhaustion is { } end ? "; runs out: " + Headline.RunsOut(end) : "";
                Entry("band", $"forecast{bound}");
            }

            if (line.BoundBeside(high) is { } limit)
            {
                Entry("bound", $"the bound, {Display.Bytes(limit)}");
            }
        }

        html.Markup("</p>\n");

        void Entry(string style, string text) => html
            .Markup("<span><svg class=\"plot sample\" viewBox=\"0 0 20 10\" aria-hidden=\"true\">")
            .Markup(style == "band"
                ? "<polygon class=\"band\" points=\"0,0 20,0 20,10 0,10\"/>"
                : $"<polyline class=\"{style}\" points=\"0,5 20,5\"/>")
            .Markup("</svg>").Text(text).Markup("</span> ");
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
