

namespace Leakstat.Captures.Text;

/// <summary>Tells the line of a place in a section, for places that come in order; one pass in all.</summary>
internal struct LineCounter(TextSection section)
{
    private int _offset;
    private int _index;

    /// <summary>The file's number of the line that holds a byte.</summary>
    public int At(int offset)
    {
        ReadOnlySpan<byte> text = section.Bytes.Span;
        offset = Math.Min(offset, text.Length);
        if (offset > _offset)
        {
            _index += text[_offset..offset].Count((byte)'\n');
            _offset = offset;
        }

        return section.LineNumbers is { Length: > 0 } numbers
            ? numbers[Math.Min(_index, numbers.Length - 1)]
            : section.FirstLine + _index;
    }
}
