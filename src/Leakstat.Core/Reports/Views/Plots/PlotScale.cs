using Leakstat.Model;
using Leakstat.Reports.Forms.Html;

namespace Leakstat.Reports.Views.Plots;

/// <summary>
/// What stands at the axes of a plot: the value of every line across it, with its unit, and times below. The picture is
/// stretched to its width, so that words in it would be too: they stand beside it.
/// </summary>
internal static class PlotScale
{
    /// <summary>Spaces between the lines across, as <see cref="SeriesHtml.WriteFrame"/> draws them.</summary>
    private const int Spaces = 4;

    /// <summary>Begins a plot: the values of its lines, the highest first. The picture follows.</summary>
    /// <param name="html">The page.</param>
    /// <param name="range">Bytes at the lowest line and at the highest.</param>
    public static void Begin(HtmlWriter html, PlotRange range)
    {
        // The picture has a description in words; these would be read out as a list of numbers.
        html.Markup("<div class=\"chart\">\n<div class=\"ticks\" aria-hidden=\"true\">");
        for (int line = Spaces; line >= 0; line--)
        {
            html.Element("span", Display.Bytes(range.Floor + ((range.Top - range.Floor) * line / Spaces)));
        }

        html.Markup("</div>\n");
    }

    /// <summary>Begins a plot whose values the page's script puts in.</summary>
    /// <param name="html">The page.</param>
    /// <param name="id">Where it puts them.</param>
    public static void BeginOpen(HtmlWriter html, string id) =>
        html.Markup($"<div class=\"chart\">\n<div class=\"ticks\" id=\"{id}\" aria-hidden=\"true\"></div>\n");

    /// <summary>Ends it: the times at its ends and, where samples stand by time, between them.</summary>
    /// <param name="html">The page.</param>
    /// <param name="axis">Where samples stand.</param>
    /// <param name="from">What the left end is called.</param>
    /// <param name="to">What the right end is called.</param>
    public static void End(HtmlWriter html, PlotAxis axis, string from, string to)
    {
        html.Markup("<div class=\"scale\">").Element("span", from);
        for (int space = 1; space < Spaces; space++)
        {
            if (axis.At((double)space / Spaces) is { } time)
            {
                html.Element("span class=\"between\"", Display.Time(time));
            }
        }

        html.Element("span", to).Markup("</div>\n</div>\n");
    }
}
