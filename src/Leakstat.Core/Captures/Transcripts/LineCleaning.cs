using System.Buffers;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Takes off a text what mail, forums and terminals put around the outputs in it: quoting, tags, entities, escape
/// sequences, backspaces, blanks that do not break. Lines stay lines: their numbers do not change.
/// </summary>
internal static class LineCleaning
{
    private static readonly SearchValues<byte> s_suspects = SearchValues.Create(
        [0x1b, 0x08, 0xc2, (byte)'&', (byte)'[', (byte)'<', (byte)'`', (byte)'\\', (byte)'*']);

    private static readonly byte[][] s_tags =
    [
        [.. "[code"u8], [.. "[/code]"u8], [.. "[quote"u8], [.. "[/quote]"u8], [.. "[pre"u8], [.. "[/pre]"u8],
        [.. "[b]"u8], [.. "[/b]"u8], [.. "[i]"u8], [.. "[/i]"u8], [.. "[u]"u8], [.. "[/u]"u8], [.. "[cmd"u8],
        [.. "[/cmd]"u8], [.. "[icode"u8], [.. "[/icode]"u8], [.. "[tt"u8], [.. "[/tt]"u8], [.. "[font"u8],
        [.. "[/font]"u8], [.. "[size"u8], [.. "[/size]"u8], [.. "[color"u8], [.. "[/color]"u8], [.. "[spoiler"u8],
        [.. "[/spoiler]"u8], [.. "[file"u8], [.. "[/file]"u8], [.. "<br"u8], [.. "<p>"u8], [.. "</p>"u8],
        [.. "<tt>"u8], [.. "</tt>"u8], [.. "<b>"u8], [.. "</b>"u8], [.. "<strong>"u8], [.. "</strong>"u8],
        [.. "<span"u8], [.. "</span>"u8], [.. "<div"u8], [.. "</div>"u8], [.. "<samp>"u8], [.. "</samp>"u8],
        [.. "<pre"u8], [.. "</pre>"u8], [.. "<code"u8], [.. "</code>"u8], [.. "<blockquote"u8], [.. "</blockquote>"u8],
    ];

    /// <summary>Whether there is anything to take off.</summary>
    public static bool IsNeeded(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text;
        int at;
        while ((at = rest.IndexOfAny(s_suspects)) >= 0)
        {
            rest = rest[at..];
            if (rest[0] is 0x1b or 0x08
                || (rest[0] == 0xc2 && rest.Length > 1 && rest[1] == 0xa0)
                || (rest[0] == '&' && EntityLength(rest, out _) > 0)
                || (rest[0] is (byte)'[' or (byte)'<' && TagLength(rest) > 0)
                || rest.StartsWith("```"u8)
                || IsEscaped(rest)
                || IsBold(rest))
            {
                return true;
            }

            rest = rest[1..];
        }

        // Quoted lines, and lines out of a table's cells; one alone may be anything.
        int quoted = 0, cells = 0;
        var lines = new LineReader(text, 1, null);
        while (quoted < 2 && cells < 2 && lines.Read())
        {
            quoted += lines.Line.StartsWith(">"u8) || InitialsLength(lines.Line) > 0 ? 1 : 0;
            cells += WithoutCellEnd(lines.Line).Length < lines.Line.Length ? 1 : 0;
        }

        return quoted >= 2 || cells >= 2;
    }

    /// <summary>
    /// A line without the ends of cells that copying a page of code leaves behind it: <c>vmstat -z | |</c>.
    /// </summary>
    private static ReadOnlySpan<byte> WithoutCellEnd(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = line.TrimEnd(" \t\r|"u8);
        ReadOnlySpan<byte> end = line[text.Length..];
        return !end.IsEmpty && Scan.IsBlank(end[0]) && end.Contains((byte)'|') ? text : line;
    }

    /// <summary>Whether numbers or names within lines have marks of Markdown around them.</summary>
    public static bool HasMarkdown(ReadOnlySpan<byte> text)
    {
        int at = text.IndexOf("**"u8);
        return text.IndexOf("\\_"u8) >= 0 || (at >= 0 && at + 2 < text.Length && Scan.IsDigit(text[at + 2]));
    }

