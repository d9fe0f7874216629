using System.Text.RegularExpressions;
using Leakstat.Reports.Forms.Html;

namespace Leakstat.Reports.Views.Findings;

/// <summary>The pages of the documents as markup: the few forms that they are written in, and no others.</summary>
internal static partial class MarkdownHtml
{
    /// <summary>Writes a page without its title.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="page">The page; it is part of the program, not of the input.</param>
    /// <param name="rules">Rules whose pages stand beside it: links to them are kept, others are words.</param>
    public static void Write(HtmlWriter html, string page, string[] rules)
    {
        string[] lines = page.Split('\n');
        for (int i = 0; i < lines.Length;)
        {
            int end = i + 1;
            string line = lines[i];
            if (line.Length == 0)
            {
                i = end;
                continue;
            }

            if (line[0] == '#')
            {
                html.Element("h3", line.TrimStart('#').Trim()).Markup("\n");
            }
            else if (line[0] == '|')
            {
                end = EndOf(lines, i, next => next.StartsWith('|'));
                WriteTable(html, lines[i..end], rules);
            }
            else if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                end = EndOf(lines, i, next => next.StartsWith("    ", StringComparison.Ordinal));
                html.Markup("<pre><code>");
                foreach (string code in lines[i..end])
                {
                    html.Text(code[4..]).Markup("\n");
                }

                html.Markup("</code></pre>\n");
            }
            else if (IsItem(line))
            {
                end = EndOf(lines, i, next => next.Length > 0 && next[0] is not ('#' or '|'));
                WriteItems(html, lines[i..end], rules);
            }
            else
            {
                end = EndOf(lines, i, next => next.Length > 0 && next[0] is not ('#' or '|') && !IsItem(next));
                html.Markup("<p>");
                WriteWords(html, string.Join(' ', lines[i..end].Select(part => part.Trim())), rules);
                html.Markup("</p>\n");
            }

            i = end;
        }
    }

    private static int EndOf(string[] lines, int start, Func<string, bool> isOfIt)
    {
        int end = start + 1;
        while (end < lines.Length && isOfIt(lines[end]))
        {
            end++;
        }

        return end;
    }

    private static bool IsItem(string line) =>
        line.StartsWith("- ", StringComparison.Ordinal) || ItemNumber().IsMatch(line);

    private static void WriteItems(HtmlWriter html, string[] lines, string[] rules)
    {
        string list = lines[0][0] == '-' ? "ul" : "ol";
        html.Markup($"<{list}>\n");
        for (int i = 0; i < lines.Length;)
        {
            int end = EndOf(lines, i, next => !IsItem(next));
            html.Markup("<li>");
            WriteWords(
                html,
                string.Join(
                    ' ', lines[i..end].Select((part, at) => at == 0 ? ItemMark().Replace(part, "") : part.Trim())),
                rules);
            html.Markup("</li>\n");
            i = end;
        }

        html.Markup($"</{list}>\n");
    }

    private static void WriteTable(HtmlWriter html, string[] lines, string[] rules)
    {
        html.Markup("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>\n");
        for (int i = 0; i < lines.Length; i++)
        {
            string[] cells = [.. CellEnd().Split(lines[i].Trim()[1..^1]).Select(
                cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal))];
            if (cells.All(cell => cell.Trim('-', ':').Length == 0))
            {
                continue;
            }

            string tag = i == 0 ? "th scope=\"col\"" : "td";
            html.Markup(i == 0 ? "<thead><tr>" : i == 2 ? "<tbody><tr>" : "<tr>");
            foreach (string cell in cells)
            {
                html.Markup($"<{tag}>");
                WriteWords(html, cell, rules);
                html.Markup(i == 0 ? "</th>" : "</td>");
            }

            html.Markup(i == 0 ? "</tr></thead>\n" : "</tr>\n");
        }

        html.Markup(lines.Length > 2 ? "</tbody></table></div>\n" : "</table></div>\n");
    }

    /// <summary>Words with code in backticks and links; a link to a page that is not here is its words.</summary>
    private static void WriteWords(HtmlWriter html, string text, string[] rules)
    {
        int at = 0;
        foreach (Match mark in Marks().Matches(text))
        {
            html.Text(text[at..mark.Index]);
            at = mark.Index + mark.Length;
            if (mark.Groups["code"].Success)
            {
                html.Element("code", mark.Groups["code"].Value);
                continue;
            }

            string words = mark.Groups["text"].Value;
            string rule = mark.Groups["to"].Value.Split('.')[0];
            if (rules.Contains(rule))
            {
                html.Markup($"<a href=\"#{RulePagesHtml.IdOf(rule)}\">").Text(words).Markup("</a>");
            }
            else
            {
                WriteWords(html, words, rules);
            }
        }

        html.Text(text[at..]);
    }

    [GeneratedRegex(@"^\d+\. ", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex ItemNumber();

    [GeneratedRegex(@"^(?:-|\d+\.) ", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex ItemMark();

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex CellEnd();

    [GeneratedRegex(
        @"`(?<code>[^`]+)`|\[(?<text>[^\]]+)\]\((?<to>[^)]*)\)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Marks();
}
