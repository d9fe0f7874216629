using Leakstat.Captures.Registry;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Leaves of a sentence the row that is quoted in it, where a format knows its rows wherever they stand
/// (<see cref="IFormat.QuotedIn"/>). Lines stay lines.
/// </summary>
internal static class QuotedRows
{
    /// <summary>The text with such lines reduced to the row; the same where there are none.</summary>
    public static ReadOnlyMemory<byte> Lift(ReadOnlyMemory<byte> text)
    {
        ReadOnlySpan<byte> bytes = text.Span;
        List<byte>? output = null;
        int copied = 0;
        int start = 0;
        while (start < bytes.Length)
        {
            int length = bytes[start..].IndexOf((byte)'\n');
            int end = length < 0 ? bytes.Length : start + length;
            ReadOnlySpan<byte> line = bytes[start..end].TrimEnd("\r"u8);
            (int offset, int count) = QuotedIn(line).GetOffsetAndLength(line.Length);
            if (count > 0 && count < line.Length && !FitsAny(line))
            {
                output ??= new List<byte>(bytes.Length);
                output.AddRange(bytes[copied..start]);
                output.AddRange(line.Slice(offset, count));
                copied = end;
            }

            start = end + 1;
        }

        if (output is null)
        {
            return text;
        }

        output.AddRange(bytes[copied..]);
        return output.ToArray();
    }

    private static Range QuotedIn(ReadOnlySpan<byte> line)
    {
        foreach (IFormat format in CommandRegistry.Formats)
        {
            Range quoted = format.QuotedIn(line);
            if (!quoted.Equals(default))
            {
                return quoted;
            }
        }

        return default;
    }

    private static bool FitsAny(ReadOnlySpan<byte> line)
    {
        foreach (IFormat format in CommandRegistry.Formats)
        {
            if (format.Fit(line) >= LineFit.Row)
            {
                return true;
            }
        }

        return false;
    }
}
