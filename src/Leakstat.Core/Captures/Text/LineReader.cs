namespace Leakstat.Captures.Text;

/// <summary>
/// Walks the lines of a text without copying. Ends of lines are LF or CRLF and are not part of a line.
/// </summary>
public ref struct LineReader(ReadOnlySpan<byte> text, int firstLine, int[]? lineNumbers)
{
    private ReadOnlySpan<byte> _rest = text;
    private int _index = -1;

    /// <summary>The line last read.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>Its number within the file.</summary>
    public readonly int Number =>
        lineNumbers is null ? firstLine + _index : lineNumbers[Math.Min(_index, lineNumbers.Length - 1)];

    /// <summary>Whether the line last read ended with a line end; a last line without one may be cut.</summary>
    public bool IsTerminated { get; private set; }

    /// <summary>The text behind the line last read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Goes on to the next line.</summary>
    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        int end = _rest.IndexOf((byte)'\n');
        IsTerminated = end >= 0;
        ReadOnlySpan<byte> line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        if (!line.IsEmpty && line[^1] == '\r')
        {
            line = line[..^1];
        }

        Line = line;
        _index++;
        return true;
    }
}
