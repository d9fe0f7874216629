using System.Globalization;
using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Diagnoses;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>
/// Several hosts on one self-contained page: an index of them, what they have in common, and a part for each.
/// </summary>
internal static class FleetHtml
{
    /// <summary>The part of one host.</summary>
    public static void WritePart(FleetHost host, DiagnosisReport report, Stream output)
    {
        using StreamWriter text = Writer(output);
        HtmlReport.WriteHost(report, new HtmlWriter(text, $"h{host.Number}-"));
    }

    /// <summary>Writes the page, UTF-8.</summary>
    public static void Write(FleetDocument document, Stream output)
    {
        using StreamWriter text = Writer(output);
        var html = new HtmlWriter(text);
        Headline headline = FleetWords.HeadlineOf(document);
        HtmlPage.Begin(html, headline.Text, "fleet.css");
        html.Markup("<body>\n<a class=\"skip\" href=\"#hosts\">Skip to the hosts</a>\n<header>\n")
            .Markup($"<div class=\"verdict {HtmlReport.ClassOf(headline.Tone)}\">\n")
            .Element("h1", headline.Text).Markup("\n").Element("p", headline.Detail)
            .Markup("\n</div>\n</header>\n<main>\n");
        WriteIndex(html, document.Fleet, host => $"#h{Number(host.Number)}-host");
        WriteCauses(html, document.Fleet);
        WriteProblems(html, document.Fleet);
        foreach (FleetHost host in document.Fleet.Hosts)
        {
            text.Flush();
            output.Write(document.Part("html", host).Span);
        }

        HtmlPage.End(html);
    }

    private static StreamWriter Writer(Stream output) =>
        new(output, new UTF8Encoding(false), 1 << 14, leaveOpen: true) { NewLine = "\n" };

    /// <summary>Writes the table of hosts.</summary>
    /// <param name="html">The page.</param>
    /// <param name="fleet">The hosts.</param>
    /// <param name="link">Where the name of a host leads to.</param>
    internal static void WriteIndex(HtmlWriter html, FleetReport fleet, Func<FleetHost, string> link)
    {
        html.Markup("<section id=\"hosts\" aria-labelledby=\"hosts-title\">\n<h2 id=\"hosts-title\">Hosts</h2>\n")
            .Markup("<div class=\"filter\" hidden><label for=\"hosts-table-filter\">Name contains</label>")
            .Markup("<input type=\"search\" id=\"hosts-table-filter\" autocomplete=\"off\" spellcheck=\"false\">")
            .Markup("<span id=\"hosts-table-count\" role=\"status\" class=\"muted\"></span></div>\n")
            .Markup("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"hosts-caption\">\n")
            .Markup("<table class=\"sortable\" id=\"hosts-table\">\n")
            .Markup("<caption id=\"hosts-caption\">Worst first</caption>\n<thead><tr>")
            .Markup("<th scope=\"col\">Host</th><th scope=\"col\">Verdict</th><th scope=\"col\">What</th>")
            .Markup("<th scope=\"col\" class=\"n\">Bytes per hour</th><th scope=\"col\" class=\"n\">Time left</th>")
            .Markup("<th scope=\"col\">Release</th><th scope=\"col\">Last seen</th></tr></thead>\n<tbody>\n");
        foreach (FleetHost host in fleet.Hosts)
        {
            TimeSpan? left = fleet.Left(host);
            html.Markup("<tr><th scope=\"row\"><a href=\"").Text(link(host)).Markup("\">").Text(host.Label)
                .Markup($"</a></th><td class=\"{HtmlReport.ClassOf(FleetWords.ToneOf(host))}\"><span class=\"badge\">")
                .Text(FleetWords.StateOf(host).ToLowerInvariant()).Markup("</span></td>")
                .Element("td", FleetWords.WhatOf(host))
                .Markup($"<td class=\"n\" data-v=\"{Number(host.Worst?.Growth?.BytesPerHour)}\">")
                .Text(FleetWords.RateOf(host.Worst))
                .Markup($"</td><td class=\"n\" data-v=\"{Number(left?.TotalHours)}\">")
                .Text(FleetWords.LeftOf(fleet, host))
                .Markup("</td>")
                .Element("td", host.Identity.Release?.Text ?? "")
                .Element("td", host.LastSeen is { } seen ? Display.Time(seen) : "").Markup("</tr>\n");
        }

        html.Markup("</tbody>\n</table>\n</div>\n</section>\n");
    }

    private static void WriteCauses(HtmlWriter html, FleetReport fleet)
    {
        FleetCause[] shared = [.. fleet.Causes.Where(c => c.Hosts.Length > 1)];
        if (shared.Length == 0)
        {
            return;
        }

        html.Markup("<section id=\"causes\" aria-labelledby=\"causes-title\">\n")
            .Markup("<h2 id=\"causes-title\">In common</h2>\n<ul>\n");
        foreach (FleetCause cause in shared)
        {
            html.Markup("<li>").Text($"{ReportTerms.Of(cause.Subject)}: {CauseBlock.Hosts(cause)}");
            foreach (string line in CauseBlock.SeparationOf(cause))
            {
                html.Markup("<br>").Text(line);
            }

            html.Markup("</li>\n");
        }

        html.Markup("</ul>\n</section>\n");
    }

    private static void WriteProblems(HtmlWriter html, FleetReport fleet)
    {
        if (fleet.Diagnostics.IsEmpty)
        {
            return;
        }

        html.Markup("<details class=\"more\"><summary>Remarks on the input that are of no host: ")
            .Text(Display.Count(fleet.Diagnostics.Length)).Markup("</summary>\n<ul>\n");
        foreach (Diagnostic problem in fleet.Diagnostics)
        {
            html.Markup("<li><code>").Text(problem.Id).Markup("</code> ").Text(problem.Text)
                .Markup(" <span class=\"at\">").Text(problem.At.ToString()).Markup("</span></li>\n");
        }

        html.Markup("</ul>\n</details>\n");
    }

    /// <summary>A number for sorting; nothing for what is unknown.</summary>
    private static string Number(double? value) =>
        value is { } known && double.IsFinite(known) ? known.ToString("0.###", CultureInfo.InvariantCulture) : "";
}
