using System.Globalization;
using System.Text;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>A line that date(1) printed.</summary>
internal static class DateLine
{
    private static readonly string[] s_forms =
    [
        "ddd MMM d HH:mm:ss 'UTC' yyyy", "ddd MMM d HH:mm:ss 'GMT' yyyy",
        "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss'+00:00'",
    ];

    /// <summary>
    /// The time, where the line is a date and nothing else and its zone is UTC; other zones' names are ambiguous.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out DateTimeOffset at)
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
