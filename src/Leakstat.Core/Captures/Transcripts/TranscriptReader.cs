using System.Buffers;
using System.Text;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Cuts a text into the outputs of commands: at prompts, at titles, where another format's header or rows begin. Prose
/// between belongs to none; a row that a mail program broke is put together again.
/// </summary>
internal sealed class TranscriptReader
{
    /// <summary>Lines of another kind that are still inside a section, when its rows go on behind them.</summary>
    private const int MostStrayLines = 3;

    /// <summary>Bytes up to which a broken row is put together.</summary>
    private const int LongestJoin = 400;

    /// <summary>Length of the line that crashinfo(8) draws above a title.</summary>
    private const int RuleLength = 60;

    /// <summary>A line that holds this alone stands for one that was put behind the line before.</summary>
    internal const byte Filler = 0x0b;

    private static readonly SearchValues<byte> s_sizeBytes = SearchValues.Create("0123456789,KMG "u8);

    private readonly SourceFile _file;
    private readonly ReadOnlyMemory<byte> _text;
    private readonly bool _isCut;
    private readonly ReadLimits _limits;
    private readonly bool _isCrashSummary;
    private readonly bool _hasHosts;
    private readonly List<CommandOutput> _outputs = [];
    private readonly List<TranscriptMark> _marks = [];
    private readonly List<(int Start, int End, int Number, bool IsBlank)> _pending = [];
    private IFormat? _format;
    private SectionBuilder? _section;
    private string? _command;
    private bool _hasStart;
    private bool _hasRow;
    private bool _expectsTitle;
    private (int Start, int End, int Number) _outside;
    private (int Start, int End) _last;
    private (int Start, int End) _heading;
    private string? _rowHost;

    private TranscriptReader(SourceFile file, ReadOnlyMemory<byte> text, bool isCut, bool isCrashSummary, ReadLimits limits)
    {
        _hasHosts = !isCrashSummary && RowHosts.AreSeveral(text.Span);
        _file = file;
        _text = text;
        _isCut = isCut;
        _isCrashSummary = isCrashSummary;
        _limits = limits;
    }

    /// <summary>Whether there were more outputs than the bound; those beyond are left out.</summary>
    public bool HasTooMany { get; private set; }

    /// <summary>Numbers of the lines that are longer than the bound; they are left out.</summary>
    public List<int> LongLines { get; } = [];

    /// <summary>The outputs in their order.</summary>
    public IReadOnlyList<CommandOutput> Outputs => _outputs;

    /// <summary>Prompts' hosts and dates, each with the number of outputs in front of it.</summary>
    public IReadOnlyList<TranscriptMark> Marks => _marks;

    /// <summary>Cuts a text.</summary>
    /// <param name="file">The file it is.</param>
    /// <param name="text">The text, in UTF-8 and cleaned.</param>
    /// <param name="isCut">Whether its end is missing.</param>
    /// <param name="isCrashSummary">Whether crashinfo(8) wrote it: outputs begin at titles under rules only.</param>
    /// <param name="limits">Bounds.</param>
    public static TranscriptReader Read(
        SourceFile file, ReadOnlyMemory<byte> text, bool isCut, bool isCrashSummary, ReadLimits limits)
    {
        var reader = new TranscriptReader(file, text, isCut, isCrashSummary, limits);
        reader.Run();
        return reader;
    }

    private void Run()
    {
        ReadOnlySpan<byte> text = _text.Span;
        int start = 0;
        int number = 1;
        while (start < text.Length && !HasTooMany)
        {
            int length = text[start..].IndexOf((byte)'\n');
            int end = length < 0 ? text.Length : start + length + 1;
            ReadOnlySpan<byte> line = text[start..end].TrimEnd("\r\n"u8);
            int used = end;
            if (line.Length <= _limits.LineBytes)
            {
                used = Take(line, start, end, number);
            }
            else
            {
                LongLines.Add(number);
            }

            if (used > end)
            {
                number += text[start..used].Count((byte)'\n');
                start = used;
                if (text[used - 1] != '\n')
                {
                    // The rest of the line on which a document ended.
                    int rest = text[start..].IndexOf((byte)'\n');
                    start = rest < 0 ? text.Length : start + rest + 1;
                    number++;
                }

                continue;
            }

            start = end;
            number++;
        }

        KeepCutLine(text);
        Close();
    }

