using System.Globalization;

namespace Leakstat.Model;

/// <summary>
/// Spans of time as people write them: <c>60s</c>, <c>5m</c>, <c>24h</c>, <c>7d</c>, or plain seconds.
/// </summary>
public static class DurationText
{
    /// <summary>The span; null for what is none, or is less than a second or more than ten years.</summary>
    public static TimeSpan? Parse(string text)
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
}
