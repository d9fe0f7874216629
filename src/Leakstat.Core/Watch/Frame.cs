using System.Text;
using Leakstat.Reports.Forms.Terminal;

namespace Leakstat.Watch;

/// <summary>How a cell of the screen looks. Meaning never rests on it alone.</summary>
public enum CellStyle : byte
{
    /// <summary>As the terminal is.</summary>
    Plain,

    /// <summary>Bold.</summary>
    Strong,

    /// <summary>Faint.</summary>
    Dim,

    /// <summary>Light and dark exchanged.</summary>
    Inverse,

    /// <summary>Bold red.</summary>
    Critical,

    /// <summary>Bold magenta.</summary>
    Warning,

    /// <summary>Bold green.</summary>
    Good,
}

/// <summary>
/// One screenful of cells, each one column wide. Nothing but printable characters gets in: whatever a host calls its
/// zones, no control character reaches a terminal.
/// </summary>
public sealed class Frame
{
    private readonly char[] _text;
    private readonly CellStyle[] _styles;
    private readonly bool _ascii;

    /// <summary>A blank screen.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="ascii">Whether only ASCII may be shown.</param>
    public Frame(int width, int height, bool ascii = false)
    {
        Width = Math.Clamp(width, 1, 1000);
        Height = Math.Clamp(height, 1, 1000);
        _ascii = ascii;
        _text = new char[Width * Height];
        _styles = new CellStyle[Width * Height];
        _text.AsSpan().Fill(' ');
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Where the cursor stands, row and column; null where it is hidden.</summary>
    public (int Row, int Column)? Cursor { get; set; }

    /// <summary>Characters of a row.</summary>
    public ReadOnlySpan<char> Text(int row) => _text.AsSpan(row * Width, Width);

    /// <summary>Styles of a row.</summary>
    public ReadOnlySpan<CellStyle> Styles(int row) => _styles.AsSpan(row * Width, Width);

    /// <summary>
    /// Puts text at a place, cut at the edge (or at <paramref name="most"/> columns, with a mark); gives the column
    /// behind it.
    /// </summary>
    public int Put(int row, int column, string text, CellStyle style = CellStyle.Plain, int most = int.MaxValue)
    {
        if (row < 0 || row >= Height || column < 0 || column >= Width)
        {
            return column;
        }

        int room = Math.Min(most, Width - column);
        int start = (row * Width) + column;
        int used = 0;
        bool isCut = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int columns = rune.Value is >= ' ' and <= '~' ? 1 : TerminalCanvas.ColumnsOf(rune);
            if (columns == 0)
            {
                continue;
            }

            if (used + columns > room)
            {
                isCut = true;
                break;
            }

            // A wide character stands in for as many columns as it would take, so that cells and columns agree.
            for (int i = 0; i < columns; i++)
            {
                _text[start + used] = columns == 1 ? Shown(rune) : '?';
                _styles[start + used++] = style;
            }
        }

        if (isCut && used > 0)
        {
            _text[start + used - 1] = '~';
        }

        return column + used;
    }

    /// <summary>Puts text so that it ends before a column.</summary>
    public void PutRight(int row, int column, int width, string text, CellStyle style = CellStyle.Plain)
    {
        string shown = text.Length > width ? text[..Math.Max(width - 1, 0)] + "~" : text;
        Put(row, column + width - shown.Length, shown, style, width);
    }

    /// <summary>Gives the rest of a row a style.</summary>
    public void Paint(int row, int column, int width, CellStyle style)
    {
        if (row >= 0 && row < Height && column >= 0 && column < Width)
        {
            _styles.AsSpan((row * Width) + column, Math.Min(width, Width - column)).Fill(style);
        }
    }

    /// <summary>The rows as text, blanks at their ends left out.</summary>
    public IEnumerable<string> Lines() => Enumerable.Range(0, Height).Select(row => new string(Text(row)).TrimEnd());

    private char Shown(Rune rune)
    {
        if (rune.Value is >= ' ' and <= '~')
        {
            return (char)rune.Value;
        }

        return !_ascii
            && rune.IsBmp
            && Rune.GetUnicodeCategory(rune) is not (System.Globalization.UnicodeCategory.Control
            or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator
            or System.Globalization.UnicodeCategory.ParagraphSeparator
                or System.Globalization.UnicodeCategory.OtherNotAssigned
            or System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.Surrogate)
            ? (char)rune.Value
            : '?';
    }
}
