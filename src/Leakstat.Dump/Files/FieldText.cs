using System.Text;

namespace Leakstat.Dump.Files;

/// <summary>Text in fields of a fixed size.</summary>
internal static class FieldText
{
    /// <summary>The text up to the first NUL, each byte a character.</summary>
    public static string Of(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>A text in one line, with one blank for any number of blanks and line ends.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split([' ', '\n', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries));
}