    /// <summary>Deals with a line; returns where to go on, beyond the line's end where a document was taken whole.</summary>
    private int Take(ReadOnlySpan<byte> line, int start, int end, int number)
    {
        if (line is [Filler])
        {
            return end;
        }

        if (Scan.IsEmpty(line))
        {
            if (_format is not null)
            {
                AddPending(start, end, number, isBlank: true);
            }

            return end;
        }

        LineFit fit = _format?.Fit(line) ?? LineFit.None;
        _hasRow |= fit is LineFit.Row or LineFit.Continues;
        if (fit < LineFit.Row && Leaves(line))
        {
            return end;
        }

        if (fit < LineFit.Row && (_format is null || IsBehindBlank()) && DocumentText.Starts(line)
            && TakeDocument(start, number) is > 0 and int behind)
        {
            return behind;
        }

        if (_format is null)
        {
            TakeOutside(line, start, end, number);
            return end;
        }

        if (fit == LineFit.Header && !_format!.RepeatsHeader && _section!.HasLines && HasRows())
        {
            IFormat format = _format;
            Close();
            _command = null;
            Open(format, LineFit.Header);
            Append(start, end, number);
        }
        else if (fit >= LineFit.Row)
        {
            TakeRow(line, fit, start, end, number);
        }
        else if (FindOther(line, fit, out IFormat? other, out LineFit otherFit))
        {
            Close();
            _command = null;
            Open(other!, otherFit);
            BeginHost(_hasHosts ? RowHosts.Of(other!, line) : null);
            Append(start, end, number);
        }
        else if (TryJoin(line, number))
        {
            _last = (_last.Start, end);
        }
        else if (fit == LineFit.Continues
            && (_pending.TrueForAll(p => p.IsBlank) || IsRowOfHeading(line)))
        {
            FlushPending(onlyBlank: HoldsProse());
            Append(start, end, number);
        }
        else
        {
            AddPending(start, end, number, isBlank: false);
        }

        return end;
    }

    private void TakeRow(ReadOnlySpan<byte> line, LineFit fit, int start, int end, int number)
    {
        if (_hasHosts && RowHosts.Of(_format!, line) is { } host && host != _rowHost)
        {
            IFormat format = _format!;
            Close();
            _command = null;
            Open(format, fit);
            BeginHost(host);
        }

        if (_pending is [.., { IsBlank: false } before] && EndsWithComma(before) && TryJoin(line, number))
        {
            _last = (_last.Start, end);
            return;
        }

        // A few odd lines between two rows are damage; a paragraph is prose.
        FlushPending(onlyBlank: HoldsProse());
        Append(start, end, number);
    }

    /// <summary>
    /// Deals with a line outside of any output: it may begin one, by itself or, where a mail program broke it, together with
    /// the line before.
    /// </summary>
    private void TakeOutside(ReadOnlySpan<byte> line, int start, int end, int number)
    {
        (int Start, int End, int Number) before = _outside;
        _outside = (start, end, number);
        if (FindStart(line, out IFormat? format, out LineFit first))
        {
            Open(format!, first);
            BeginHost(_hasHosts ? RowHosts.Of(format!, line) : null);
            Append(start, end, number);
        }
        else if (before.Number == number - 1 && number > 1 && end - before.Start <= LongestJoin
            && FindStart(Together(_text.Span[before.Start..before.End], line), out format, out first) && first >= LineFit.Row)
        {
            Open(format!, first);
            Append(before.Start, before.End, before.Number);
            _section!.Join(Scan.Trim(line));
            _last = (before.Start, end);
        }
    }

    /// <summary>Prompts, titles, rules and dates: what ends an output.</summary>
    private bool Leaves(ReadOnlySpan<byte> line)
    {
        if (_isCrashSummary)
        {
            return LeavesInSummary(line);
        }

        if (PromptLine.TryRead(line, out PromptLine prompt))
        {
            Close();
            _command = prompt.Command.IsEmpty ? null : Text(prompt.Command);
            if (!prompt.Host.IsEmpty)
            {
                _marks.Add(new TranscriptMark(_outputs.Count, Text(prompt.Host), null));
            }

            return true;
        }

        if (PromptLine.IsTitle(line, out ReadOnlySpan<byte> title))
        {
            Close();
            _command = Text(title);
            return true;
        }

        if (DateLine.TryRead(line, out DateTimeOffset at))
        {
            Close();
            _command = null;
            _marks.Add(new TranscriptMark(_outputs.Count, null, at));
            return true;
        }

        return false;
    }

