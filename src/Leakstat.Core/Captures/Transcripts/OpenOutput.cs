using System.Buffers;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// The output of a command while its lines are read: the rows so far, and the lines behind them of which it is not
/// known yet whether rows follow. A row that a mail program broke is put together again.
/// </summary>
internal sealed class OpenOutput
{
    /// <summary>Lines of another kind that are still inside an output, when its rows go on behind them.</summary>
    private const int MostStrayLines = 3;

    /// <summary>Bytes up to which a broken row is put together.</summary>
    public const int LongestJoin = 400;

    /// <summary>A row of less is not long enough to have been broken by a mail program.</summary>
    private const int ShortestBroken = 40;

    private static readonly SearchValues<byte> s_sizeBytes = SearchValues.Create("0123456789,KMG "u8);

    private readonly ReadOnlyMemory<byte> _text;
    private readonly SectionBuilder _section;
    private readonly bool _hasStart;
    private readonly List<(int Start, int End, int Number, bool IsBlank)> _pending = [];
    private bool _hasRow;
    private RowSequel _sequel = RowSequel.None;
    private (int Start, int End) _last;
    private (int Start, int End) _heading;

    /// <summary>Begins an output.</summary>
    /// <param name="text">The text that its lines are in.</param>
    /// <param name="format">What it is read as.</param>
    /// <param name="fit">How its first line fits.</param>
    /// <param name="command">The command line or title above it; null where there is none.</param>
    public OpenOutput(ReadOnlyMemory<byte> text, IFormat format, LineFit fit, string? command)
    {
        _text = text;
        _section = new SectionBuilder(text);
        _hasStart = fit == LineFit.Header || command is not null;
        _hasRow = fit != LineFit.Header;
        Format = format;
    }

    /// <summary>What it is read as.</summary>
    public IFormat Format { get; }

    /// <summary>Whether a blank line stands right above.</summary>
    public bool IsBehindBlank => _pending.Count > 0 && _pending[^1].IsBlank;

    /// <summary>Whether a blank line stands somewhere between the last row and here.</summary>
    public bool IsBehindBlankOrProse =>
        IsBehindBlank || (!Format.HasLongValues && _pending.Exists(line => line.IsBlank));

    /// <summary>Whether kernel messages may stand here, as a part of a value.</summary>
    public bool HoldsMessages => _sequel == RowSequel.Messages;

    /// <summary>Whether a header would be the second one, with lines between.</summary>
    public bool HasRows => _section.HasLines && _last.End > _last.Start;

    private bool HoldsProse =>
        _pending.Count > 0
        && (_pending.Count(line => !line.IsBlank) > MostStrayLines
            || (_pending.Exists(line => line.IsBlank) && _pending.Exists(line => !line.IsBlank))
            || (Format.HasLongValues && _pending.Exists(line => !line.IsBlank)));

    /// <summary>How a line fits; rows are noted.</summary>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        LineFit fit = Format.Fit(line);
        if (fit == LineFit.Continues && Format.HasLongValues && _sequel == RowSequel.None)
        {
            return LineFit.None;
        }

