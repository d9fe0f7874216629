using System.Text;

namespace Leakstat.Captures.Text;

/// <summary>Brings text into UTF-8 without a mark in front.</summary>
internal static class TextDecoding
{
    /// <summary>Bytes by which text without a mark is known.</summary>
    private const int HeadBytes = 512;

    /// <summary>Fewer bytes may be anything.</summary>
    private const int LeastBytes = 16;

    /// <summary>The same text; the same bytes where there is nothing to do.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> text)
    {
        ReadOnlySpan<byte> bytes = text.Span;
        return bytes.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? text[3..]
            : Wide(bytes, out int mark) is { } wide ? Encoding.Convert(wide, Encoding.UTF8, bytes[mark..].ToArray())
            : text;
    }

    /// <summary>Whether a text is UTF-16, which is full of zeros and text all the same.</summary>
    /// <param name="head">The text, or its start.</param>
    public static bool IsWide(ReadOnlySpan<byte> head) => Wide(head, out _) is not null;

    /// <summary>
    /// UTF-16 by the mark in front (which Windows writes), else by zeros in one of each two bytes and in no other: what
    /// is read here is ASCII, nearly all of it.
    /// </summary>
    private static Encoding? Wide(ReadOnlySpan<byte> bytes, out int mark)
    {
        mark = 2;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]))
        {
            return Encoding.Unicode;
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
        {
            return Encoding.BigEndianUnicode;
        }

        mark = 0;
        ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length & ~1, HeadBytes)];
        int even = 0;
        int odd = 0;
        for (int i = 0; i < head.Length; i += 2)
        {
            even += head[i] == 0 ? 1 : 0;
            odd += head[i + 1] == 0 ? 1 : 0;
        }

        int most = head.Length / 2 * 9 / 10;
        int few = head.Length / 2 / 10;
        return head.Length < LeastBytes ? null
            : odd >= most && even <= few ? Encoding.Unicode
            : even >= most && odd <= few ? Encoding.BigEndianUnicode
            : null;
    }
}
