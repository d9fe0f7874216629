

namespace Leakstat.Captures.Text;

/// <summary>The time since boot as top(1), uptime(1) and w(1) print it, in seconds.</summary>
internal static class Elapsed
{
    private const int Minute = 60;
    private const int Hour = 60 * Minute;
    private const int Day = 24 * Hour;

    /// <summary>Out of <c>… up 41+06:26:24    00:51:55</c>; null where it is not there.</summary>
    public static long? FromTop(ReadOnlySpan<byte> line)
    {
        int up = line.IndexOf(" up "u8);
        if (up < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = line[(up + 4)..];
        return DaysAndClock(Scan.Word(ref rest));
    }

    /// <summary>
    /// Out of <c> 7:02PM up 3 days, 4:05, 2 users, load averages: …</c> (<c>usr.bin/w/w.c</c>, <c>pr_header</c>); null
    /// where nothing of it is understood.
    /// </summary>
    public static long? FromUptime(ReadOnlySpan<byte> line)
    {
        int up = line.IndexOf(" up "u8);
        int end = line.IndexOf("load average"u8);
        if (up < 0 || end <= up + 4)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = line[(up + 4)..end];
        long total = 0;
        bool any = false;
        while (!Scan.IsEmpty(rest))
        {
            ReadOnlySpan<byte> word = WithoutComma(Scan.Word(ref rest));
            if (DaysAndClock(word) is { } clock)
            {
                total += clock;
                any = true;
                continue;
            }

            if (!Scan.TryInteger(word, out long number) || number is < 0 or > 1_000_000_000)
            {
                return null;
            }

            ReadOnlySpan<byte> name = WithoutComma(Scan.Word(ref rest));
            long unit = Unit(name);
            if (unit == 0)
            {
                return any && name.StartsWith("user"u8) ? total : null;
            }

            total += number * unit;
            any = true;
        }

        return any ? total : null;
    }

    private static long Unit(ReadOnlySpan<byte> name) =>
        name.StartsWith("day"u8) ? Day
        : name.StartsWith("hr"u8) ? Hour
        : name.StartsWith("min"u8) ? Minute
        : name.StartsWith("sec"u8) ? 1
        : 0;

    /// <summary><c>41+06:26:24</c>, <c>41+06:26</c>, <c>4:05</c>.</summary>
    private static long? DaysAndClock(ReadOnlySpan<byte> word)
    {
        long days = 0;
        int plus = word.IndexOf((byte)'+');
        if (plus >= 0)
        {
            if (!Scan.TryInteger(word[..plus], out days) || days is < 0 or > 100_000)
            {
                return null;
            }

            word = word[(plus + 1)..];
        }

        int colon = word.IndexOf((byte)':');
        if (colon < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> minutes = word[(colon + 1)..];
        int second = minutes.IndexOf((byte)':');
        long s = 0;
        if (second >= 0)
        {
            if (!Scan.TryInteger(minutes[(second + 1)..], out s))
            {
                return null;
            }

            minutes = minutes[..second];
        }

        return Scan.TryInteger(word[..colon], out long h)
            && Scan.TryInteger(minutes, out long m)
            && h is >= 0 and < 24
            && m is >= 0 and < 60
            && s is >= 0 and <= 60
            ? (days * Day) + (h * Hour) + (m * Minute) + s
            : null;
    }

    private static ReadOnlySpan<byte> WithoutComma(ReadOnlySpan<byte> word) =>
        !word.IsEmpty && word[^1] == ',' ? word[..^1] : word;
}
