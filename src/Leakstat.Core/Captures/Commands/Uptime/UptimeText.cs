using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Uptime;

/// <summary>uptime(1), and the first line of w(1), whose table of users is not used (<c>usr.bin/w/w.c</c>).</summary>
public sealed class UptimeText : IFormat
{
    /// <inheritdoc/>
    public string Name => "uptime/text";

    /// <inheritdoc/>
    public string Command => "uptime";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) =>
        IsUptime(line) ? LineFit.Header : IsHeading(line) ? LineFit.Continues : LineFit.None;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        var problems = new LineProblems(section, capture, "a line of uptime");
        int rows = 0;
        bool inTable = false;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            inTable |= IsHeading(line);
            if (Scan.IsEmpty(line) || inTable || problems.IsFragment(lines))
            {
                continue;
            }

            if (IsUptime(line) && Elapsed.FromUptime(line) is { } seconds)
            {
                rows++;
                capture.Offer(new UptimeReading(seconds, section.At(lines.Number)));
            }
            else
            {
                problems.Skip(lines);
            }
        }

        return new FormatResult(rows, problems.Skipped);
    }

    private static bool IsUptime(ReadOnlySpan<byte> line)
    {
        int up = line.IndexOf(" up "u8);
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> time = Scan.Word(ref rest);
        return up is > 0 and < 16
            && Scan.IsDigit(time[0])
            && time.Contains((byte)':')
            && line[up..].IndexOf(" load averages: "u8) > 0;
    }

    private static bool IsHeading(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        return Scan.Word(ref rest).SequenceEqual("USER"u8) && Scan.Word(ref rest).SequenceEqual("TTY"u8);
    }
}
