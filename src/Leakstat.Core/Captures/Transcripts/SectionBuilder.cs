using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Collects the lines of a section: a slice of the text as long as they lie side by side, a copy with line numbers as
/// soon as one was left out or joined.
/// </summary>
internal sealed class SectionBuilder(ReadOnlyMemory<byte> text)
{
    private List<byte>? _copy;
    private List<int>? _numbers;
    private int _start = -1;
    private int _end;
    private int _firstLine;
    private int _lastLine;

    /// <summary>Whether there is any line.</summary>
    public bool HasLines => _start >= 0;

    /// <summary>Adds a line of the text.</summary>
    /// <param name="start">Where it begins.</param>
    /// <param name="end">Where it ends, its line end included.</param>
    /// <param name="number">Its number.</param>
    public void Add(int start, int end, int number)
    {
        if (_start < 0)
        {
            (_start, _end, _firstLine) = (start, end, number);
        }
        else if (_copy is null && start == _end)
        {
            _end = end;
        }
        else
        {
            Copy(text.Span[start..end], number);
        }

        _lastLine = number;
    }

    /// <summary>Puts text behind the last line added, a blank between.</summary>
    public void Join(ReadOnlySpan<byte> rest)
    {
        Copy(default, 0);
        while (_copy is [.., (byte)'\n' or (byte)'\r'])
        {
            _copy.RemoveAt(_copy.Count - 1);
        }

        _copy!.Add((byte)' ');
        _copy.AddRange(rest);
        _copy.Add((byte)'\n');
    }

    /// <summary>The section.</summary>
    public TextSection Build(SourceFile file, bool isCut) => _copy is null
        ? new TextSection(file, text[_start.._end], _firstLine, null, isCut)
        : new TextSection(file, _copy.ToArray(), _firstLine, [.. _numbers!], isCut);

    private void Copy(ReadOnlySpan<byte> line, int number)
    {
        if (_copy is null)
        {
            _copy = [];
            _copy.AddRange(text.Span[_start.._end]);
            _numbers = [.. Enumerable.Range(_firstLine, _lastLine - _firstLine + 1)];
        }

        if (number > 0)
        {
            if (_copy is [.., not (byte)'\n'])
            {
                _copy.Add((byte)'\n');
            }

            _copy.AddRange(line);
            _numbers!.Add(number);
        }
    }
}
