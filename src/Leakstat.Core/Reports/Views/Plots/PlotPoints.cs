using System.Text;
using Leakstat.History;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Plots;

/// <summary>
/// What the page's script shows under the pointer, or under the arrow keys: for each sample its place, its time, its
/// value and what happened there. It stands in an attribute of the picture, so that a page works without the script.
/// </summary>
internal static class PlotPoints
{
    /// <summary>Parts the places and texts; a text that holds it gets another.</summary>
    private const char Separator = '|';

    /// <summary>Writes the attribute, with a blank in front.</summary>
    /// <param name="html">The page.</param>
    /// <param name="history">The captures.</param>
    /// <param name="axis">Where samples stand.</param>
    /// <param name="samples">Samples that are drawn.</param>
    /// <param name="valueOf">The value at a sample, for a person.</param>
    public static void Write(
        HtmlWriter html, HostHistory history, PlotAxis axis, int[] samples, Func<int, string> valueOf)
    {
        ILookup<int, string> events = history.Events.ToLookup(e => e.Sample, e => e.Text);
        var points = new StringBuilder();
        int before = -1;
        foreach (int sample in samples)
        {
            // What happened at samples that are not drawn is told at the next that is.
            string happened = string.Concat(
                Enumerable.Range(before + 1, sample - before).SelectMany(i => events[i]).Select(text => "; " + text));
            points.Append(points.Length > 0 ? Separator.ToString() : "")
                .Append(SeriesHtml.Number(axis.Of(sample) * SeriesHtml.Width)).Append(Separator)
                .Append($"{SeriesHtml.When(history, sample)}: {valueOf(sample)}{happened}".Replace(Separator, '/'));
            before = sample;
        }

        html.Markup(" data-points=\"").Text(PrintableText.Of(points.ToString())).Markup("\"");
    }
}
