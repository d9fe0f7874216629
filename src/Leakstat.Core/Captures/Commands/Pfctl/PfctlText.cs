using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Pfctl;

/// <summary>
/// What pfctl(8) says of states: <c>pfctl -si</c> (<c>current entries</c> of the state table, packets dropped for want
/// of memory) and <c>pfctl -sm</c> (<c>states hard limit 100000</c>); <c>sbin/pfctl/pfctl.c</c>,
/// <c>pfctl_parser.c</c>, <c>print_status</c>.
/// </summary>
public sealed class PfctlText : IFormat
{
    /// <inheritdoc/>
    public string Name => "pfctl-si/text";

    /// <inheritdoc/>
    public string Command => "pfctl -s";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> first = Scan.Word(ref rest);
        ReadOnlySpan<byte> second = Scan.Word(ref rest);
        return (first.SequenceEqual("Status:"u8) && (second.SequenceEqual("Disabled"u8)
                || (second.SequenceEqual("Enabled"u8) && Scan.Word(ref rest).SequenceEqual("for"u8))))
            || IsStateTable(line) ? LineFit.Header
            : TryLimit(line, out _, out _) ? LineFit.Row
            : line.StartsWith("  "u8) || IsTitle(line) ? LineFit.Continues
            : LineFit.None;
    }

    /// <inheritdoc/>
    public bool RepeatsHeader => true;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        var read = new PfStatistics(section.File);
        bool isOfStates = false;
        int rows = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            isOfStates = !Scan.IsEmpty(line) && line[0] != ' ' ? IsStateTable(line) : isOfStates;
            SourceLine at = section.At(lines.Number);
            if (TryLimit(line, out ReadOnlySpan<byte> pool, out long limit))
            {
                rows++;
                read = pool.SequenceEqual("states"u8) ? read with { StateLimit = new Reading(limit, at) } : read;
            }
            else if (TryCount(line, "current entries"u8, out long states) && isOfStates)
            {
                rows++;
                read = read with { States = new Reading(states, at) };
            }
            else if (TryCount(line, "memory"u8, out long dropped))
            {
                rows++;
                read = read with { DroppedForMemory = new Reading(dropped, at) };
            }
        }

        if (rows > 0)
        {
            capture.Extend(read, held => held.With(read));
        }

        return new FormatResult(rows, 0);
    }

    private static bool IsStateTable(ReadOnlySpan<byte> line) =>
        line.StartsWith("State Table"u8) && line.IndexOf("Total"u8) > 0;

    private static bool IsTitle(ReadOnlySpan<byte> line) =>
        line.StartsWith("Source Tracking Table"u8) || line.StartsWith("Counters"u8)
        || line.StartsWith("Limit Counters"u8)
        || line.StartsWith("Hostid:"u8) || line.StartsWith("Checksum:"u8) || line.StartsWith("Interface Stats for"u8);

    /// <summary><c>states        hard limit   100000</c>.</summary>
    private static bool TryLimit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> pool, out long limit)
    {
        limit = 0;
        ReadOnlySpan<byte> rest = line;
        pool = Scan.Word(ref rest);
        return Scan.Word(ref rest).SequenceEqual("hard"u8) && Scan.Word(ref rest).SequenceEqual("limit"u8)
            && Scan.TryInteger(Scan.Word(ref rest), out limit) && limit >= 0 && IsRemark(Scan.Trim(rest));
    }

    /// <summary>
    /// Nothing, or what somebody marked the line with: <c>&lt;&lt;&lt; here</c>, <c># the default</c>.
    /// </summary>
    private static bool IsRemark(ReadOnlySpan<byte> rest) => rest.IsEmpty || rest[0] is (byte)'<' or (byte)'#';

    private static bool TryCount(ReadOnlySpan<byte> line, ReadOnlySpan<byte> label, out long count)
    {
        count = 0;
        ReadOnlySpan<byte> text = Scan.Trim(line);
        if (!line.StartsWith(" "u8) || !text.StartsWith(label) || text.Length <= label.Length
            || text[label.Length] != ' ')
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text[label.Length..];
        return Scan.TryInteger(Scan.Word(ref rest), out count) && count >= 0;
    }
}
