using System.Buffers;

namespace Leakstat.Captures.Text;

/// <summary>Finds where a JSON or XML document in a text begins and ends, without understanding it.</summary>
public static class DocumentText
{
    /// <summary>Bytes from a document's start within which its kind is known.</summary>
    public const int HeadBytes = 2048;

    private static readonly SearchValues<byte> JsonMarks = SearchValues.Create("{}[]\""u8);

    /// <summary>Whether a document may begin in this line: its first character is <c>{</c> or <c>&lt;</c>.</summary>
    public static bool Starts(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = Scan.Trim(line);
        return text.Length > 0 && (text[0] == '{' || (text[0] == '<' && text.Length > 1 && IsNameStart(text[1])));
    }

    /// <summary>
    /// Bytes from the start of <paramref name="text"/> to the end of the document that begins there (blanks in front
    /// included); all of it where the document does not end. One pass, whatever the bytes are.
    /// </summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        int start = text.IndexOfAny((byte)'{', (byte)'<');
        if (start < 0)
        {
            return text.Length;
        }

        int length = text[start] == '{' ? JsonLength(text[start..]) : XmlLength(text[start..]);
        return start + length;
    }

    private static int JsonLength(ReadOnlySpan<byte> text)
    {
        int depth = 0;
        int at = 0;
        while (at < text.Length)
        {
            int next = text[at..].IndexOfAny(JsonMarks);
            if (next < 0)
            {
                break;
            }

            at += next;
            byte mark = text[at++];
            if (mark is (byte)'{' or (byte)'[')
            {
                depth++;
            }
            else if (mark == '"')
            {
                at = StringEnd(text, at);
            }
            else if (--depth <= 0)
            {
                return at;
            }
        }

        return text.Length;
    }

    /// <summary>Behind the quote that closes the string which began before <paramref name="at"/>.</summary>
    private static int StringEnd(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length)
        {
            int next = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
            {
                break;
            }

            at += next + 1;
            if (text[at - 1] == '"')
            {
                return at;
            }

            at++;
        }

        return text.Length;
    }

    private static int XmlLength(ReadOnlySpan<byte> text)
    {
        int depth = 0;
        int at = 0;
        while (at < text.Length)
        {
            int open = text[at..].IndexOf((byte)'<');
            if (open < 0)
            {
                break;
            }

            at += open;
            int close = text[at..].IndexOf((byte)'>');
            if (close < 0)
            {
                break;
            }

            ReadOnlySpan<byte> tag = text.Slice(at, close + 1);
            at += close + 1;
            if (tag.Length < 3 || tag[1] is (byte)'?' or (byte)'!')
            {
                continue;
            }

            bool closes = tag[1] == '/';
            if (!closes && tag[^2] != '/')
            {
                depth++;
            }
            else if ((closes && --depth <= 0) || (!closes && depth == 0))
            {
                return at;
            }
        }

        return text.Length;
    }

    private static bool IsNameStart(byte value) =>
        value is (byte)'?' or (byte)'_' or (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z');
}
