using System.Globalization;

namespace Leakstat.Captures.Sources;

/// <summary>The time that a capture's name gives: <c>2026-11-20T18:00:00Z</c> and what people write for it.</summary>
internal static class TimestampName
{
    private static readonly string[] s_archiveEndings =
        [".tar.gz", ".tar.zst", ".tgz", ".tar", ".zip", ".gz", ".zst", ".txt", ".log"];

    /// <summary>
    /// The time: date and time of day with any of <c>T _ -</c> between and any or no separators within; null for
    /// other names. <paramref name="isUtc"/> says whether a <c>Z</c> stood behind it; without one the zone is unknown
    /// and the time is good for ordering only.
    /// </summary>
    public static DateTimeOffset? Parse(string name, out bool isUtc)
    {
        isUtc = false;
        foreach (string ending in s_archiveEndings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                name = name[..^ending.Length];
                break;
            }
        }

        if (name.Length is < 12 or > 32 || !char.IsAsciiDigit(name[0]))
        {
            return null;
        }

        isUtc = name[^1] is 'Z' or 'z';
        Span<char> digits = stackalloc char[14];
        int count = 0;
        foreach (char c in isUtc ? name.AsSpan(0, name.Length - 1) : name)
        {
            if (char.IsAsciiDigit(c))
            {
                if (count == digits.Length)
                {
                    return null;
                }

                digits[count++] = c;
            }
            else if (c is not ('-' or ':' or '_' or 'T' or 't' or '.' or ' '))
            {
                return null;
            }
        }

        string? form = count switch
        {
            14 => "yyyyMMddHHmmss",
            12 => "yyyyMMddHHmm",
            _ => null,
        };
        return form is not null
            && DateTimeOffset.TryParseExact(
                digits[..count], form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out DateTimeOffset at)
            && at.Year >= 1993
            ? at
            : null;
    }
}
