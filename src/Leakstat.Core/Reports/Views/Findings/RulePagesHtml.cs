using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Html;

namespace Leakstat.Reports.Views.Findings;

/// <summary>
/// The pages of the rules that found something, folded, in the page itself: it opens without a network, and a finding's
/// rule leads to what it means.
/// </summary>
internal static class RulePagesHtml
{
    /// <summary>The id of a rule's page within the report; to be linked to.</summary>
    public static string IdOf(string rule) => "rule-" + rule;

    /// <summary>Writes the pages; nothing where nothing was found.</summary>
    public static void Write(HtmlWriter html, ImmutableArray<Finding> findings)
    {
        string[] rules = [.. findings.Select(f => f.Rule).Distinct().Order(StringComparer.Ordinal)];
        if (rules.Length == 0)
        {
            return;
        }

        html.Markup("<section id=\"rules\" aria-labelledby=\"rules-title\">\n")
            .Markup("<h2 id=\"rules-title\">What the rules mean</h2>\n");
        foreach (string rule in rules)
        {
            string page = RulePage.Of(rule)
                ?? throw new InvalidOperationException($"the page of {rule} is missing from the assembly");
            int end = page.IndexOf('\n', StringComparison.Ordinal);
            html.Markup($"<details class=\"more rule\" id=\"{IdOf(rule)}\">\n<summary>")
                .Text(page[..end].TrimStart('#').Trim()).Markup("</summary>\n");
            MarkdownHtml.Write(html, page[end..], rules);
            html.Markup("</details>\n");
        }

        html.Markup("</section>\n");
    }
}