    private bool LeavesInSummary(ReadOnlySpan<byte> line)
    {
        if (line.Length >= RuleLength && line.IndexOfAnyExcept((byte)'-') < 0)
        {
            Close();
            _command = null;
            _expectsTitle = true;
            return true;
        }

        if (!_expectsTitle)
        {
            return false;
        }

        _expectsTitle = false;
        _command = Text(line);
        return true;
    }

    private int TakeDocument(int start, int number)
    {
        ReadOnlySpan<byte> rest = _text.Span[start..];
        ReadOnlySpan<byte> head = rest[..Math.Min(rest.Length, DocumentText.HeadBytes)];
        foreach (IFormat format in CommandRegistry.Formats)
        {
            if (!format.FitsDocument(head))
            {
                continue;
            }

            string? command = _command;
            Close();
            int length = Math.Max(1, DocumentText.Length(rest));
            var section = new TextSection(_file, _text.Slice(start, length), number, null, _isCut && length == rest.Length);
            AddOutput(new CommandOutput(format, section, command, HasStart: true));
            _command = null;
            return start + length;
        }

        return 0;
    }

    /// <summary>The format that a line begins outside of any section.</summary>
    private bool FindStart(ReadOnlySpan<byte> line, out IFormat? found, out LineFit best)
    {
        found = null;
        best = LineFit.None;
        foreach (IFormat format in CommandRegistry.Formats)
        {
            LineFit fit = format.Fit(line);
            if (fit == LineFit.None || (_isCrashSummary && !IsOfCommand(format) && !IsHead(format)))
            {
                continue;
            }

            // The command line says which of two formats a row is of that both could have.
            if (_command is not null && IsOfCommand(format))
            {
                (found, best) = (format, fit);
                return true;
            }

            if (fit >= LineFit.Row && fit > best)
            {
                (found, best) = (format, fit);
            }
        }

        return found is not null;
    }

    // In front of the first rule of a crash summary stands uname's line.
    private bool IsHead(IFormat format) => _command is null && format.Command.StartsWith("uname", StringComparison.Ordinal);

    private bool IsOfCommand(IFormat format) =>
        _command is not null && _command.Contains(format.Command, StringComparison.Ordinal);

    /// <summary>
    /// Whether the line begins the output of another command: a header does; a row does behind a blank line, or where
    /// the section has ended already. In the midst of a value over several lines there may be anything.
    /// </summary>
    private bool FindOther(ReadOnlySpan<byte> line, LineFit fit, out IFormat? found, out LineFit best)
    {
        found = null;
        best = LineFit.None;
        if (_isCrashSummary)
        {
            return false;
        }

        bool isBehind = fit == LineFit.None && _pending.Count > 0 && IsBehindBlankOrProse();

        // A row of its own ends an output at once, but for values over several lines, in which anything may stand.
        bool isForeign = fit == LineFit.None || (fit == LineFit.Continues && _format!.TakesAnyLine);
        foreach (IFormat format in CommandRegistry.Formats)
        {
            if (format == _format || (format.Command == _format!.Command && format.IsUsed))
            {
                continue;
            }

            LineFit other = format.Fit(line);
            bool rowIsEnough = isBehind
                || (isForeign && format.IsUsed && !(format.TakesAnyLine && _format!.HasLongValues));
            if (other > best && (other == LineFit.Header || (other == LineFit.Row && rowIsEnough)))
            {
                (found, best) = (format, other);
            }
        }

        return found is not null;
    }

    private bool IsBehindBlank() => _pending.Count > 0 && _pending[^1].IsBlank;

    private bool IsBehindBlankOrProse() =>
        IsBehindBlank() || (!_format!.HasLongValues && _pending.Exists(p => p.IsBlank));

    private bool HoldsProse() =>
        _pending.Count > 0
        && (_pending.Count(p => !p.IsBlank) > MostStrayLines
            || (_pending.Exists(p => p.IsBlank) && _pending.Exists(p => !p.IsBlank))
            || (_format!.HasLongValues && _pending.Exists(p => !p.IsBlank)));

    /// <summary>Whether the line is a row of the heading that the output began with, whatever stands between them.</summary>
    private bool IsRowOfHeading(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> heading = _text.Span[_heading.Start.._heading.End].TrimEnd("\r\n"u8);
        return _format!.HasHeading && _format.IsHeader(heading) && _format.IsRowOf(heading, line);
    }

    private bool HasRows() => _last.End > _last.Start;

    private void Open(IFormat format, LineFit fit)
    {
        _format = format;
        _section = new SectionBuilder(_text);
        _hasStart = fit == LineFit.Header || _command is not null;
        _hasRow = fit != LineFit.Header;
        _last = default;
        _heading = default;
    }

