using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Findings;

/// <summary>What the page rests on: files, what is missing, problems in the input.</summary>
internal static class InputHtml
{
    private const int MostRows = 2000;

    public static void Write(HtmlWriter html, DiagnosisReport report)
    {
        DiagnosisBasis looked = DiagnosisBasis.Of(report);
        html.Markup(
            "<section id=\"input\" aria-labelledby=\"input-title\">\n<h2 id=\"input-title\">What this rests "
                + "on</h2>\n<dl class=\"facts\">");
        Fact(html, "Read", (looked.Sources.IsEmpty ? "nothing that rules look at" : string.Join(", ", looked.Sources))
            + "; " + DiagnosisBasis.Span(report));
        if (!looked.Missing.IsEmpty)
        {
            Fact(html, "Would tell more", string.Join(", ", looked.Missing));
        }

        foreach ((string host, int captures) in report.Input.OtherHosts)
        {
            Fact(html, "Other host", $"{host}: {Display.Count(captures, "capture", "captures")} of it left out here");
        }

        foreach ((string earlier, string later) in report.Input.ClockBackwards)
        {
            Fact(html, "Clock", $"{earlier} says it was taken before {later}, which it follows");
        }

        if (!report.Input.Repeated.IsEmpty)
        {
            Fact(html, "Repeated", $"{Display.Count(report.Input.Repeated.Length, "copy", "copies")} left out");
        }

        html.Markup("</dl>\n");
        WriteDiagnostics(html, report);
        WriteFiles(html, report);
        html.Markup("</section>\n");
    }

    private static void Fact(HtmlWriter html, string name, string text) =>
        html.Markup($"<dt>{name}</dt>").Element("dd", text);

    private static void WriteDiagnostics(HtmlWriter html, DiagnosisReport report)
    {
        if (report.Diagnostics.IsEmpty)
        {
            return;
        }

        html.Markup("<details class=\"more\"><summary>Remarks on the input: ").Text(
            Display.Count(report.Diagnostics.Length))
            .Markup("</summary>\n<ul>\n");
        foreach (Diagnostic diagnostic in report.Diagnostics.Take(MostRows))
        {
            html.Markup("<li><code>").Text(diagnostic.Id).Markup("</code> ").Text(diagnostic.Text).Markup(
                " <span class=\"at\">")
                .Text(diagnostic.At.ToString()).Markup("</span></li>\n");
        }

        html.Markup("</ul>\n</details>\n");
    }

    private static void WriteFiles(HtmlWriter html, DiagnosisReport report)
    {
        html.Markup("<details class=\"more\"><summary>Files of the latest capture</summary>\n")
            .Markup(
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                    + "aria-labelledby=\"files-caption\">\n<table>\n<caption id=\"files-caption\">")
            .Text(report.Captures[^1].Source).Markup(
                "</caption>\n<thead><tr><th scope=\"col\">File</th><th scope=\"col\">Format</th>")
            .Markup(
                "<th scope=\"col\">Use</th><th scope=\"col\" class=\"n\">Rows</th><th scope=\"col\" "
                    + "class=\"n\">Skipped lines</th></tr></thead>\n<tbody>\n");
        foreach (CaptureFile file in report.Captures[^1].Files.Take(MostRows))
        {
            html.Markup("<tr>").Element("th scope=\"row\"", file.Name).Element("td", file.Format).Element(
                "td", ReportTerms.Of(file.Use))
                .Element("td class=\"n\"", Display.Count(file.Rows)).Element(
                    "td class=\"n\"", Display.Count(file.SkippedLines))
                .Markup("</tr>\n");
        }

        html.Markup("</tbody>\n</table>\n</div>\n</details>\n");
    }
}
