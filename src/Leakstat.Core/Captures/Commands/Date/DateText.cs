using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Date;

/// <summary>
/// date(1) in the C locale: <c>Fri Nov 20 19:02:43 UTC 2026</c>. Only UTC says when that was: names of other zones are
/// not unique, and are read without effect.
/// </summary>
public sealed class DateText : IFormat
{
    /// <inheritdoc/>
    public string Name => "date/text";

    /// <inheritdoc/>
    public string Command => "date";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) => TryDate(line, out _) ? LineFit.Header : LineFit.None;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        var problems = new LineProblems(section, capture, "a line of date");
        int rows = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            if (Scan.IsEmpty(lines.Line) || problems.IsFragment(lines))
            {
                continue;
            }

            if (TryDate(lines.Line, out DateTimeOffset? at))
            {
                rows++;
                capture.TakenAt ??= at;
            }
            else
            {
                problems.Skip(lines);
            }
        }

        return new FormatResult(rows, problems.Skipped);
    }

    private static bool TryDate(ReadOnlySpan<byte> line, out DateTimeOffset? at)
    {
        at = null;
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> weekday = Scan.Word(ref rest);
        if (!CalendarWords.IsDay(weekday))
        {
            return false;
        }

        int month = CalendarWords.Month(Scan.Word(ref rest));
        ReadOnlySpan<byte> day = Scan.Word(ref rest);
        ReadOnlySpan<byte> clock = Scan.Word(ref rest);
        ReadOnlySpan<byte> zone = Scan.Word(ref rest);
        ReadOnlySpan<byte> year = Scan.Word(ref rest);
        if (month == 0
            || !Scan.IsEmpty(rest)
            || zone.Length is 0 or > 6
            || !Scan.TryInteger(day, out long d)
            || !Scan.TryInteger(year, out long y)
            || y is < 1990 or > 9000
            || d < 1
            || d > DateTime.DaysInMonth((int)y, month)
            || clock.Length != 8
            || clock[2] != ':'
            || clock[5] != ':'
            || !Scan.TryInteger(clock[..2], out long hour)
            || !Scan.TryInteger(clock[3..5], out long minute)
            || !Scan.TryInteger(clock[6..], out long second)
            || hour is < 0 or > 23
            || minute is < 0 or > 59
            || second is < 0 or > 59)
        {
            return false;
        }

        if (zone.SequenceEqual("UTC"u8) || zone.SequenceEqual("GMT"u8))
        {
            at = new DateTimeOffset((int)y, month, (int)d, (int)hour, (int)minute, (int)second, TimeSpan.Zero);
        }

        return true;
    }
}