    /// <summary>Notes of which host the rows of the output are that begins; of none where its rows name none.</summary>
    private void BeginHost(string? host)
    {
        _rowHost = host;
        if (host is not null)
        {
            _marks.Add(new TranscriptMark(_outputs.Count, host, null));
        }
    }

    private void Append(int start, int end, int number)
    {
        _section!.Add(start, end, number);
        if (_heading.End == 0)
        {
            _heading = (start, end);
        }

        _last = (start, end);
    }

    private void AddPending(int start, int end, int number, bool isBlank)
    {
        // More than that is prose in any case; its last lines are kept for rows broken behind it.
        if (_pending.Count > MostStrayLines + 4)
        {
            _pending.RemoveAt(1);
        }

        _pending.Add((start, end, number, isBlank));
    }

    private void FlushPending(bool onlyBlank)
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
    /// Puts a row together that was broken: this line behind the last one that did not fit, or the rest of a row
    /// (numbers, a comma in front) behind the row.
    /// </summary>
    private bool TryJoin(ReadOnlySpan<byte> line, int number)
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

            byte[] joined = Together(_text.Span[start..lastEnd], line);
            if (_format!.Fit(joined) < LineFit.Row)
            {
                continue;
            }

            // What stands between the row before and this one is kept or dropped as ever.
            _pending.RemoveRange(_pending.Count - count, count);
            FlushPending(onlyBlank: HoldsProse());
            Append(start, end, first);
            _section!.Join(Scan.Trim(Together(_text.Span[end..lastEnd], line)));
            return true;
        }

        if (_pending.Count == 0 && HasRows() && _last.End - _last.Start + line.Length <= LongestJoin && IsRest(line))
        {
            ReadOnlySpan<byte> before = _text.Span[_last.Start.._last.End];
            if (_format!.Fit(Together(before, line)) != LineFit.None)
            {
                _section!.Join(Scan.Trim(line));
                return true;
            }
        }

        return false;
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
        return before.Length >= 40
            && (text.IndexOfAnyExcept(s_sizeBytes) < 0 || text.IndexOfAnyExceptInRange((byte)'A', (byte)'Z') < 0
                || (_format!.HasHeading && !_hasRow && !text.ContainsAnyInRange((byte)'0', (byte)'9')));
    }

    private static byte[] Together(ReadOnlySpan<byte> lines, ReadOnlySpan<byte> line)
    {
        byte[] joined = [.. lines.TrimEnd("\r\n"u8), .. " "u8, .. line];
        joined.AsSpan().Replace((byte)'\n', (byte)' ');
        joined.AsSpan().Replace((byte)'\r', (byte)' ');
        return joined;
    }

    /// <summary>A last line without its end, right behind the rows, is a row that was cut: its format is to say so.</summary>
    private void KeepCutLine(ReadOnlySpan<byte> text)
    {
        if (_pending is [{ IsBlank: false } last] && _format is not null && text[^1] != '\n' && last.End == text.Length)
        {
            FlushPending(onlyBlank: false);
        }
    }

    private void Close()
    {
        if (_format is not null && _section is { HasLines: true })
        {
            KeepRowsOfHeading();
            bool reachesEnd = _last.End == _text.Length;
            AddOutput(new CommandOutput(_format, _section.Build(_file, _isCut && reachesEnd), _command, _hasStart));
        }

        _format = null;
        _section = null;
        _pending.Clear();
        _last = default;
    }

    /// <summary>What stands right below a heading that has no row is what is left of its rows: their format is to say so.</summary>
    private void KeepRowsOfHeading()
    {
        if (_hasRow || !_format!.HasHeading)
        {
            return;
        }

        foreach ((int start, int end, int number, bool isBlank) in _pending.SkipWhile(p => p.IsBlank).Take(MostStrayLines))
        {
            if (isBlank)
            {
                break;
            }

            Append(start, end, number);
        }
    }

    private void AddOutput(CommandOutput output)
    {
        if (_outputs.Count >= _limits.FilesPerCapture)
        {
            HasTooMany = true;
            return;
        }

        _outputs.Add(output);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 400)]);
}

/// <summary>Something that a transcript says beside its outputs.</summary>
/// <param name="Before">Number of outputs in front of it.</param>
/// <param name="Host">Host name of a prompt.</param>
/// <param name="Date">What date(1) printed.</param>
internal readonly record struct TranscriptMark(int Before, string? Host, DateTimeOffset? Date);
