using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Leakstat.Diagnosis.Messages;

/// <summary>Reads numbers and names out of messages by the fixed words around them.</summary>
internal static class MessageText
{
    /// <summary>The text between two fixed texts, the first occurrence of each; null where one is missing.</summary>
    public static bool TryBetween(string text, string before, string after, [NotNullWhen(true)] out string? between)
    {
        between = null;
        int start = text.IndexOf(before, StringComparison.Ordinal);
        if (start < 0)
        {
            return false;
        }

        start += before.Length;
        int end = text.IndexOf(after, start, StringComparison.Ordinal);
        if (end < start)
        {
            return false;
        }

        between = text[start..end];
        return true;
    }

    /// <summary>The number between two fixed texts.</summary>
    public static bool TryNumberBetween(string text, string before, string after, out long number)
    {
        number = 0;
        return TryBetween(text, before, after, out string? digits)
            && long.TryParse(
                digits.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }
}
