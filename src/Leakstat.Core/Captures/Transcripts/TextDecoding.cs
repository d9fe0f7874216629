using System.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>Brings text into UTF-8 without a mark in front.</summary>
internal static class TextDecoding
{
    /// <summary>The same text; the same bytes where there is nothing to do.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> text)
    {
        ReadOnlySpan<byte> bytes = text.Span;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]))
        {
            return text[3..];
        }

        Encoding? wide = bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) ? Encoding.Unicode
            : bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]) ? Encoding.BigEndianUnicode
            : null;
        return wide is null ? text : Encoding.Convert(wide, Encoding.UTF8, bytes[2..].ToArray());
    }
}
