namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// What a program says when the kernel answered ENOBUFS: <c>ping: sendto: No buffer space available</c>
/// (<c>lib/libc/gen/errlst.c</c>). It stands in logs and on terminals among the kernel's own messages, and no other
/// output tells of it.
/// </summary>
internal static class BufferSpaceMessage
{
    private const int LongestLine = 400;

    private static ReadOnlySpan<byte> Text => "No buffer space available"u8;

    /// <summary>Whether a line is such a message, and no sentence about one.</summary>
    public static bool Is(ReadOnlySpan<byte> line)
    {
        if (line.Length is 0 or > LongestLine)
        {
            return false;
        }

        int at = line.IndexOf(Text);
        return at < 0 ? IsRefusedSize(line) : IsEnd(line[(at + Text.Length)..]) && IsStart(line[..at]);
    }

    /// <summary>Behind the text there is nothing, or where in a source it was said.</summary>
    private static bool IsEnd(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> text = rest.TrimEnd(". \t"u8);
        return text.IsEmpty || text.StartsWith(" ("u8);
    }

    /// <summary>In front of it there is nothing, or what was tried and a colon.</summary>
    private static bool IsStart(ReadOnlySpan<byte> before)
    {
        ReadOnlySpan<byte> text = before.TrimEnd(" \t"u8);
        return text.IsEmpty || text[^1] == ':';
    }

    /// <summary>
    /// unbound(8) says it once more with the size: <c>so-sndbuf 4194304 was not granted. Got 9216.</c>.
    /// </summary>
    private static bool IsRefusedSize(ReadOnlySpan<byte> line) =>
        line.IndexOf(" was not granted"u8) > 0
        && (line.IndexOf("so-sndbuf "u8) >= 0 || line.IndexOf("so-rcvbuf "u8) >= 0);
}
