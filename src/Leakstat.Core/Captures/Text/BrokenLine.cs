namespace Leakstat.Captures.Text;

/// <summary>How far a line that a mail program broke has come.</summary>
public enum BrokenState
{
    /// <summary>No line that could be broken.</summary>
    Other,

    /// <summary>Its end is missing.</summary>
    Open,

    /// <summary>It is whole.</summary>
    Whole,
}

/// <summary>Finds the end of a line that was broken at a blank, whatever the width.</summary>
public static class BrokenLine
{
    private const int LongestLine = 400;

    /// <summary>What is said of a line that was put together as far as some piece.</summary>
    public delegate BrokenState Judge(ReadOnlySpan<byte> line);

    /// <summary>
    /// How many lines behind the first of a text belong to it: so many that it is whole; 0 where it is whole by itself,
    /// or is not with any number of them. A blank line ends it.
    /// </summary>
    /// <param name="text">A text that begins with the line.</param>
    /// <param name="most">Lines to try.</param>
    /// <param name="judge">Says how far the line has come.</param>
    public static int Over(ReadOnlySpan<byte> text, int most, Judge judge)
    {
        Span<byte> joined = stackalloc byte[LongestLine];
        int length = 0;
        var lines = new LineReader(text, 1, null);
        for (int count = 0; count <= most && lines.Read(); count++)
        {
            ReadOnlySpan<byte> line = count == 0 ? lines.Line.TrimEnd(" \t"u8) : Scan.Trim(lines.Line);
            if (line.IsEmpty || length + line.Length + 1 > joined.Length)
            {
                return 0;
            }

            if (count > 0)
            {
                joined[length++] = (byte)' ';
            }

            line.CopyTo(joined[length..]);
            length += line.Length;
            switch (judge(joined[..length]))
            {
                case BrokenState.Whole:
                    return count;
                case BrokenState.Other:
                    return 0;
                default:
                    break;
            }
        }

        return 0;
    }
}
