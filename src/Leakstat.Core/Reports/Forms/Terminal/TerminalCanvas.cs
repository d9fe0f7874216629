using System.Globalization;
using System.Text;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Forms.Terminal;

/// <summary>How a run of text looks. Meaning never rests on it alone: the words say the same.</summary>
internal enum Style
{
    Plain,
    Strong,
    Dim,
    Critical,
    Warning,
    Good,
}

/// <summary>Text in one style.</summary>
/// <param name="Text">Untrusted; made printable when it is written.</param>
/// <param name="Style">Style.</param>
/// <param name="IsWhole">Whether it must not be broken at blanks (a path with a line number).</param>
internal readonly record struct Run(string Text, Style Style = Style.Plain, bool IsWhole = false);

/// <summary>Lines of text within a width: wraps at blanks, hangs behind labels, colours when asked.</summary>
internal sealed class TerminalCanvas(TextWriter writer, TerminalOptions options)
{
    /// <summary>No text starts further right than this.</summary>
    private const int DeepestIndent = 20;

    /// <summary>Columns.</summary>
    public int Width { get; } = Math.Max(options.Width, TerminalOptions.NarrowestWidth);

    /// <summary>Whether there is no room for labels beside text.</summary>
    public bool IsNarrow => Width < 60;

    /// <summary>Whether only ASCII may be written.</summary>
    public bool Ascii => options.Ascii;

    /// <summary>An empty line.</summary>
    public void Blank() => writer.Write('\n');

    /// <summary>A line that is not wrapped, so that it can be copied whole: commands and lines for files.</summary>
    public void Verbatim(int indent, string text, Style style = Style.Plain)
    {
        writer.Write(new string(' ', indent));
        Write(PrintableText.Of(text, options.Ascii), style);
        writer.Write('\n');
    }

    /// <summary>
    /// A command that runs as it is printed: what does not fit goes on behind a backslash, as sh(1) and csh(1) take it.
    /// It is broken between words only, so that a word in quotes may stand over the edge.
    /// </summary>
    public void Command(int indent, string text, Style style = Style.Strong)
    {
        string shown = PrintableText.Of(text, options.Ascii);
        int column = indent;
        foreach (string part in CommandLines.Split(shown, Width - indent))
        {
            writer.Write(new string(' ', column));
            Write(part, style);
            writer.Write('\n');
            column = indent + CommandLines.Hang;
        }
    }

    /// <summary>A paragraph; lines after the first start at <paramref name="hang"/>.</summary>
    public void Paragraph(int indent, int hang, params ReadOnlySpan<Run> runs)
    {
        writer.Write(new string(' ', indent));
        Flow(indent, hang, runs);
    }

    /// <summary>A paragraph behind a label, or below it where there is no room.</summary>
    public void Field(int indent, int labelWidth, string label, params ReadOnlySpan<Run> runs)
    {
        if (IsNarrow)
        {
            if (label.Length > 0)
            {
                Verbatim(indent, label, Style.Dim);
            }

            Paragraph(indent + 2, indent + 2, runs);
            return;
        }

        writer.Write(new string(' ', indent));
        Write(label, Style.Dim);
        writer.Write(new string(' ', Math.Max(labelWidth - label.Length, 1)));
        Flow(indent + labelWidth, indent + labelWidth, runs);
    }

    /// <summary>Cells in a row, each already padded by the caller.</summary>
    public void Row(params ReadOnlySpan<Run> cells)
    {
        foreach (Run cell in cells)
        {
            Write(PrintableText.Of(cell.Text, options.Ascii), cell.Style);
        }

        writer.Write('\n');
    }

    /// <summary>The text as it will be shown, cut to a number of columns with a mark where it was cut.</summary>
    public string Fit(string text, int columns)
    {
        string shown = PrintableText.Of(text, options.Ascii);
        int length = ColumnsOf(shown);
        if (length <= columns)
        {
            return shown + new string(' ', columns - length);
        }

        var cut = new StringBuilder();
        int used = 0;
        foreach (Rune rune in shown.EnumerateRunes())
        {
            int wide = ColumnsOf(rune);
            if (used + wide > columns - 1)
            {
                break;
            }

            cut.Append(rune);
            used += wide;
        }

        return cut.Append('~').Append(' ', columns - used - 1).ToString();
    }

    /// <summary>Columns that printable text takes.</summary>
    public static int ColumnsOf(string text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            columns += ColumnsOf(rune);
        }

        return columns;
    }

    internal static int ColumnsOf(Rune rune) => rune.Value switch
    {
        < 0x300 => 1,
        (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
            or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0x1f300 and <= 0x1faff)
            or (>= 0x20000 and <= 0x3fffd) => 2,
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? 0 : 1,
    };

    /// <summary>Writes words from a column on; the line up to it has been written.</summary>
    private void Flow(int column, int hang, ReadOnlySpan<Run> runs)
    {
        bool isLineStart = true;
        foreach ((string word, Style style, bool spaced) in Words(runs))
        {
            int length = ColumnsOf(word);
            if (!isLineStart && column + (spaced ? 1 : 0) + length > Width)
            {
                writer.Write('\n');
                writer.Write(new string(' ', hang));
                column = hang;
                isLineStart = true;
            }

            if (spaced && !isLineStart)
            {
                writer.Write(' ');
                column++;
            }

            Write(word, style);
            column += length;
            isLineStart = false;
        }

        writer.Write('\n');
    }

    private List<(string Word, Style Style, bool Spaced)> Words(ReadOnlySpan<Run> runs)
    {
        var words = new List<(string Word, Style Style, bool Spaced)>();
        foreach (Run run in runs)
        {
            string text = PrintableText.Of(run.Text, options.Ascii);
            if (run.IsWhole)
            {
                words.Add((text, run.Style, words.Count > 0));
                continue;
            }

            foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                // "97 %" stays together.
                if (word[0] == '%' && words.Count > 0)
                {
                    words[^1] = (words[^1].Word + " " + word, words[^1].Style, words[^1].Spaced);
                    continue;
                }

                AddWord(words, word, run.Style);
            }
        }

        return words;
    }

    /// <summary>Adds a word, in pieces where no line could hold it: hostile names have no blanks.</summary>
    private void AddWord(List<(string Word, Style Style, bool Spaced)> words, string word, Style style)
    {
        int longest = Math.Max(Width - DeepestIndent, 20);
        bool spaced = words.Count > 0;
        while (word.Length > longest)
        {
            int cut = char.IsHighSurrogate(word[longest - 1]) ? longest - 1 : longest;
            words.Add((word[..cut], style, spaced));
            word = word[cut..];
            spaced = false;
        }

        words.Add((word, style, spaced));
    }

    private void Write(string text, Style style)
    {
        if (!options.Color || style == Style.Plain || text.Length == 0)
        {
            writer.Write(text);
            return;
        }

        // Bold red, magenta and green stand out on light and on dark grounds alike; yellow and blue do not.
        writer.Write(style switch
        {
            Style.Critical => "\e[1;31m",
            Style.Warning => "\e[1;35m",
            Style.Good => "\e[1;32m",
            Style.Dim => "\e[2m",
            _ => "\e[1m",
        });
        writer.Write(text);
        writer.Write("\e[0m");
    }
}
