using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Leaves of a sentence the row that is quoted in it, where a format knows its rows wherever they stand
/// (<see cref="IFormat.QuotedIn"/>). Lines stay lines.
/// </summary>
internal static class QuotedRows
{
    /// <summary>Mail programs and people break lines no sooner.</summary>
    private const int ShortestSentence = 40;

    private const int LongestSentence = 200;

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
            else if (count == 0 && Broken(bytes, line, end) is { Row: { } row } broken)
            {
                output ??= new List<byte>(bytes.Length);
                output.AddRange(bytes[copied..start]);
                output.AddRange(row);
                output.AddRange([(byte)'\n', TranscriptReader.Filler]);
                copied = end = broken.End;
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

    /// <summary>
    /// The row that a sentence quotes over the end of a line: its beginning on the line, its end on the next. None
    /// where the next line has it by itself, or is a row.
    /// </summary>
    private static (byte[]? Row, int End) Broken(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> line, int end)
    {
        if (line.Length is < ShortestSentence or > LongestSentence || end + 1 >= bytes.Length)
        {
            return default;
        }

        int length = bytes[(end + 1)..].IndexOf((byte)'\n');
        int behind = length < 0 ? bytes.Length : end + 1 + length;
        ReadOnlySpan<byte> next = Scan.Trim(bytes[(end + 1)..behind].TrimEnd("\r"u8));
        if (next.IsEmpty || next.Length > LongestSentence || !QuotedIn(next).Equals(default))
        {
            return default;
        }

        byte[] joined = OpenOutput.Together(line, next);
        (int offset, int count) = QuotedIn(joined).GetOffsetAndLength(joined.Length);
        return count > 0 && offset < line.Length && !FitsAny(line) && !FitsAny(next)
            ? (joined[offset..(offset + count)], behind)
            : default;
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
