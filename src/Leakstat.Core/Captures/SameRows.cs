using Leakstat.Captures.Text;

namespace Leakstat.Captures;

/// <summary>Whether two outputs of one command say the same, row for row.</summary>
internal static class SameRows
{
    /// <summary>
    /// True where their lines are the same in the same order, but for blanks at the ends and empty lines.
    /// </summary>
    public static bool Are(TextSection one, TextSection other)
    {
        LineReader lines = one.Lines();
        LineReader others = other.Lines();
        while (true)
        {
            ReadOnlySpan<byte> line = Next(ref lines);
            ReadOnlySpan<byte> against = Next(ref others);
            if (!line.SequenceEqual(against))
            {
                return false;
            }

            if (line.IsEmpty)
            {
                return true;
            }
        }
    }

    /// <summary>The next line that holds anything; empty at the end.</summary>
    private static ReadOnlySpan<byte> Next(ref LineReader lines)
    {
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = Scan.Trim(lines.Line);
            if (!line.IsEmpty)
            {
                return line;
            }
        }

        return default;
    }
}
