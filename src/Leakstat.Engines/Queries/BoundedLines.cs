namespace Leakstat.Engines.Queries;

/// <summary>
/// Lines of a stream, one after another, none longer than a bound, and all together no more than another.
/// </summary>
internal sealed class BoundedLines(Stream stream, int mostLine, long mostAll)
{
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private long _all;
    private bool _isAtEnd;

    /// <summary>Whether a bound was met, which ended the reading.</summary>
    public bool IsTooMuch { get; private set; }

    /// <summary>
    /// The next line without its end; it stands until the next call. False at the end, or at a bound.
    /// </summary>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        int searched = _start;
        while (true)
        {
            int end = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (end >= 0)
            {
                line = _buffer.AsMemory(_start, searched + end - _start);
                _start = searched + end + 1;
                return true;
            }

            int offset = _end - _start;
            if (_isAtEnd || !Fill())
            {
                line = _buffer.AsMemory(_start, IsTooMuch ? 0 : _end - _start);
                _start = _end;
                _isAtEnd = true;
                return !line.IsEmpty;
            }

            searched = _start + offset;
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= mostLine)
            {
                IsTooMuch = true;
                return false;
            }

            Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, mostLine));
        }

        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _all += read;
        IsTooMuch = _all > mostAll;
        return read > 0 && !IsTooMuch;
    }
}
