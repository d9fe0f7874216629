using System.Collections.Immutable;
using Leakstat.Model;
using Leakstat.Parsing.Text;

namespace Leakstat.Parsing.Formats;

/// <summary>
/// <c>vmstat -z</c> in text, FreeBSD 8 to 15: <c>NAME: SIZE, LIMIT, USED, FREE, REQ[, FAIL[, SLEEP[, XDOMAIN]]]</c>
/// (<c>usr.bin/vmstat/vmstat.c</c>, <c>domemstat_zone</c>). Column widths are minimums: only the commas separate.
/// </summary>
public sealed class VmstatZonesText : IFormat
{
    /// <summary>SIZE, LIMIT, USED, FREE, REQUESTS of releases before 8.</summary>
    private const int FewestNumbers = 5;

    /// <summary>… FAIL, SLEEP, XDOMAIN of 13.0 and later.</summary>
    private const int MostNumbers = 8;

    /// <inheritdoc/>
    public string Name => "vmstat-z/text";

    /// <inheritdoc/>
    public string Command => "vmstat -z";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        if (IsHeader(line))
        {
            return LineFit.Header;
        }

        Span<long> numbers = stackalloc long[MostNumbers];
        return TryRow(line, numbers, out _, out int count, out _) && count >= 7 ? LineFit.Row : LineFit.None;
    }

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ImmutableArray<ZoneRow>.Builder rows = ImmutableArray.CreateBuilder<ZoneRow>(256);
        Span<long> numbers = stackalloc long[MostNumbers];
        bool crossDomain = false;
        int skipped = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            if (TryRow(line, numbers, out ReadOnlySpan<byte> name, out int count, out bool underflow))
            {
                if (rows.Count >= capture.Limits.Rows)
                {
                    capture.Report(DiagnosticId.TooMany, $"more than {capture.Limits.Rows} zones; the rest was not read", section.At(lines.Number));
                    break;
                }

                if (!lines.IsTerminated && section.IsCut)
                {
                    skipped++;
                    capture.Report(DiagnosticId.CutFile, "the last line is cut; it was skipped", section.At(lines.Number));
                    break;
                }

                if (underflow)
                {
                    capture.Report(DiagnosticId.Underflow, "a counter has underflowed; it is read as negative", section.At(lines.Number));
                }

                crossDomain |= count >= 8;
                rows.Add(new ZoneRow
                {
                    Name = capture.Names.Get(name),
                    Size = numbers[0],
                    Limit = numbers[1],
                    Used = numbers[2],
                    Free = numbers[3],
                    Requests = numbers[4],
                    Failures = count > 5 ? numbers[5] : null,
                    Sleeps = count > 6 ? numbers[6] : null,
                    CrossDomain = count > 7 ? numbers[7] : null,
                    Line = lines.Number,
                });
            }
            else if (!IsHeader(line) && !Scan.IsEmpty(line))
            {
                skipped++;
                capture.Report(
                    lines.IsTerminated ? DiagnosticId.BadLine : DiagnosticId.CutFile,
                    lines.IsTerminated ? "not a row of vmstat -z; skipped" : "the last line is cut; it was skipped",
                    section.At(lines.Number));
            }
        }

        if (rows.Count > 0)
        {
            capture.Offer(new ZoneTable(section.File, rows.ToImmutable(), crossDomain));
        }

        return new FormatResult(rows.Count, skipped);
    }

    private static bool IsHeader(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        return Scan.Word(ref rest).SequenceEqual("ITEM"u8) && Scan.Word(ref rest).SequenceEqual("SIZE"u8);
    }

    /// <summary>
    /// Takes a row apart from the right, because names hold blanks, commas, colons and digits: up to eight numbers
    /// between commas, a colon in front of the first.
    /// </summary>
    private static bool TryRow(
        ReadOnlySpan<byte> line, Span<long> numbers, out ReadOnlySpan<byte> name, out int count, out bool underflow)
    {
        name = default;
        count = 0;
        underflow = false;
        int colon = line.LastIndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = line[(colon + 1)..];
        while (count < MostNumbers)
        {
            int comma = rest.IndexOf((byte)',');
            ReadOnlySpan<byte> field = Scan.Trim(comma < 0 ? rest : rest[..comma]);
            if (!Scan.TryInteger(field, out long value))
            {
                return false;
            }

            underflow |= value < 0;
            numbers[count++] = value;
            if (comma < 0)
            {
                name = Scan.Trim(line[..colon]);
                return count >= FewestNumbers && numbers[0] >= 0 && numbers[1] >= 0 && !name.IsEmpty;
            }

            rest = rest[(comma + 1)..];
        }

        return false;
    }
}
