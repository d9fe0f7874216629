using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Views.Diagnoses;
using Leakstat.Store.Inbox;

namespace Leakstat.Serve.Pages;

/// <summary>One host: what its report says, and its captures to download.</summary>
internal static class HostPage
{
    /// <summary>Writes the page.</summary>
    /// <param name="label">What the host is called.</param>
    /// <param name="report">Its diagnosis.</param>
    /// <param name="deliveries">What came in of it, the latest first.</param>
    /// <param name="revision">The state of the fleet that it belongs to.</param>
    public static byte[] Write(
        string label, DiagnosisReport report, ImmutableArray<ListedDelivery> deliveries, int revision) =>
        PageFrame.Write(
            label,
            html =>
            {
                HtmlReport.WriteWhole(html, report);
                WriteDeliveries(html, label, deliveries);
            },
            "host",
            revision);

    private static void WriteDeliveries(HtmlWriter html, string label, ImmutableArray<ListedDelivery> deliveries)
    {
        string link = $"/v1/hosts/{Uri.EscapeDataString(label)}";
        html.Markup("<section id=\"captures\" aria-labelledby=\"captures-title\">\n")
            .Markup("<h2 id=\"captures-title\">Captures</h2>\n<p>The diagnosis as <a href=\"").Text(link)
            .Markup("\">JSON</a>, the <a href=\"").Text(link + "/series").Markup("\">series</a>.</p>\n");
        if (!deliveries.IsEmpty)
        {
            html.Markup("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"captures-caption\">\n")
                .Markup("<table>\n<caption id=\"captures-caption\">As they came in, the latest first</caption>\n")
                .Markup("<thead><tr><th scope=\"col\">Received</th><th scope=\"col\">Name</th>")
                .Markup("<th scope=\"col\" class=\"n\">Size</th><th scope=\"col\">State</th></tr></thead>\n<tbody>\n");
            foreach (ListedDelivery delivery in deliveries)
            {
                html.Markup($"<tr><th scope=\"row\"><a href=\"/v1/captures/{delivery.Id}\">")
                    .Text(Display.Time(delivery.Received)).Markup("</a></th>").Element("td", delivery.Name)
                    .Element("td class=\"n\"", Display.Bytes(delivery.Size))
                    .Element("td", delivery.IsWaiting ? "waits for the store" : "in the store").Markup("</tr>\n");
            }

            html.Markup("</tbody>\n</table>\n</div>\n");
        }

        html.Markup("</section>\n");
    }
}
