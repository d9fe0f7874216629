using System.Globalization;
using System.Text;

namespace Leakstat.Reports.Forms.Text;

/// <summary>
/// Untrusted text made safe to show. Names of zones, files and hosts come from captures that anybody may have written:
/// an escape sequence in one must not reach a terminal, a text-direction mark must not turn a line around.
/// </summary>
public static class PrintableText
{
    /// <summary>Marks, quotes and operators that have a plain spelling.</summary>
    private const string Fancy = "×−–—…≥≤→·’‘“”±≈ ";

    private static readonly string[] Plain =
        ["x", "-", "-", "-", "...", ">=", "<=", "->", "-", "'", "'", "\"", "\"", "+/-", "~", " "];

    /// <summary>
    /// The text with controls, direction marks and broken characters shown as <c>\x1b</c> or <c>\u202e</c>; with
    /// <paramref name="ascii"/>, everything outside ASCII spelled out too.
    /// </summary>
    public static string Of(string text, bool ascii = false)
    {
        int first = 0;
        while (first < text.Length && text[first] is >= ' ' and <= '~')
        {
            first++;
        }

        if (first == text.Length)
        {
            return text;
        }

        var safe = new StringBuilder(text, 0, first, text.Length + 16);
        for (int i = first; i < text.Length; i++)
        {
            char c = text[i];
            if (c is >= ' ' and <= '~')
            {
                safe.Append(c);
            }
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                Append(safe, new Rune(c, text[++i]), ascii);
            }
            else if (char.IsSurrogate(c))
            {
                Escape(safe, c);
            }
            else
            {
                Append(safe, new Rune(c), ascii);
            }
        }

        return safe.ToString();
    }

    /// <summary>The text with halves of surrogate pairs replaced by U+FFFD, so that it can be encoded.</summary>
    public static string ValidUtf16(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                i++;
                continue;
            }

            var valid = new StringBuilder(text.Length);
            foreach (Rune rune in text.EnumerateRunes())
            {
                valid.Append(rune);
            }

            return valid.ToString();
        }

        return text;
    }

    private static void Append(StringBuilder safe, Rune rune, bool ascii)
    {
        if (ascii && rune.IsBmp && Fancy.IndexOf((char)rune.Value) is >= 0 and { } plain)
        {
            safe.Append(Plain[plain]);
        }
        else if (ascii || !IsVisible(rune))
        {
            Escape(safe, rune.Value);
        }
        else
        {
            safe.Append(rune);
        }
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate);

    private static void Escape(StringBuilder safe, int value) => safe.Append(value switch
    {
        < 0x100 => $"\\x{value:x2}",
        < 0x10000 => $"\\u{value:x4}",
        _ => $"\\U{value:x8}",
    });
}
