using System.Globalization;
using System.Text;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>A line that date(1) printed, or savecore(8) of when it dumped.</summary>
internal static class DateLine
{
    private static readonly string[] s_forms =
    [
        "ddd MMM d HH:mm:ss 'UTC' yyyy", "ddd MMM d HH:mm:ss 'GMT' yyyy",
        "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss'+00:00'",
    ];

    private static ReadOnlySpan<byte> DumpTime => "Dumptime: "u8;

    /// <summary>
    /// The time, where the line is a date and nothing else and its zone is UTC, or where it is savecore's
    /// <c>Dumptime: 2026-11-20 19:02:43 +0100</c> (<c>sbin/savecore/savecore.c</c>). Older ones print no zone: that is
    /// a time of the dump, and not known.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out DateTimeOffset? at, out bool isOfDump)
    {
        ReadOnlySpan<byte> text = Scan.Trim(line);
        isOfDump = text.StartsWith(DumpTime);
        if (!isOfDump)
        {
            bool isDate = TryRead(text, out DateTimeOffset date);
            at = isDate ? date : null;
            return isDate;
        }

        at = DateTimeOffset.TryParseExact(
            Encoding.UTF8.GetString(Scan.Trim(text[DumpTime.Length..])), "yyyy-MM-dd HH:mm:ss zzz",
            CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out DateTimeOffset dumped)
            ? dumped
            : null;
        return true;
    }

    /// <summary>
    /// The time, where the line is a date and nothing else and its zone is UTC; other zones' names are ambiguous.
    /// </summary>
    private static bool TryRead(ReadOnlySpan<byte> line, out DateTimeOffset at)
    {
        at = default;
        ReadOnlySpan<byte> text = Scan.Trim(line);
        if (text.Length is < 20 or > 32 || !(Scan.IsDigit(text[0]) || text.EndsWith("20"u8) || Scan.IsDigit(text[^1])))
        {
            return false;
        }

        var words = new StringBuilder(text.Length);
        while (true)
        {
            ReadOnlySpan<byte> word = Scan.Word(ref text);
            if (word.IsEmpty)
            {
                break;
            }

            words.Append(words.Length > 0 ? " " : "").Append(Encoding.ASCII.GetString(word));
        }

        return DateTimeOffset.TryParseExact(
            words.ToString(), s_forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
    }
}
