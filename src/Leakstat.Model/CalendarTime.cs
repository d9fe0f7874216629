namespace Leakstat.Model;

/// <summary>
/// Times that come from outside: clocks say anything, and the calendar of this platform ends with the year 9999.
/// </summary>
public static class CalendarTime
{
    private static readonly DateTimeOffset s_first = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset s_end = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Whether a host's clock can have shown it: from the epoch, which a clock without a battery shows, to the end of
    /// the 22nd century. A time beyond is an error of whoever wrote it down.
    /// </summary>
    public static bool IsOfAHost(DateTimeOffset time) => time >= s_first && time < s_end;

    /// <summary>A time that many hours later, in whole seconds; null beyond the calendar.</summary>
    public static DateTimeOffset? After(DateTimeOffset start, double hours)
    {
        double seconds = Math.Round(hours * 3600);
        double room = (DateTimeOffset.MaxValue - start).TotalSeconds;
        double past = (DateTimeOffset.MinValue - start).TotalSeconds;
        return seconds < room && seconds > past ? start.AddSeconds(seconds) : null;
    }
}
