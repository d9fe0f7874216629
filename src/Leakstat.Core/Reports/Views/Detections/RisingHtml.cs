using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;

namespace Leakstat.Reports.Views.Detections;

/// <summary>What rises without being a finding, folded, and what would have been named by now.</summary>
internal static class RisingHtml
{
    private const int Most = 200;

    /// <summary>Writes the section; nothing where the captures are too few for a trend.</summary>
    public static void Write(HtmlWriter html, DiagnosisReport report)
    {
        if (HistorySensitivity.Of(report) is not { } sensitivity)
        {
            return;
        }

        ImmutableArray<RisingSeries> rising = RisingBlock.Of(report);
        html.Markup(
            "<section id=\"rising\" aria-labelledby=\"rising-title\">\n<h2 id=\"rising-title\">What is no "
                + "finding</h2>\n");
        if (sensitivity.Text(DetectTerminalReport.Days(report)) is { } seen)
        {
            html.Element("p", seen).Markup("\n");
        }

        if (!rising.IsEmpty)
        {
            html.Markup("<details>\n<summary>").Text(
                $"{Display.Count(rising.Length)} series rose and are no finding").Markup("</summary>\n<ul>\n");
            foreach (RisingSeries series in rising.Take(Most))
            {
                html.Element("li", RisingBlock.Line(series)).Markup("\n");
            }

            html.Markup("</ul>\n</details>\n");
        }

        html.Markup("</section>\n");
    }
}
