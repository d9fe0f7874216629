using System.Text.RegularExpressions;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Reports.Views.Explanations;

/// <summary>
/// A page of the documents for a person at a terminal: wrapped to its width, without the marks of Markdown.
/// </summary>
internal static partial class PageText
{
    public static void Write(string page, TextWriter output, TerminalOptions options)
    {
        var canvas = new TerminalCanvas(output, options);
        var paragraph = new List<string>();
        int indent = 0;
        foreach (string line in page.Split('\n'))
        {
            bool isItem = line.StartsWith("- ", StringComparison.Ordinal) || ItemNumber().IsMatch(line);
            if (line.Length == 0
                || line[0] is '#' or '|'
                || isItem
                || line.StartsWith("    ", StringComparison.Ordinal))
            {
                Flush();
            }

            if (line.Length == 0)
            {
                canvas.Blank();
            }
            else if (line[0] == '#')
            {
                canvas.Paragraph(0, 0, new Run(Plain(line.TrimStart('#').Trim()), Style.Strong));
            }
            else if (line[0] == '|')
            {
                WriteRow(canvas, line);
            }
            else if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                canvas.Verbatim(4, line[4..]);
            }
            else
            {
                indent = isItem ? 2 : indent;
                paragraph.Add(Plain(line.Trim()));
            }
        }

        Flush();

        void Flush()
        {
            if (paragraph.Count > 0)
            {
                canvas.Paragraph(0, indent, new Run(string.Join(' ', paragraph)));
                paragraph.Clear();
            }

            indent = 0;
        }
    }

    /// <summary>A row of a table as an item: tables of sentences fit no terminal.</summary>
    private static void WriteRow(TerminalCanvas canvas, string line)
    {
        string[] cells = [.. CellEnd().Split(line.Trim().Trim('|')).Select(
            c => Plain(c.Replace("\\|", "|", StringComparison.Ordinal).Trim()))];
        if (!cells.All(c => c.Trim('-', ':').Length == 0))
        {
            canvas.Paragraph(2, 4, new Run("-"), new Run(string.Join("; ", cells.Where(c => c.Length > 0))));
        }
    }

    /// <summary>Without backticks, and links as the words that they are.</summary>
    private static string Plain(string text) =>
        Link().Replace(text, "${text}").Replace("`", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\[(?<text>[^\]]+)\]\([^)]*\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^\d+\. ", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex ItemNumber();

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex CellEnd();
}
