using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Puts lines together that a mail program or a forum broke, where a format's lines tell by themselves where they end.
/// Lines keep their numbers: a <see cref="TranscriptReader.Filler"/> stands for each that was put behind another.
/// </summary>
internal static class BrokenLines
{
    /// <summary>The text with those lines whole; the same where there are none.</summary>
    public static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> text)
    {
        ReadOnlySpan<byte> bytes = text.Span;
        List<byte>? output = null;
        int copied = 0;
        int start = 0;
        while (start < bytes.Length)
        {
            int end = LineEnd(bytes, start);
            int pieces = end - start > 1 ? BrokenOver(bytes[start..]) : 0;
            if (pieces == 0)
            {
                start = end;
                continue;
            }

            output ??= new List<byte>(bytes.Length + 64);
            output.AddRange(bytes[copied..start]);
            output.AddRange(bytes[start..end].TrimEnd(" \t\r\n"u8));
            for (int i = 0; i < pieces; i++)
            {
                start = end;
                end = LineEnd(bytes, start);
                output.Add((byte)' ');
                output.AddRange(Scan.Trim(bytes[start..end].TrimEnd("\r\n"u8)));
            }

            for (int i = 0; i < pieces; i++)
            {
                output.AddRange([(byte)'\n', TranscriptReader.Filler]);
            }

            if (bytes[end - 1] == '\n')
            {
                output.Add((byte)'\n');
            }

            start = copied = end;
        }

        if (output is null)
        {
            return text;
        }

        output.AddRange(bytes[copied..]);
        return output.ToArray();
    }

    private static int LineEnd(ReadOnlySpan<byte> text, int start)
    {
        int length = text[start..].IndexOf((byte)'\n');
        return length < 0 ? text.Length : start + length + 1;
    }

    private static int BrokenOver(ReadOnlySpan<byte> text)
    {
        foreach (IFormat format in CommandRegistry.Formats)
        {
            if (format.BrokenOver(text) is > 0 and int pieces)
            {
                return pieces;
            }
        }

        return 0;
    }
}
