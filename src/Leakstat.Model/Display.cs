using System.Globalization;

namespace Leakstat.Model;

/// <summary>
/// Numbers as a person reads them, the same in evidence texts and in every report. ASCII only, point as decimal mark,
/// binary units (KiB = 1024 bytes).
/// </summary>
public static class Display
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>
    /// Bytes with one decimal in the largest unit that leaves at least 1: <c>512 B</c>, <c>6.0 GiB</c>.
    /// </summary>
    public static string Bytes(long bytes) => Bytes((double)bytes);

    /// <summary>As <see cref="Bytes(long)"/>, for a computed amount.</summary>
    public static string Bytes(double bytes)
    {
        if (!double.IsFinite(bytes))
        {
            return "?";
        }

        double amount = Math.Abs(bytes);
        int unit = 0;
        while (unit < Units.Length - 1 && Math.Round(amount, unit == 0 ? 0 : 1) >= 1024)
        {
            amount /= 1024;
            unit++;
        }

        string digits = unit == 0 ? Round(amount, "0") : Round(amount, "0.0");
        return Sign(bytes, digits) + digits + " " + Units[unit];
    }

    /// <summary>Bytes with their sign always shown: <c>+1.0 MiB</c>, <c>-3.2 GiB</c>.</summary>
    public static string Change(double bytes) => Plus(bytes, Bytes(bytes));

    /// <summary>
    /// Bytes in at most five characters, for columns: <c>512</c>, <c>9.9K</c>, <c>98.2K</c>, <c>982K</c>, <c>1023M</c>.
    /// </summary>
    public static string ShortBytes(double bytes)
    {
        if (!double.IsFinite(bytes))
        {
            return "?";
        }

        double amount = Math.Abs(bytes);
        int unit = 0;
        while (unit < Units.Length - 1 && Math.Round(amount) >= 1024)
        {
            amount /= 1024;
            unit++;
        }

        string digits = Round(amount, unit == 0 || amount >= 99.95 ? "0" : "0.0");
        return Sign(bytes, digits) + digits + (unit == 0 ? "" : Units[unit][..1]);
    }

    /// <summary>As <see cref="ShortBytes"/>, with the sign always shown: <c>+98.2K</c>.</summary>
    public static string ShortChange(double bytes) => Plus(bytes, ShortBytes(bytes));

    /// <summary>A rate in bytes per hour with its sign: <c>+1.0 MiB/h</c>.</summary>
    public static string Rate(double bytesPerHour) => Change(bytesPerHour) + "/h";

    /// <summary>A rate in items per hour with its sign: <c>+1,250/h</c>, <c>+0.4/h</c>.</summary>
    public static string ItemRate(double itemsPerHour)
    {
        if (!double.IsFinite(itemsPerHour))
        {
            return "?/h";
        }

        double amount = Math.Abs(itemsPerHour);
        string digits = Round(amount, amount < 9.95 ? "0.0" : "#,0");
        string text = Sign(itemsPerHour, digits) + digits;
        return Plus(itemsPerHour, text) + "/h";
    }

    /// <summary>
    /// A fraction of one as per cent: <c>97 %</c>; one decimal below 10 and above 99, so that neither "almost none" nor
    /// "almost all" is rounded away.
    /// </summary>
    public static string Percent(double fraction)
    {
        if (!double.IsFinite(fraction))
        {
            return "?";
        }

        double percent = fraction * 100;
        double amount = Math.Abs(percent);
        string sign = percent < 0 ? "-" : "";
        return amount switch
        {
            0 => "0 %",
            < 0.05 => sign.Length > 0 ? "> -0.1 %" : "< 0.1 %",
            > 99.94 and < 100 => sign.Length > 0 ? "-99.9 %" : "99.9 %",
            >= 9.95 and <= 99 or >= 100 => sign + Round(amount, "0") + " %",
            _ => sign + Round(amount, "0.0") + " %",
        };
    }

    /// <summary>A count with separators: <c>1,048,576</c>.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun, one or many: <c>1 capture</c>, <c>12 captures</c>.</summary>
    public static string Count(long count, string one, string many) => Count(count) + " " + (count == 1 ? one : many);

    /// <summary>Names, the first of them where there are more: <c>a, b, c, …</c>.</summary>
    /// <param name="names">All of them.</param>
    /// <param name="most">How many are named.</param>
    /// <param name="rest">What stands for the others.</param>
    public static string Some(IReadOnlyCollection<string> names, int most, string rest = ", …") =>
        string.Join(", ", names.Take(most)) + (names.Count > most ? rest : "");

    /// <summary>As <see cref="Some"/>, with the number of the others: <c>a, b, c and 12 more</c>.</summary>
    public static string SomeAndCount(IReadOnlyCollection<string> names, int most) =>
        Some(names, most, $" and {Count(names.Count - most)} more");

    /// <summary>A span of time in its two largest units: <c>45 s</c>, <c>2 h 5 min</c>, <c>31 d 4 h</c>.</summary>
    public static string Duration(TimeSpan span)
    {
        string sign = span < TimeSpan.Zero ? "-" : "";
        TimeSpan amount = span == TimeSpan.MinValue ? TimeSpan.MaxValue : span.Duration();
        if (amount.TotalSeconds < 59.5)
        {
            string seconds = Round(amount.TotalSeconds, amount.TotalSeconds is > 0 and < 1 ? "0.0" : "0");
            return sign + seconds + " s";
        }

        long minutes = (long)Math.Round(amount.TotalMinutes);
        return sign + minutes switch
        {
            < 60 => Pair(minutes, "min", 0, ""),
            < 48 * 60 => Pair(minutes / 60, "h", minutes % 60, "min"),
            < 60 * 24 * 60 => Pair(minutes / (24 * 60), "d", minutes / 60 % 24, "h"),
            _ => Pair(minutes / (24 * 60), "d", 0, ""),
        };
    }

    /// <summary>As <see cref="Duration"/>, of hours; of a century and more, a century.</summary>
    public static string Hours(double hours) => Duration(TimeSpan.FromHours(Math.Min(hours, 1e6)));

    /// <summary>A time, UTC, to the minute: <c>2026-11-20 18:00 UTC</c>.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    /// <summary>
    /// A time, UTC, to the second, for rows that may be less than a minute apart: <c>2026-11-20 18:00:05</c>.
    /// </summary>
    public static string ExactTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Pair(long first, string firstUnit, long second, string secondUnit) =>
        second == 0 ? $"{Count(first)} {firstUnit}" : $"{Count(first)} {firstUnit} {second} {secondUnit}";

    private static string Round(double amount, string format) => amount.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>The minus sign, unless nothing but zeros is left behind it.</summary>
    private static string Sign(double value, string digits) =>
        value < 0 && digits.AsSpan().ContainsAnyInRange('1', '9') ? "-" : "";

    private static string Plus(double value, string text) =>
        value > 0 && text.AsSpan().ContainsAnyInRange('1', '9') ? "+" + text : text;
}
