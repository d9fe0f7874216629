using System.Globalization;
using System.Text;
using Leakstat.Watch;

namespace Leakstat.Cli.Hosting.Screen;

/// <summary>
/// Sends frames to a terminal as the difference to the one before: a link at 9600 baud takes a screen of growing numbers as
/// well as a local one. Uses what every ANSI terminal since the VT100 knows.
/// </summary>
/// <param name="color">Whether colours may be used; bold, faint and inverse are always.</param>
internal sealed class ScreenWriter(bool color)
{
    /// <summary>Equal cells between two changes that are cheaper sent again than jumped over.</summary>
    private const int Gap = 6;

    private readonly StringBuilder _line = new();
    private Frame? _shown;

    /// <summary>Forgets what the terminal shows: the next frame is sent whole.</summary>
    public void Forget() => _shown = null;

    /// <summary>The bytes that make a terminal which shows the frame before show this one; empty for no difference.</summary>
    public byte[] Show(Frame frame)
    {
        _line.Clear();
        Frame? before = _shown is { } shown && shown.Width == frame.Width && shown.Height == frame.Height ? shown : null;
        _line.Append("\e[?25l");
        if (before is null)
        {
            _line.Append("\e[0m\e[H\e[2J");
        }

        int start = _line.Length;
        CellStyle style = CellStyle.Plain;
        for (int row = 0; row < frame.Height; row++)
        {
            Row(frame, before, row, ref style);
        }

        bool hasChanges = _line.Length > start || before is null || frame.Cursor != before.Cursor;
        if (!hasChanges)
        {
            _shown = frame;
            return [];
        }

        Change(ref style, CellStyle.Plain);
        if (frame.Cursor is { } cursor)
        {
            Jump(cursor.Row, cursor.Column);
            _line.Append("\e[?25h");
        }

        _shown = frame;
        return Encoding.UTF8.GetBytes(_line.ToString());
    }

    private void Row(Frame frame, Frame? before, int row, ref CellStyle style)
    {
        ReadOnlySpan<char> text = frame.Text(row);
        ReadOnlySpan<CellStyle> styles = frame.Styles(row);
        int end = frame.Width;

        // The last cell of the last row would make some terminals scroll.
        if (row == frame.Height - 1)
        {
            end--;
        }

        int at = -1;
        for (int column = 0; column < end; column++)
        {
            if (IsSame(frame, before, row, column))
            {
                continue;
            }

            if (at < 0 || column - at > Gap)
            {
                Jump(row, column);
                at = column;
            }

            for (; at <= column; at++)
            {
                Change(ref style, styles[at]);
                _line.Append(text[at]);
            }
        }
    }

    private static bool IsSame(Frame frame, Frame? before, int row, int column) => before is null
        ? frame.Text(row)[column] == ' ' && frame.Styles(row)[column] != CellStyle.Inverse
        : frame.Text(row)[column] == before.Text(row)[column]
            && (frame.Styles(row)[column] == before.Styles(row)[column]
                || (frame.Text(row)[column] == ' ' && frame.Styles(row)[column] != CellStyle.Inverse
                    && before.Styles(row)[column] != CellStyle.Inverse));

    private void Jump(int row, int column) => _line.Append(CultureInfo.InvariantCulture, $"\e[{row + 1};{column + 1}H");

    private void Change(ref CellStyle now, CellStyle next)
    {
        if (now == next)
        {
            return;
        }

        now = next;
        _line.Append(next switch
        {
            CellStyle.Plain => "\e[0m",
            CellStyle.Strong => "\e[0;1m",
            CellStyle.Dim => "\e[0;2m",
            CellStyle.Inverse => "\e[0;7m",
            CellStyle.Critical => color ? "\e[0;1;31m" : "\e[0;1m",
            CellStyle.Warning => color ? "\e[0;1;35m" : "\e[0;1m",
            CellStyle.Good => color ? "\e[0;1;32m" : "\e[0;1m",
            _ => "\e[0m",
        });
    }
}
