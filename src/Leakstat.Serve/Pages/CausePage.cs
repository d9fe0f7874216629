using Leakstat.Fleet;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Fleets;

namespace Leakstat.Serve.Pages;

/// <summary>One cause: the hosts that have it, and what separates them from the others.</summary>
internal static class CausePage
{
    /// <summary>Writes the page.</summary>
    public static byte[] Write(FleetReport fleet, FleetCause cause, int revision)
    {
        string tone = cause.Severity switch
        {
            Diagnosis.Contracts.Severity.Critical => "critical",
            Diagnosis.Contracts.Severity.Warning => "warning",
            _ => "info",
        };
        string title = ReportTerms.Of(cause.Subject);
        return PageFrame.Write(
            title,
            html =>
            {
                html.Markup($"<header>\n<div class=\"verdict {tone}\">\n").Element("h1", title)
                    .Element("p", cause.Finding?.Title ?? "Only the pool of hosts shows it.")
                    .Markup("\n</div>\n<p class=\"host\">").Text(CauseBlock.Hosts(cause))
                    .Markup("</p>\n</header>\n<main id=\"content\">\n")
                    .Markup("<section aria-labelledby=\"separated\">\n<h2 id=\"separated\">What separates them</h2>\n")
                    .Markup("<ul>\n");
                string[] lines = [.. CauseBlock.SeparationOf(cause)];
                foreach (string line in lines)
                {
                    html.Element("li", line).Markup("\n");
                }

                html.Markup(lines.Length == 0 ? "<li>Nothing that is known of them does, beyond chance.</li>\n" : "")
                    .Markup("</ul>\n</section>\n");
                FleetHtml.WriteIndex(html, fleet with { Hosts = cause.Hosts }, h => FleetPage.HostLink(h.Label));
            },
            "fleet",
            revision);
    }
}
