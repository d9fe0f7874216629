using System.Globalization;

namespace Leakstat.Model;

/// <summary>Sizes as people write them, on command lines and in files of settings.</summary>
public static class WrittenAmounts
{
    private const int LongestNumber = 12;

    /// <summary>
    /// A size in bytes: <c>500K</c>, <c>8M</c>, <c>2G</c>, <c>1T</c> (powers of 1024; small letters are the same), or
    /// plain bytes; null for what is none, or is 0.
    /// </summary>
    public static long? Size(string text)
    {
        if (text.Length is 0 or > LongestNumber)
        {
            return null;
        }

        int power = "KMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) + 1;
        ReadOnlySpan<char> digits = power > 0 ? text.AsSpan()[..^1] : text;
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number > 0 && number <= long.MaxValue >> (10 * power)
            ? number << (10 * power)
            : null;
    }
}
