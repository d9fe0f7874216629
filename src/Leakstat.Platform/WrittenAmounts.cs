using System.Globalization;

namespace Leakstat.Platform;

/// <summary>Spans of time and sizes as people write them, on command lines and in files of settings.</summary>
public static class WrittenAmounts
{
    private const int LongestNumber = 12;

    /// <summary>
    /// A span: <c>60s</c>, <c>5m</c>, <c>24h</c>, <c>7d</c>, or plain seconds; null for what is none, or is less than
    /// a second or more than ten years.
    /// </summary>
    public static TimeSpan? Span(string text)
    {
        double unit = text.Length == 0
            ? 0
            : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, >= '0' and <= '9' => 1, _ => 0 };
        string number = text.Length > 0 && char.IsAsciiDigit(text[^1]) ? text : text.Length > 0 ? text[..^1] : "";
        return unit > 0
            && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)
            && count * unit is >= 1 and <= 3650.0 * 86400
            ? TimeSpan.FromSeconds(count * unit)
            : null;
    }

    /// <summary>
    /// A size in bytes: <c>500K</c>, <c>8M</c>, <c>2G</c>, <c>1T</c> (powers of 1024), or plain bytes; null for what is
    /// none, or is 0.
    /// </summary>
    public static long? Size(string text)
    {
        if (text.Length is 0 or > LongestNumber)
        {
            return null;
        }

        int power = "KMGT".IndexOf(text[^1], StringComparison.Ordinal) + 1;
        ReadOnlySpan<char> digits = power > 0 ? text.AsSpan()[..^1] : text;
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number > 0 && number <= long.MaxValue >> (10 * power)
            ? number << (10 * power)
            : null;
    }
}
