using System.Text;

namespace Leakstat.Tests.Watch;

/// <summary>A terminal that knows just what an ANSI terminal does with the sequences a VT100 has; anything else fails the test.</summary>
internal sealed class VirtualScreen(int width, int height)
{
    private readonly char[,] _cells = Blank(width, height);
    private readonly string[,] _styles = Styles(width, height);
    private int _row;
    private int _column;
    private string _style = "0";

    public bool HasCursor { get; private set; } = true;

    public (int Row, int Column) Cursor => (_row, _column);

    public void Feed(byte[] bytes)
    {
        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c != '\e')
            {
                Assert.False(char.IsControl(c), $"control character {(int)c:x2} reaches the terminal");
                Assert.InRange(_column, 0, width - 1);
                Assert.False(_row == height - 1 && _column == width - 1, "the last cell would make some terminals scroll");
                (_cells[_row, _column], _styles[_row, _column]) = (c, _style);
                _column++;
                continue;
            }

            Assert.Equal('[', text[++i]);
            int start = ++i;
            while (text[i] is < '@' or > '~')
            {
                i++;
            }

            Apply(text[start..i], text[i]);
        }
    }

    public string Line(int row) => string.Concat(Enumerable.Range(0, width).Select(c => _cells[row, c])).TrimEnd();

    public bool IsInverse(int row, int column) => _styles[row, column].Split(';').Contains("7");

    private void Apply(string parameters, char final)
    {
        switch (final)
        {
            case 'H':
                int[] place = parameters.Length == 0 ? [1, 1] : [.. parameters.Split(';').Select(int.Parse)];
                (_row, _column) = (place[0] - 1, place[1] - 1);
                Assert.InRange(_row, 0, height - 1);
                break;
            case 'J':
                Assert.Equal("2", parameters);
                Array.Copy(Blank(width, height), _cells, _cells.Length);
                break;
            case 'm':
                _style = parameters;
                break;
            case 'h' or 'l':
                Assert.Equal("?25", parameters);
                HasCursor = final == 'h';
                break;
            default:
                Assert.Fail($"unknown sequence CSI {parameters}{final}");
                break;
        }
    }

    private static char[,] Blank(int width, int height)
    {
        char[,] cells = new char[height, width];
        for (int i = 0; i < width * height; i++)
        {
            cells[i / width, i % width] = ' ';
        }

        return cells;
    }

    private static string[,] Styles(int width, int height)
    {
        string[,] cells = new string[height, width];
        for (int i = 0; i < width * height; i++)
        {
            cells[i / width, i % width] = "0";
        }

        return cells;
    }
}
