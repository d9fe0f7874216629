using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>Tells of a line among the rows of a format whether it is of something else.</summary>
internal static class ForeignLine
{
    /// <summary>
    /// Whether a line that is none of a format's rows begins something else, or is the rest of a broken row.
    /// </summary>
    public static bool Is(ReadOnlySpan<byte> before, ReadOnlySpan<byte> line, IFormat format) =>
        format.Fit(line) < LineFit.Row
            && (BeginsElse(line, format, RowSequel.Value) || IsRest(before, line, format));

    /// <summary>Whether a line begins the output of another command, a title or a prompt.</summary>
    /// <param name="line">The line.</param>
    /// <param name="than">The format of the output that it stands in.</param>
    /// <param name="sequel">What may stand below the last row of that output.</param>
    public static bool BeginsElse(ReadOnlySpan<byte> line, IFormat than, RowSequel sequel)
    {
        if (PromptLine.TryRead(line, out _) || PromptLine.IsTitle(line, out _) || line[0] == '>'
            || DocumentText.Starts(line) && !than.HasLongValues)
        {
            return true;
        }

        LineFit own = than.Fit(line);
        bool isForeign = own == LineFit.None
            || (own == LineFit.Continues && (than.TakesAnyLine || (than.HasLongValues && sequel == RowSequel.None)));
        foreach (IFormat format in CommandRegistry.Formats)
        {
            if (format.Command == than.Command)
            {
                continue;
            }

            bool isRowEnough = format.IsUsed
                && (format.TakesAnyLine ? sequel != RowSequel.Messages : isForeign);
            if (isRowEnough ? format.Fit(line) >= LineFit.Row : format.IsHeader(line))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a line begins something else behind blanks or a mark that was put in front of it.</summary>
    public static bool HidesElse(ReadOnlySpan<byte> line, IFormat than, RowSequel sequel)
    {
        ReadOnlySpan<byte> rest = line[PrefixForms.MarkOrBlanks(line)..];
        return rest.Length < line.Length && !Scan.IsEmpty(rest) && !than.HasLongValues
            && BeginsElse(rest, than, sequel);
    }

    /// <summary>Whether a line is the rest of the line before it, which together with it is a row.</summary>
    public static bool IsRest(ReadOnlySpan<byte> before, ReadOnlySpan<byte> line, IFormat format)
    {
        if (before.Length is 0 or > 200 || line.Length > 200 || format.Fit(line) != LineFit.None)
        {
            return false;
        }

        byte[] joined = [.. before, .. " "u8, .. line];
        return format.Fit(joined) >= LineFit.Row
            && (format.Fit(before) < LineFit.Row || Scan.Trim(line)[0] == ',' || Scan.Trim(before).EndsWith(","u8));
    }
}