    /// <summary>
    /// Markdown's <c>\_</c> and <c>\*</c>, which keep it from setting a name with them in italics.
    /// </summary>
    private static bool IsEscaped(ReadOnlySpan<byte> text) => text is [(byte)'\\', (byte)'_' or (byte)'*', ..];

    /// <summary>
    /// Markdown's <c>**</c> right in front of or behind a word: <c>**69M Laundry**</c>; a row of stars is none.
    /// </summary>
    private static bool IsBold(ReadOnlySpan<byte> text) => text is [(byte)'*', (byte)'*', not (byte)'*', ..]
        or [(byte)'*', (byte)'*'];

    /// <summary>Whether a line has a mark in front by which mail programs quote: <c>> </c>, <c>JD> </c>.</summary>
    public static bool IsMarked(ReadOnlySpan<byte> line) => MarkLength(Scan.Trim(line)) > 0;

    /// <summary>The text without those things.</summary>
    public static byte[] Clean(ReadOnlySpan<byte> text)
    {
        // Nothing gets longer than it was, but for the line end that the last line may lack.
        byte[] output = new byte[text.Length + 1];
        int length = 0;
        bool blankFollows = MarksHaveBlank(text);
        var lines = new LineReader(text, 1, null);
        while (lines.Read())
        {
            length = CleanLine(Unquote(WithoutCellEnd(lines.Line), blankFollows), output, length);
            if (lines.IsTerminated)
            {
                output[length++] = (byte)'\n';
            }
        }

        return output[..length];
    }

    /// <summary>
    /// Whether a blank stands behind the marks of every quoted line: then it belongs to them, else to the text.
    /// </summary>
    private static bool MarksHaveBlank(ReadOnlySpan<byte> text)
    {
        var lines = new LineReader(text, 1, null);
        while (lines.Read())
        {
            ReadOnlySpan<byte> behind = lines.Line.TrimStart((byte)'>');
            if (behind.Length < lines.Line.Length && !behind.IsEmpty && behind[0] != ' ')
            {
                return false;
            }
        }

        return true;
    }

