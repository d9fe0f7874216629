using Leakstat.Captures.Text;

namespace Leakstat.Captures.Libxo;

/// <summary>
/// Reads the XML that libxo writes (elements, text, the five entities and character references) and says what stands
/// in it. Not a general reader: a document type or a CDATA section is a fault, nothing outside the text is ever read.
/// </summary>
internal static class XmlEvents
{
    /// <summary>As <see cref="JsonEvents.Read"/>.</summary>
    public static DocumentFault Read(
        ReadOnlySpan<byte> text, int start, ref LineCounter lines, ReadLimits limits, LibxoReading reading, out int end)
    {
        var open = new Range[limits.DocumentDepth + 1];
        Span<byte> buffer = stackalloc byte[Math.Clamp(limits.NameBytes, 64, 1024)];
        int depth = 0;
        int at = 0;
        while (true)
        {
            int next = text[at..].IndexOf((byte)'<');
            end = next < 0 ? text.Length : at + next;
            if (next < 0)
            {
                return DocumentFault.Cut;
            }

            at = end;
            int skip = Ignored(text[at..]);
            if (skip != 0)
            {
                if (skip < 0)
                {
                    return DocumentFault.Malformed;
                }

                at += skip;
                continue;
            }

            int close = text[at..].IndexOf((byte)'>');
            if (close < 0)
            {
                return DocumentFault.Cut;
            }

            ReadOnlySpan<byte> tag = text.Slice(at + 1, close - 1);
            int behind = at + close + 1;
            if (tag.StartsWith("/"u8))
            {
                if (depth == 0 || !Scan.Trim(tag[1..]).SequenceEqual(text[open[depth - 1]]))
                {
                    return DocumentFault.Malformed;
                }

                reading.Close();
                at = behind;
                if (--depth == 0)
                {
                    end = at;
                    return DocumentFault.None;
                }

                continue;
            }

            int nameEnd = tag.IndexOfAny(" \t\r\n/"u8);
            int length = nameEnd < 0 ? tag.Length : nameEnd;
            ReadOnlySpan<byte> name = tag[..length];
            if (name.IsEmpty || name.IndexOfAny((byte)'<', (byte)'"') >= 0)
            {
                return DocumentFault.Malformed;
            }

            if (depth == 0 && Attribute(tag, " version=\""u8) is { IsEmpty: false } version)
            {
                reading.Value("__version"u8, version, ref lines, 0);
            }

            if (tag[^1] == '/')
            {
                at = behind;
                if (depth == 0)
                {
                    end = at;
                    return DocumentFault.None;
                }

                continue;
            }

            // An element without elements is a value: its text ends with its own end tag.
            ReadOnlySpan<byte> rest = text[behind..];
            int mark = rest.IndexOf((byte)'<');
            if (depth > 0 && mark >= 0 && mark + 1 < rest.Length && rest[mark + 1] == '/')
            {
                ReadOnlySpan<byte> tail = rest[(mark + 2)..];
                if (!tail.StartsWith(name))
                {
                    end = behind + mark;
                    return name.StartsWith(tail) ? DocumentFault.Cut : DocumentFault.Malformed;
                }

                int tailEnd = tail.IndexOf((byte)'>');
                if (tailEnd < 0 || !Scan.IsEmpty(tail[length..tailEnd]))
                {
                    return tailEnd < 0 ? DocumentFault.Cut : DocumentFault.Malformed;
                }

                ReadOnlySpan<byte> raw = rest[..mark];
                ReadOnlySpan<byte> value = raw.IndexOf((byte)'&') >= 0
                    ? Escapes.Xml(raw, buffer)
                    : raw[..Math.Min(raw.Length, limits.NameBytes)];
                reading.Value(name, value, ref lines, start + at);
                at = behind + mark + 2 + tailEnd + 1;
                continue;
            }

            if (depth >= limits.DocumentDepth)
            {
                return DocumentFault.TooDeep;
            }

            open[depth++] = (at + 1)..(at + 1 + length);
            reading.Open(name);
            at = behind;
        }
    }

    /// <summary>
    /// Length of a comment or declaration at the start; 0 where there is none, −1 for what is not read.
    /// </summary>
    private static int Ignored(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("<?"u8))
        {
            int end = text.IndexOf("?>"u8);
            return end < 0 ? text.Length : end + 2;
        }

        if (text.StartsWith("<!--"u8))
        {
            int end = text.IndexOf("-->"u8);
            return end < 0 ? text.Length : end + 3;
        }

        return text.StartsWith("<!"u8) ? -1 : 0;
    }

    private static ReadOnlySpan<byte> Attribute(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> name)
    {
        int at = tag.IndexOf(name);
        if (at < 0)
        {
            return default;
        }

        ReadOnlySpan<byte> value = tag[(at + name.Length)..];
        int end = value.IndexOf((byte)'"');
        return end < 0 ? default : value[..end];
    }
}