        _hasRow |= fit is LineFit.Row or LineFit.Continues;
        return fit;
    }

    /// <summary>Takes a line that is part of it.</summary>
    public void Append(int start, int end, int number)
    {
        _section.Add(start, end, number);
        ReadOnlySpan<byte> line = _text.Span[start..end].TrimEnd("\r\n"u8);
        if (Format.HasLongValues && Format.Fit(line) == LineFit.Row)
        {
            _sequel = Format.SequelOf(line);
        }

        if (_heading.End == 0)
        {
            _heading = (start, end);
        }

        _last = (start, end);
    }

    /// <summary>Puts a line behind the last one, as a part of it.</summary>
    public void Join(ReadOnlySpan<byte> rest, int end)
    {
        _section.Join(rest);
        _last = (_last.Start, end);
    }

    /// <summary>Takes a row, with the lines in front of it that are no prose.</summary>
    public void TakeRow(ReadOnlySpan<byte> line, int start, int end, int number)
    {
        if (_pending is [.., { IsBlank: false } before] && EndsWithComma(before) && TryJoin(line, end, number))
        {
            return;
        }

        // A few odd lines between two rows are damage; a paragraph is prose.
        Flush(onlyBlank: HoldsProse);
        Append(start, end, number);
    }

    /// <summary>Takes a line that goes on with a value, where it stands right behind it.</summary>
    public bool TryContinue(ReadOnlySpan<byte> line, int start, int end, int number)
    {
        if (!_pending.TrueForAll(pending => pending.IsBlank) && !IsRowOfHeading(line))
        {
            return false;
        }

        Flush(onlyBlank: HoldsProse);
        Append(start, end, number);
        return true;
    }

    /// <summary>Keeps a line of which is not known yet whether it is inside the output.</summary>
    public void AddPending(int start, int end, int number, bool isBlank)
    {
        // More than that is prose in any case; its last lines are kept for rows broken behind it.
        if (_pending.Count > MostStrayLines + 4)
        {
            _pending.RemoveAt(1);
        }

        _pending.Add((start, end, number, isBlank));
    }

    /// <summary>
    /// Puts a row together that was broken: this line behind the last one that did not fit, or the rest of a row
    /// (numbers, a comma in front) behind the row.
    /// </summary>
    public bool TryJoin(ReadOnlySpan<byte> line, int end, int number)
    {
        if (TryJoinPending(line, number))
        {
            _last = (_last.Start, end);
            return true;
        }

        if (_pending.Count == 0 && HasRows && _last.End - _last.Start + line.Length <= LongestJoin && IsRest(line)
            && Format.Fit(Together(_text.Span[_last.Start.._last.End], line)) != LineFit.None)
        {
            Join(Scan.Trim(line), end);
            return true;
        }

        return false;
    }

    /// <summary>
    /// A last line without its end, right behind the rows, is a row that was cut: its format is to say so.
    /// </summary>
    public void KeepCutLine()
    {
        if (_pending is [{ IsBlank: false } last] && _text.Span[^1] != '\n' && last.End == _text.Length)
        {
            Flush(onlyBlank: false);
        }
    }

    /// <summary>The whole output; null where no line was taken.</summary>
    /// <param name="file">The file that the text is.</param>
    /// <param name="isCut">Whether the end of the text is missing.</param>
    /// <param name="command">The command line or title above it; null where there is none.</param>
    public CommandOutput? Build(SourceFile file, bool isCut, string? command)
    {
        if (!_section.HasLines)
        {
            return null;
        }

        KeepRowsOfHeading();
        bool reachesEnd = _last.End == _text.Length;
        return new CommandOutput(Format, _section.Build(file, isCut && reachesEnd), command, _hasStart);
    }

    /// <summary>Lines of a text and one behind them, as one line.</summary>
    public static byte[] Together(ReadOnlySpan<byte> lines, ReadOnlySpan<byte> line)
    {
        byte[] joined = [.. lines.TrimEnd("\r\n"u8), .. " "u8, .. line];
        joined.AsSpan().Replace((byte)'\n', (byte)' ');
        joined.AsSpan().Replace((byte)'\r', (byte)' ');
        return joined;
    }

    private bool TryJoinPending(ReadOnlySpan<byte> line, int number)
    {
        int stray = 0;
        while (stray < _pending.Count && stray < MostStrayLines && !_pending[^(stray + 1)].IsBlank)
        {
            stray++;
        }

        for (int count = 1; count <= stray; count++)
        {
            (int start, int end, int first, _) = _pending[^count];
            int lastEnd = _pending[^1].End;
            if (lastEnd - start + line.Length > LongestJoin || first + count != number)
            {
                break;
            }

            if (Format.Fit(Together(_text.Span[start..lastEnd], line)) < LineFit.Row)
            {
                continue;
            }

            // What stands between the row before and this one is kept or dropped as ever.
            _pending.RemoveRange(_pending.Count - count, count);
            Flush(onlyBlank: HoldsProse);
            Append(start, end, first);
            _section.Join(Scan.Trim(Together(_text.Span[end..lastEnd], line)));
            return true;
        }

        return false;
    }

    /// <summary>
    /// Whether the line is a row of the heading that the output began with, whatever stands between them.
    /// </summary>
    private bool IsRowOfHeading(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> heading = _text.Span[_heading.Start.._heading.End].TrimEnd("\r\n"u8);
        return Format.HasHeading && Format.IsHeader(heading) && Format.IsRowOf(heading, line);
    }

    private bool EndsWithComma((int Start, int End, int Number, bool IsBlank) line) =>
        _text.Span[line.Start..line.End].TrimEnd(" \t\r\n"u8).EndsWith(","u8);

    private bool IsRest(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = Scan.Trim(line);
        ReadOnlySpan<byte> before = Scan.Trim(_text.Span[_last.Start.._last.End].TrimEnd("\r\n"u8));
        if (text[0] == ',' || before.EndsWith(","u8))
        {
            return true;
        }

        // The sizes of vmstat -m, the last words of a header.
        return before.Length >= ShortestBroken
            && (text.IndexOfAnyExcept(s_sizeBytes) < 0 || text.IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0
                || (Format.HasHeading && !_hasRow && !text.ContainsAnyInRange((byte)'0', (byte)'9')));
    }

    private void Flush(bool onlyBlank)
    {
        if (!onlyBlank)
        {
            foreach ((int start, int end, int number, _) in _pending)
            {
                Append(start, end, number);
            }
        }

        _pending.Clear();
    }

    /// <summary>
    /// What stands right below a heading that has no row is what is left of its rows: their format is to say so.
    /// </summary>
    private void KeepRowsOfHeading()
    {
        if (_hasRow || !Format.HasHeading)
        {
            return;
        }

        foreach ((int start, int end, int number, _) in _pending
            .SkipWhile(line => line.IsBlank).Take(MostStrayLines).TakeWhile(line => !line.IsBlank))
        {
            Append(start, end, number);
        }
    }
}