    private static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> line, bool blankFollows)
    {
        while (true)
        {
            ReadOnlySpan<byte> text = Scan.Trim(line);
            int taken = MarkLength(text);
            if (taken == 0)
            {
                return line;
            }

            line = text[taken..];
            if (blankFollows && !line.IsEmpty && line[0] == ' ')
            {
                line = line[1..];
            }
        }
    }

    private static int MarkLength(ReadOnlySpan<byte> text) =>
        text.StartsWith(">"u8) ? 1 : text.StartsWith("&gt;"u8) ? 4 : InitialsLength(text);

    /// <summary>Length of <c>JD></c>: some mail programs put initials in front of the mark.</summary>
    private static int InitialsLength(ReadOnlySpan<byte> text)
    {
        int letters = 0;
        while (letters < text.Length && text[letters] is >= (byte)'A' and <= (byte)'Z')
        {
            letters++;
        }

        return letters is >= 1 and <= 3 && letters + 1 < text.Length && text[letters] == '>' && text[letters + 1] is
            (byte)' ' or (byte)'>' ? letters + 1 : 0;
    }

    private static int CleanLine(ReadOnlySpan<byte> line, byte[] output, int length)
    {
        int start = length;
        if (Scan.Trim(line).StartsWith("```"u8))
        {
            return length;
        }

        for (int i = 0; i < line.Length;)
        {
            byte b = line[i];
            ReadOnlySpan<byte> rest = line[i..];
            if (b == 0x1b)
            {
                i += EscapeLength(rest);
            }
            else if (b == 0x08)
            {
                length = Math.Max(start, length - 1);
                i++;
            }
            else if (b == 0xc2 && rest.Length > 1 && rest[1] == 0xa0)
            {
                output[length++] = (byte)' ';
                i += 2;
            }
            else if (IsEscaped(rest))
            {
                output[length++] = rest[1];
                i += 2;
            }
            else if (IsBold(rest) && (i == 0 || line[i - 1] != '*'))
            {
                i += 2;
            }
            else if (b == '&' && EntityLength(rest, out byte stands) is > 0 and int entity)
            {
                output[length++] = stands;
                i += entity;
            }
            else if (b is (byte)'[' or (byte)'<' && TagLength(rest) is > 0 and int tag)
            {
                i += tag;
            }
            else
            {
                output[length++] = b;
                i++;
            }
        }

        return length;
    }

    private static int EntityLength(ReadOnlySpan<byte> text, out byte stands)
    {
        (int length, stands) =
            text.StartsWith("&gt;"u8) ? (4, (byte)'>')
            : text.StartsWith("&lt;"u8) ? (4, (byte)'<')
            : text.StartsWith("&amp;"u8) ? (5, (byte)'&')
            : text.StartsWith("&quot;"u8) ? (6, (byte)'"')
            : text.StartsWith("&nbsp;"u8) ? (6, (byte)' ')
            : text.StartsWith("&#39;"u8) ? (5, (byte)'\'')
            : text.StartsWith("&#x27;"u8) ? (6, (byte)'\'')
            : text.StartsWith("&apos;"u8) ? (6, (byte)'\'')
            : NumericEntity(text);
        return length;
    }

    /// <summary><c>&amp;#61;</c>, <c>&amp;#x3d;</c>: of ASCII, and the blank that does not break.</summary>
    private static (int Length, byte Stands) NumericEntity(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("&#"u8))
        {
            return (0, 0);
        }

        int end = text[..Math.Min(text.Length, 9)].IndexOf((byte)';');
        if (end < 3)
        {
            return (0, 0);
        }

        ReadOnlySpan<byte> number = text[2..end];
        ulong code = 0;
        bool read = number[0] is (byte)'x' or (byte)'X'
            ? Scan.TryHex(number[1..], out code)
            : Scan.TryInteger(number, out long value) && value > 0 && (code = (ulong)value) > 0;
        return !read ? (0, (byte)0)
            : code == 160 ? (end + 1, (byte)' ')
            : code is >= 32 and < 127 or 9 ? (end + 1, (byte)code)
            : (0, (byte)0);
    }

    /// <summary>Length of a tag that a text begins with; 0 for none.</summary>
    internal static int TagLength(ReadOnlySpan<byte> text)
    {
        foreach (byte[] tag in s_tags)
        {
            if (!Scan.StartsWithIgnoreCase(text, tag))
            {
                continue;
            }

            // An opening tag may say more: [code=sh], <pre class="x">.
            if (tag[^1] is (byte)']' or (byte)'>')
            {
                return tag.Length;
            }

            ReadOnlySpan<byte> rest = text[tag.Length..Math.Min(text.Length, 120)];
            int end = rest.IndexOf(tag[0] == '[' ? (byte)']' : (byte)'>');
            if (end >= 0
                && (end == 0 || rest[0] is (byte)'=' or (byte)' ' or (byte)':' or (byte)'/')
                && rest[..end].IndexOf((byte)'\n') < 0)
            {
                return tag.Length + end + 1;
            }
        }

        return 0;
    }

    private static int EscapeLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2)
        {
            return text.Length;
        }

        int i = 2;
        switch (text[1])
        {
            case (byte)'[':
                while (i < text.Length && text[i] is < 0x40 or > 0x7e)
                {
                    i++;
                }

                return Math.Min(i + 1, text.Length);
            case (byte)']':
                while (i < text.Length && text[i] is not (0x07 or 0x1b))
                {
                    i++;
                }

                return i < text.Length && text[i] == 0x1b ? Math.Min(i + 2, text.Length) : Math.Min(i + 1, text.Length);
            case (byte)'(' or (byte)')':
                return Math.Min(3, text.Length);
            default:
                return 2;
        }
    }
}
