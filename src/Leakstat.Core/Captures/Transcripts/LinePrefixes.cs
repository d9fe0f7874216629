using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Takes off what stands in front of every line of a text or of a block in it: blanks, line numbers, the names of files
/// that grep(1) puts there, marks of tables, lists and differences. Only where more lines are some command's without
/// it.
/// </summary>
internal sealed class LinePrefixes
{
    /// <summary>Lines of a block that are looked at to decide.</summary>
    private const int LinesToDecide = 40;

    /// <summary>Lines that are looked at in all, so that a text of nothing but short blocks costs no more.</summary>
    private const int MostLooks = 20_000;

    /// <summary>One prefix may stand in front of another.</summary>
    private const int MostLayers = 3;

    private readonly List<Range> _lines;
    private int _looks;

    private LinePrefixes(List<Range> lines) => _lines = lines;

    /// <summary>
    /// Whether the text begins as grep(1) prints lines of files, or with numbered lines: then they may fit a format as
    /// what they are not.
    /// </summary>
    public static bool BeginsWithFile(ReadOnlySpan<byte> text)
    {
        var lines = new LineReader(text, 1, null);
        while (lines.Read())
        {
            if (!Scan.IsEmpty(lines.Line))
            {
                ReadOnlySpan<byte> first = lines.Line;
                return PrefixForms.File(first) > 0 || (lines.Read() && PrefixForms.AreNumbered(first, lines.Line));
            }
        }

        return false;
    }

    /// <summary>The text without prefixes; the same where there are none. Lines stay lines.</summary>
    public static ReadOnlyMemory<byte> TakeOff(ReadOnlyMemory<byte> text)
    {
        for (int layer = 0; layer < MostLayers; layer++)
        {
            var prefixes = new LinePrefixes(LinesOf(text.Span));
            bool any = false;
            foreach (PrefixForm form in PrefixForms.All)
            {
                any |= prefixes.TakeOff(text.Span, form);
            }

            if (!any)
            {
                break;
            }

            text = prefixes.Written(text.Span);
        }

        return text;
    }

    /// <summary>The lines of a text, without their ends.</summary>
    internal static List<Range> LinesOf(ReadOnlySpan<byte> text)
    {
        List<Range> lines = [];
        int start = 0;
        while (start < text.Length)
        {
            int length = text[start..].IndexOf((byte)'\n');
            int end = length < 0 ? text.Length : start + length;
            lines.Add(start..end);
            start = end + 1;
        }

        return lines;
    }

    /// <summary>Takes one kind of prefix off every block that has it; false where none has.</summary>
    private bool TakeOff(ReadOnlySpan<byte> text, PrefixForm form)
    {
        bool any = false;
        int at = 0;
        while (at < _lines.Count)
        {
            PrefixRun run = form(text, _lines, at);
            if (run.Lines > 0 && _looks < MostLooks && IsBetter(text, at, run))
            {
                for (int i = at; i < at + run.Lines; i++)
                {
                    _lines[i] = Math.Min(
                        _lines[i].Start.Value + run.LengthOf(text[_lines[i]]), _lines[i].End.Value).._lines[i].End;
                }

                any = true;
            }

            at += Math.Max(run.Lines, 1);
        }

        return any;
    }

    private bool IsBetter(ReadOnlySpan<byte> text, int first, PrefixRun run)
    {
        int before = 0;
        int after = 0;
        int looked = 0;
        int step = Math.Max(1, run.Lines / LinesToDecide);
        for (int i = first; i < first + run.Lines && looked < LinesToDecide; i += step)
        {
            ReadOnlySpan<byte> line = text[_lines[i]].TrimEnd("\r"u8);
            int length = Math.Min(run.LengthOf(line), line.Length);
            if (Scan.IsEmpty(line) || length == 0)
            {
                continue;
            }

            looked++;
            _looks++;
            before += FormatSearch.IsRow(line) ? 1 : 0;
            after += FormatSearch.IsRow(line[length..]) ? 1 : 0;
        }

        // The name of a file may have passed for a part of a row's own name.
        return run.IsName ? after > 0 && after >= before : after > before;
    }

    private byte[] Written(ReadOnlySpan<byte> text)
    {
        byte[] output = new byte[text.Length];
        int length = 0;
        foreach (Range line in _lines)
        {
            ReadOnlySpan<byte> rest = text[line];
            rest.CopyTo(output.AsSpan(length));
            length += rest.Length;
            if (line.End.Value < text.Length)
            {
                output[length++] = (byte)'\n';
            }
        }

        return output[..length];
    }
}
