using Leakstat.Fleet;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Diagnoses;
using Leakstat.Reports.Views.Findings;
using Leakstat.Reports.Views.Fleets;

namespace Leakstat.Serve.Pages;

/// <summary>All hosts: the verdict, what they have in common, and a table of them, worst first.</summary>
internal static class FleetPage
{
    /// <summary>Writes the page.</summary>
    /// <param name="fleet">The hosts.</param>
    /// <param name="revision">The state that it shows.</param>
    /// <param name="hasWaiting">Whether there are hosts with news that are not judged yet.</param>
    public static byte[] Write(FleetReport fleet, int revision, bool hasWaiting)
    {
        if (fleet.Hosts.IsEmpty)
        {
            return PageFrame.Write(
                "No hosts yet",
                html => html.Markup("<header>\n<div class=\"verdict open\">\n<h1>No hosts yet</h1>\n<p>")
                    .Text(hasWaiting
                        ? "The first are being judged."
                        : "Captures that are pushed, collected or read from a spool show here once they are judged.")
                    .Markup("</p>\n</div>\n</header>\n<main id=\"content\">\n"),
                "fleet",
                revision);
        }

        Headline headline = FleetWords.HeadlineOf(new FleetDocument(fleet, static (_, _) => default, []));
        return PageFrame.Write(
            headline.Text,
            html =>
            {
                html.Markup($"<header>\n<div class=\"verdict {HtmlReport.ClassOf(headline.Tone)}\">\n")
                    .Element("h1", headline.Text).Markup("\n")
                    .Element("p", headline.Detail).Markup("\n</div>\n");
                html.Markup(hasWaiting ? "<p class=\"muted\">Some hosts have news that is not judged yet.</p>\n" : "");
                html.Markup("</header>\n<main id=\"content\">\n");
                WriteCauses(html, fleet);
                FleetHtml.WriteIndex(html, fleet, host => HostLink(host.Label));
            },
            "fleet",
            revision);
    }

    /// <summary>The page of a host.</summary>
    public static string HostLink(string label) => $"/hosts/{Uri.EscapeDataString(label)}";

    /// <summary>The page of a cause.</summary>
    public static string CauseLink(FleetCause cause) =>
        $"/causes/{Uri.EscapeDataString(ReportTerms.Of(cause.Subject.Kind))}/"
            + Uri.EscapeDataString(cause.Subject.Name);

    private static void WriteCauses(HtmlWriter html, FleetReport fleet)
    {
        if (fleet.Causes.IsEmpty)
        {
            return;
        }

        html.Markup("<section id=\"causes\" aria-labelledby=\"causes-title\">\n")
            .Markup("<h2 id=\"causes-title\">What is wrong</h2>\n<ul class=\"causes\">\n");
        foreach (FleetCause cause in fleet.Causes)
        {
            html.Markup("<li><a href=\"").Text(CauseLink(cause)).Markup("\">").Text(ReportTerms.Of(cause.Subject))
                .Markup("</a>: ").Text(CauseBlock.Hosts(cause));
            foreach (string line in CauseBlock.SeparationOf(cause))
            {
                html.Markup("<br><span class=\"muted\">").Text(line).Markup("</span>");
            }

            html.Markup("</li>\n");
        }

        html.Markup("</ul>\n</section>\n");
    }
}
