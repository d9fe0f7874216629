using System.Text;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Cuts a text into the outputs of commands: at prompts, at titles, where another format's header or rows begin. Prose
/// between belongs to none.
/// </summary>
internal sealed class TranscriptReader
{
    /// <summary>Length of the line that crashinfo(8) draws above a title.</summary>
    private const int RuleLength = 60;

    /// <summary>A line that holds this alone stands for one that was put behind the line before.</summary>
    internal const byte Filler = 0x0b;

    private readonly SourceFile _file;
    private readonly ReadOnlyMemory<byte> _text;
    private readonly bool _isCut;
    private readonly ReadLimits _limits;
    private readonly bool _isCrashSummary;
    private readonly bool _hasHosts;
    private readonly List<CommandOutput> _outputs = [];
    private readonly TranscriptMarks _marks = new();
    private readonly FormatSearch _search;
    private OpenOutput? _open;
    private string? _command;
    private bool _expectsTitle;
    private (int Start, int End, int Number) _outside;
    private string? _rowHost;

    private TranscriptReader(
        SourceFile file, ReadOnlyMemory<byte> text, bool isCut, bool isCrashSummary, ReadLimits limits)
    {
        _hasHosts = !isCrashSummary && RowHosts.AreSeveral(text.Span);
        _file = file;
        _text = text;
        _isCut = isCut;
        _isCrashSummary = isCrashSummary;
        _limits = limits;
        _search = new FormatSearch(isCrashSummary);
    }

    /// <summary>Whether there were more outputs than the bound; those beyond are left out.</summary>
    public bool HasTooMany { get; private set; }

    /// <summary>Numbers of the lines that are longer than the bound; they are left out.</summary>
    public List<int> LongLines { get; } = [];

    /// <summary>The outputs in their order.</summary>
    public IReadOnlyList<CommandOutput> Outputs => _outputs;

    /// <summary>Prompts' hosts and dates, each with the number of outputs in front of it.</summary>
    public IReadOnlyList<TranscriptMark> Marks => _marks.All;

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

        _open?.KeepCutLine();
        Close();
    }

    /// <summary>
    /// Deals with a line; returns where to go on, beyond the line's end where a document was taken whole.
    /// </summary>
    private int Take(ReadOnlySpan<byte> line, int start, int end, int number)
    {
        if (line is [Filler])
        {
            return end;
        }

        if (Scan.IsEmpty(line))
        {
            _open?.AddPending(start, end, number, isBlank: true);
            return end;
        }

        LineFit fit = _open?.Fit(line) ?? LineFit.None;
        if (fit < LineFit.Row && Leaves(line))
        {
            return end;
        }

        if (fit < LineFit.Row && _open is not { IsBehindBlank: false } && DocumentText.Starts(line)
            && TakeDocument(start, number) is > 0 and int behind)
        {
            return behind;
        }

        if (_open is null)
        {
            TakeOutside(line, start, end, number);
        }
        else
        {
            TakeInside(_open, fit, line, start, end, number);
        }

        return end;
    }

    /// <summary>Deals with a line behind the beginning of an output.</summary>
    private void TakeInside(OpenOutput open, LineFit fit, ReadOnlySpan<byte> line, int start, int end, int number)
    {
        if (fit == LineFit.Header && !open.Format.RepeatsHeader && open.HasRows)
        {
            Close();
            Open(open.Format, LineFit.Header, command: null).Append(start, end, number);
        }
        else if (fit >= LineFit.Row)
        {
            OutputOfHost(open, fit, line).TakeRow(line, start, end, number);
        }
        else if (_search.Other(line, fit, open, out LineFit otherFit) is { } other)
        {
            Close();
            OpenAt(other, otherFit, command: null, line).Append(start, end, number);
        }
        else if (!open.TryJoin(line, end, number)
            && !(fit == LineFit.Continues && open.TryContinue(line, start, end, number)))
        {
            open.AddPending(start, end, number, isBlank: false);
        }
    }

    /// <summary>
    /// Deals with a line outside of any output: it may begin one, by itself or, where a mail program broke it, together
    /// with the line before.
    /// </summary>
    private void TakeOutside(ReadOnlySpan<byte> line, int start, int end, int number)
    {
        (int Start, int End, int Number) before = _outside;
        _outside = (start, end, number);
        if (_search.Start(line, _command, out LineFit first) is { } format)
        {
            OpenAt(format, first, _command, line).Append(start, end, number);
        }
        else if (before.Number == number - 1 && number > 1 && end - before.Start <= OpenOutput.LongestJoin
            && _search.Start(OpenOutput.Together(_text.Span[before.Start..before.End], line), _command, out first)
                is { } broken
            && first >= LineFit.Row)
        {
            OpenOutput open = Open(broken, first, _command);
            open.Append(before.Start, before.End, before.Number);
            open.Join(Scan.Trim(line), end);
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
            _command = prompt.Command.IsEmpty || prompt.IsSetting ? null : Text(prompt.Command);
            if (!prompt.Host.IsEmpty)
            {
                _marks.AddHost(_outputs.Count, Text(prompt.Host));
            }

            return true;
        }

        if (PromptLine.IsTitle(line, out ReadOnlySpan<byte> title))
        {
            Close();
            _command = Text(title);
            return true;
        }

        if (DateLine.TryRead(line, out DateTimeOffset? at, out bool isOfDump))
        {
            Close();
            _command = null;
            _marks.AddDate(_outputs.Count, at, isOfDump);
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
            var section =
                new TextSection(_file, _text.Slice(start, length), number, null, _isCut && length == rest.Length);
            AddOutput(new CommandOutput(format, section, command, HasStart: true));
            _command = null;
            return start + length;
        }

        return 0;
    }

    /// <summary>The output that a row belongs to: the open one, or its own where it is of another host.</summary>
    private OpenOutput OutputOfHost(OpenOutput open, LineFit fit, ReadOnlySpan<byte> line)
    {
        if (!_hasHosts || RowHosts.Of(open.Format, line) is not { } host || host == _rowHost)
        {
            return open;
        }

        Close();
        return OpenAt(open.Format, fit, command: null, line);
    }

    /// <summary>Begins an output at a line, and notes of which host it is where the line says so.</summary>
    private OpenOutput OpenAt(IFormat format, LineFit fit, string? command, ReadOnlySpan<byte> line)
    {
        _rowHost = _hasHosts ? RowHosts.Of(format, line) : null;
        if (_rowHost is { } host)
        {
            _marks.AddHost(_outputs.Count, host);
        }

        return Open(format, fit, command);
    }

    private OpenOutput Open(IFormat format, LineFit fit, string? command)
    {
        _command = command;
        return _open = new OpenOutput(_text, format, fit, command);
    }

    private void Close()
    {
        if (_open?.Build(_file, _isCut, _command) is { } output)
        {
            AddOutput(output);
        }

        _open = null;
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

    private static string Text(ReadOnlySpan<byte> bytes) =>
        Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 400)]);
}
