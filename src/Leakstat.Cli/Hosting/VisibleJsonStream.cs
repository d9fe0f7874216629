using System.Globalization;
using System.Text;

namespace Leakstat.Cli.Hosting;

/// <summary>
/// JSON on its way to a terminal: what a terminal would obey or not show, marks of text direction among it, goes out
/// as an escape of JSON. Such characters stand in strings only, so that it stays the same document.
/// </summary>
/// <param name="under">Where it goes.</param>
internal sealed class VisibleJsonStream(Stream under) : WritingStream
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private char _high;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        char[] text = new char[_decoder.GetCharCount(buffer, flush: false)];
        int count = _decoder.GetChars(buffer, text, flush: false);
        var written = new StringBuilder(count);
        foreach (char c in text.AsSpan(0, count))
        {
            if (char.IsHighSurrogate(c))
            {
                _high = c;
            }
            else if (char.IsLowSurrogate(c) && _high != 0)
            {
                Append(written, new Rune(_high, c), [_high, c]);
                _high = '\0';
            }
            else
            {
                // A decoder gives no half of a pair alone.
                Append(written, Rune.TryCreate(c, out Rune rune) ? rune : Rune.ReplacementChar, [c]);
            }
        }

        under.Write(Encoding.UTF8.GetBytes(written.ToString()));
    }

    /// <inheritdoc/>
    public override void Flush() => under.Flush();

    private static void Append(StringBuilder written, Rune rune, ReadOnlySpan<char> units)
    {
        bool isVisible = rune.Value is '\n' or '\r' or '\t'
            || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
        if (isVisible)
        {
            written.Append(units);
            return;
        }

        foreach (char unit in units)
        {
            written.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }
    }
}
