using Leakstat.Captures.Text;

namespace Leakstat.Captures.Libxo;

/// <summary>
/// The first two keys of a libxo document, which say whose output it is: <c>vmstat</c> and
/// <c>memory-zone-statistics</c>. Read by hand from its first bytes: cheap, and safe on any bytes.
/// </summary>
internal readonly ref struct DocumentHead
{
    private DocumentHead(ReadOnlySpan<byte> command, ReadOnlySpan<byte> container)
    {
        Command = command;
        Container = container;
    }

    /// <summary>The outermost key: <c>vmstat</c>; empty where there is none.</summary>
    public ReadOnlySpan<byte> Command { get; }

    /// <summary>The first key within it: <c>memory-zone-statistics</c>; empty where there is none.</summary>
    public ReadOnlySpan<byte> Container { get; }

    /// <summary>Reads the head of a JSON document; empty where it is none.</summary>
    public static DocumentHead Json(ReadOnlySpan<byte> text)
    {
        text = SkipSpace(text[..Math.Min(text.Length, DocumentText.HeadBytes)]);
        if (!Take(ref text, (byte)'{'))
        {
            return default;
        }

        ReadOnlySpan<byte> command = Key(ref text);
        while (!command.IsEmpty && !text.IsEmpty && text[0] == '"')
        {
            // A plain value in front of the container: "__version": "2".
            if (!String(ref text, out _) || !Take(ref text, (byte)','))
            {
                return default;
            }

            command = Key(ref text);
        }

        return command.IsEmpty || !Take(ref text, (byte)'{')
            ? default
            : new DocumentHead(command, Key(ref text));
    }

    /// <summary>Reads the head of an XML document; empty where it is none.</summary>
    public static DocumentHead Xml(ReadOnlySpan<byte> text)
    {
        text = SkipSpace(text[..Math.Min(text.Length, DocumentText.HeadBytes)]);
        if (text.StartsWith("<?"u8))
        {
            int end = text.IndexOf("?>"u8);
            if (end < 0)
            {
                return default;
            }

            text = SkipSpace(text[(end + 2)..]);
        }

        ReadOnlySpan<byte> command = Tag(ref text);
        return command.IsEmpty ? default : new DocumentHead(command, Tag(ref text));
    }

    private static ReadOnlySpan<byte> Tag(scoped ref ReadOnlySpan<byte> text)
    {
        text = SkipSpace(text);
        if (text.IsEmpty || text[0] != '<')
        {
            return default;
        }

        int close = text.IndexOf((byte)'>');
        if (close < 0)
        {
            return default;
        }

        ReadOnlySpan<byte> tag = text[1..close];
        text = text[(close + 1)..];
        int end = tag.IndexOfAny((byte)' ', (byte)'/', (byte)'\n');
        return end < 0 ? tag : tag[..end];
    }

    private static ReadOnlySpan<byte> Key(scoped ref ReadOnlySpan<byte> text) =>
        String(ref text, out ReadOnlySpan<byte> key) && Take(ref text, (byte)':') ? key : default;

    private static bool String(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (text.IsEmpty || text[0] != '"')
        {
            return false;
        }

        int end = text[1..].IndexOf((byte)'"');
        if (end < 0)
        {
            return false;
        }

        value = text.Slice(1, end);
        text = SkipSpace(text[(end + 2)..]);
        return true;
    }

    private static bool Take(scoped ref ReadOnlySpan<byte> text, byte mark)
    {
        if (text.IsEmpty || text[0] != mark)
        {
            return false;
        }

        text = SkipSpace(text[1..]);
        return true;
    }

    private static ReadOnlySpan<byte> SkipSpace(ReadOnlySpan<byte> text)
    {
        int at = text.IndexOfAnyExcept(" \t\r\n"u8);
        return at < 0 ? default : text[at..];
    }
}
