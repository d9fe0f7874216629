namespace Leakstat.Tracing.Reading;

/// <summary>The text of one stack while it is read: frames, trimmed, one per line.</summary>
internal sealed class StackText(int most)
{
    private readonly byte[] _text = new byte[most];
    private int _length;

    /// <summary>The text so far.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _length);

    /// <summary>Adds a frame; false where there is no room.</summary>
    public bool Add(ReadOnlySpan<byte> frame)
    {
        int start = _length == 0 ? 0 : _length + 1;
        if (start + frame.Length > _text.Length)
        {
            return false;
        }

        if (_length > 0)
        {
            _text[_length] = (byte)'\n';
        }

        frame.CopyTo(_text.AsSpan(start));
        _length = start + frame.Length;
        return true;
    }

    /// <summary>Begins the next stack.</summary>
    public void Clear() => _length = 0;
}
