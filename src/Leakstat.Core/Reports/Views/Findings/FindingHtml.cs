using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Html;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Findings;

/// <summary>One finding on the page, folded or open.</summary>
internal static class FindingHtml
{
    /// <summary>Writes a finding.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="finding">The finding.</param>
    /// <param name="isOpen">Whether it is unfolded.</param>
    /// <param name="hasRules">
    /// Whether the page holds those of the rules (<see cref="RulePagesHtml"/>), to link to.
    /// </param>
    public static void Write(HtmlWriter html, Finding finding, bool isOpen, bool hasRules)
    {
        (string tone, string word) = finding switch
        {
            { Verdict: Verdict.Healthy } => ("good", "fine"),
            { Severity: Severity.Critical } => ("critical", "critical"),
            { Severity: Severity.Warning } => ("warning", "warning"),
            _ => ("info", "note"),
        };
        html.Markup(
            $"<details class=\"finding {tone}\"{(isOpen ? " open" : "")}>\n<summary><span "
                + $"class=\"badge\">{word}</span> ")
            .Element("h3", finding.Title).Markup("\n<span class=\"meta\">")
            .Text(
                $"{finding.Rule} · {ReportTerms.Of(finding.Verdict)} · {FindingBlock.Confidence(finding.Confidence)} · "
                    + $"{ReportTerms.Of(finding.Subject)}")
            .Markup("</span></summary>\n<div class=\"body\">\n");
        WriteFacts(html, finding);
        WriteEvidence(html, finding);
        WriteOwners(html, finding);
        WriteAdvice(html, finding);
        if (hasRules)
        {
            // Not in the summary, which is one control that must hold no other.
            html.Markup($"<p><a href=\"#{RulePagesHtml.IdOf(finding.Rule)}\">").Text($"What {finding.Rule} means")
                .Markup("</a></p>\n");
        }

        html.Markup("</div>\n</details>\n");
    }

    private static void WriteFacts(HtmlWriter html, Finding finding)
    {
        string growth = finding.Growth is { } known ? FindingBlock.GrowthText(known) : "";
        if (growth.Length == 0 && finding.Exhaustion is null)
        {
            return;
        }

        html.Markup("<dl class=\"facts\">");
        if (finding.Exhaustion is { } exhaustion)
        {
            html.Markup("<dt>Runs out</dt>").Element("dd", Headline.RunsOut(exhaustion));
        }

        if (growth.Length > 0)
        {
            html.Markup("<dt>Growth</dt>").Element("dd", growth);
        }

        html.Markup("</dl>\n");
    }

    private static void WriteEvidence(HtmlWriter html, Finding finding)
    {
        if (finding.Evidence.IsEmpty)
        {
            return;
        }

        html.Markup("<h4>Evidence</h4>\n<ul>\n");
        foreach (Evidence evidence in finding.Evidence)
        {
            html.Markup("<li>").Text(evidence.Text);
            if (evidence.At is { } at)
            {
                html.Markup(" <span class=\"at\">").Text(at.ToString()).Markup("</span>");
            }

            html.Markup("</li>\n");
        }

        html.Markup("</ul>\n");
    }

    private static void WriteOwners(HtmlWriter html, Finding finding)
    {
        if (finding.Owners.IsEmpty)
        {
            return;
        }

        html.Markup("<h4>Owner</h4>\n<ul>\n");
        foreach (Owner owner in finding.Owners)
        {
            html.Markup("<li>").Element("strong", owner.Module);
            if (owner.Source is { } source)
            {
                html.Markup(" ").Element("code", source);
            }

            html.Markup(" ").Text(owner.Why).Markup("</li>\n");
        }

        html.Markup("</ul>\n");
    }

    private static void WriteAdvice(HtmlWriter html, Finding finding)
    {
        if (finding.Advice.IsEmpty)
        {
            return;
        }

        html.Markup("<h4>What to do</h4>\n<ol>\n");
        foreach (Advice advice in finding.Advice)
        {
            html.Markup("<li>").Element("p", advice.Text);
            if (!advice.Commands.IsEmpty)
            {
                html.Markup("<pre><code>").Text(advice.Commands[0]);
                foreach (string command in advice.Commands.AsSpan()[1..])
                {
                    html.Markup("\n").Text(command);
                }

                html.Markup("</code></pre>");
            }

            if (advice.Persist is { } persist)
            {
                html.Markup("<p>To keep it, in ").Element("code", persist.File).Markup(":</p><pre><code>")
                    .Text(persist.Line).Markup("</code></pre>");
            }

            if (advice.Risk is { } risk)
            {
                html.Markup("<p><strong>Risk:</strong> ").Text(risk).Markup("</p>");
            }

            if (advice.Revert is { } revert)
            {
                html.Markup("<p><strong>Undo:</strong> ").Text(revert).Markup("</p>");
            }

            html.Markup("</li>\n");
        }

        html.Markup("</ol>\n");
    }
}
