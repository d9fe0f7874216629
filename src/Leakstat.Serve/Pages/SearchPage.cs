using Leakstat.Model;
using Leakstat.Reports.Forms.Html;
using Leakstat.Serve.Judging;

namespace Leakstat.Serve.Pages;

/// <summary>Zones and malloc types by a part of their name: how many hosts have them, and who has most.</summary>
internal static class SearchPage
{
    private const int MostNames = 200;
    private const int MostHosts = 5;

    private sealed record Found(string Kind, string Name, string Host, long Bytes);

    /// <summary>Writes the page.</summary>
    /// <param name="query">What is looked for; empty for nothing.</param>
    /// <param name="hosts">The hosts.</param>
    public static byte[] Write(string query, IEnumerable<JudgedHost> hosts) => PageFrame.Write(
        query.Length > 0 ? $"Search: {query}" : "Search",
        html =>
        {
            html.Markup("<header>\n").Element("h1", query.Length > 0 ? $"Zones and types with “{query}”" : "Search")
                .Markup("\n</header>\n<main id=\"content\">\n");
            if (query.Length > 0)
            {
                WriteTable(html, Search(query, hosts));
            }
            else
            {
                html.Markup("<p>Type a part of the name of a zone or a malloc type above.</p>\n");
            }
        });

    private static IGrouping<(string Kind, string Name), Found>[] Search(string query, IEnumerable<JudgedHost> hosts) =>
    [
        .. hosts.SelectMany(Rows)
            .Where(f => f.Name.Contains(query, StringComparison.OrdinalIgnoreCase))
            .GroupBy(f => (f.Kind, f.Name))
            .OrderByDescending(g => g.Max(f => f.Bytes)).ThenBy(g => g.Key.Name, StringComparer.Ordinal),
    ];

    private static IEnumerable<Found> Rows(JudgedHost host) =>
        host.Numbers.Zones.Select(z => new Found("zone", z.Name, host.Summary.Label, z.UsedBytes)).Concat(
            host.Numbers.Types.Select(t => new Found("malloc type", t.Name, host.Summary.Label, t.Bytes)));

    private static void WriteTable(HtmlWriter html, IGrouping<(string Kind, string Name), Found>[] found)
    {
        if (found.Length == 0)
        {
            html.Markup("<p>No host has one of that name.</p>\n");
            return;
        }

        html.Markup("<p class=\"muted\">")
            .Text(found.Length > MostNames
                ? $"{Display.Count(found.Length)} names; the {MostNames} with most bytes on a host are shown."
                : Display.Count(found.Length, "name", "names"))
            .Markup("</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Names\">\n")
            .Markup("<table class=\"sortable\" id=\"found\">\n<thead><tr><th scope=\"col\">Name</th>")
            .Markup("<th scope=\"col\">Kind</th><th scope=\"col\" class=\"n\">Hosts</th>")
            .Markup("<th scope=\"col\" class=\"n\">Most bytes</th><th scope=\"col\">Most on</th></tr></thead>\n")
            .Markup("<tbody>\n");
        foreach (IGrouping<(string Kind, string Name), Found> group in found.Take(MostNames))
        {
            Found[] most = [.. group.OrderByDescending(f => f.Bytes).ThenBy(f => f.Host, StringComparer.Ordinal)];
            html.Markup("<tr>").Element("th scope=\"row\"", group.Key.Name).Element("td", group.Key.Kind)
                .Element("td class=\"n\"", Display.Count(most.Length))
                .Markup($"<td class=\"n\" data-v=\"{most[0].Bytes}\">").Text(Display.Bytes(most[0].Bytes))
                .Markup("</td><td>");
            for (int i = 0; i < Math.Min(most.Length, MostHosts); i++)
            {
                html.Markup(i > 0 ? ", <a href=\"" : "<a href=\"").Text(FleetPage.HostLink(most[i].Host))
                    .Markup("\">").Text(most[i].Host).Markup("</a> ").Text(Display.Bytes(most[i].Bytes));
            }

            html.Markup("</td></tr>\n");
        }

        html.Markup("</tbody>\n</table>\n</div>\n");
    }
}
