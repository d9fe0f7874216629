using System.Text;

namespace Leakstat.Tracing.Programs;

/// <summary>Text of a host within a D program: it can neither leave its place nor break the program.</summary>
internal static class DText
{
    /// <summary>A D string: what could end it, begin a comment or print badly is escaped by octal.</summary>
    public static string Literal(string text)
    {
        var literal = new StringBuilder("\"", text.Length + 2);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (b is < 0x20 or >= 0x7f or (byte)'"' or (byte)'\\' or (byte)'*')
            {
                literal.Append('\\').Append(Convert.ToString(b, 8).PadLeft(3, '0'));
            }
            else
            {
                literal.Append((char)b);
            }
        }

        return literal.Append('"').ToString();
    }

    /// <summary>
    /// Text that can neither end a comment nor begin one in it, which D refuses too, nor break its line.
    /// </summary>
    public static string Comment(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) || c is '*' or > '~' ? '?' : c));

    /// <summary>A word within a format: no blank, no percent sign, nothing to escape.</summary>
    public static string Word(string text) =>
        string.Concat(text.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));
}
