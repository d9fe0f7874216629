using System.Globalization;

namespace Leakstat.Dump.Containers;

/// <summary>The time in <c>info.N</c>.</summary>
internal static class DumpTime
{
    /// <summary>
    /// The time; null where it is missing or without a zone (up to 12 savecore wrote local time without one).
    /// </summary>
    public static DateTimeOffset? Of(DumpInfo? info)
    {
        if (info?["Dumptime"] is not { } text)
        {
            return null;
        }

        // 2026-11-20 18:00:00 +0000
        int space = text.LastIndexOf(' ');
        if (space > 0 && text.Length - space == 6 && text[space + 1] is '+' or '-')
        {
            text = string.Concat(text.AsSpan(0, space + 4), ":", text.AsSpan(space + 4));
        }

        return DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal,
            out DateTimeOffset time)
            ? time
            : null;
    }
}
