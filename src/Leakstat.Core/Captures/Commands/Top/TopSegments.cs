namespace Leakstat.Captures.Commands.Top;

/// <summary>
/// The lines of top's header that stand in one line of a text: as a rule one, several where a paste lost the line ends
/// between them (<c>CPU:  0.2% user, … 98.6% idle Mem: 23M Active, …</c>).
/// </summary>
internal ref struct TopSegments
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Takes a line.</summary>
    public TopSegments(ReadOnlySpan<byte> line)
    {
        int end = NextStart(line);
        First = line[..end];
        _rest = line[end..];
    }

    /// <summary>The first of them.</summary>
    public ReadOnlySpan<byte> First { get; }

    /// <summary>Goes on to the next.</summary>
    public bool Next(out ReadOnlySpan<byte> segment)
    {
        if (_rest.IsEmpty)
        {
            segment = default;
            return false;
        }

        ReadOnlySpan<byte> text = _rest[1..];
        int end = NextStart(text);
        segment = text[..end];
        _rest = text[end..];
        return true;
    }

    /// <summary>
    /// Where the blank in front of the next line's name is; the end where there is none. Only behind a line of top.
    /// </summary>
    private static int NextStart(ReadOnlySpan<byte> text)
    {
        bool isTop = text.StartsWith("last pid:"u8) || text.StartsWith("CPU"u8) || text.StartsWith("Mem:"u8)
            || text.StartsWith("ARC:"u8)
            || text.IndexOf(" processes:"u8) is > 0 and < 8
            || text.IndexOf(" threads:"u8) is > 0 and < 8;
        if (!isTop)
        {
            return text.Length;
        }

        int end = text.Length;
        end = Before(text, " CPU: "u8, end);
        end = Before(text, " Mem: "u8, end);
        end = Before(text, " ARC: "u8, end);
        return Before(text, " Swap: "u8, end);
    }

    private static int Before(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, int end)
    {
        int at = text[..end].IndexOf(name);
        return at > 0 ? at : end;
    }
}
