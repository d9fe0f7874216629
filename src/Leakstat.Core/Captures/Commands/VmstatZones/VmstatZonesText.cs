using System.Buffers;
using System.Runtime.InteropServices;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.VmstatZones;

/// <summary>
/// <c>vmstat -z</c> in text, FreeBSD 8 to 15: <c>NAME: SIZE, LIMIT, USED, FREE, REQ[, FAIL[, SLEEP[, XDOMAIN]]]</c>
/// (<c>usr.bin/vmstat/vmstat.c</c>, <c>domemstat_zone</c>). Column widths are minimums: only the commas separate.
/// </summary>
public sealed class VmstatZonesText : IFormat
{
    /// <summary>SIZE, LIMIT, USED, FREE, REQUESTS of releases before 8.</summary>
    private const int FewestNumbers = 5;

    /// <summary>… FAILURES of 8: behind a colon, nothing else prints so many numbers between commas.</summary>
    private const int Distinctive = 6;

    /// <summary>… SLEEP of 9, XDOMAIN of 13.0 and later.</summary>
    private const int MostNumbers = 8;

    /// <summary>So many digits always fit 64 bits.</summary>
    private const int SafeDigits = 18;

    /// <summary>Bytes of <c>a:0,0,0,0,0</c> and its line end.</summary>
    private const int ShortestRow = 12;

    /// <summary>What texts are quoted, numbered or compared with, and no zone's name begins with.</summary>
    private static readonly SearchValues<byte> s_quoting = SearchValues.Create("+|>*#;"u8);

    /// <inheritdoc/>
    public string Name => "vmstat-z/text";

    /// <inheritdoc/>
    public string Command => "vmstat -z";

    /// <inheritdoc/>
    public bool HasHeading => true;

    /// <inheritdoc/>
    public bool ReportsEveryLine => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        if (IsHeading(line))
        {
            return LineFit.Header;
        }

        Span<long> numbers = stackalloc long[MostNumbers];
        return !TryRow(line, 0, line, numbers, out _, out int count, out _) ? LineFit.None
            : count >= Distinctive ? LineFit.Row
            : LineFit.Continues;
    }

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => IsHeading(line);

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ReadOnlySpan<byte> text = section.Bytes.Span;
        var rows = new ZoneRow[Expected(section, capture.Limits)];
        Span<long> numbers = stackalloc long[MostNumbers];
        int read = 0;
        int mostNumbers = 0;
        int skipped = 0;
        int headings = 0;
        LineReader lines = section.Lines();
        for (int start = 0; lines.Read(); start = text.Length - lines.Rest.Length)
        {
            ReadOnlySpan<byte> line = lines.Line;
            if (!TryRow(text, start, line, numbers, out ReadOnlySpan<byte> name, out int count, out bool underflow)
                || name.Length > capture.Limits.NameBytes)
            {
                if (IsHeading(line))
                {
                    headings++;
                }
                else if (!Scan.IsEmpty(line))
                {
                    skipped++;
                    capture.NotUnderstood(
                        "not a row of vmstat -z; skipped", lines.IsTerminated, section.At(lines.Number));
                }

                continue;
            }

            if (read == rows.Length)
            {
                capture.TooMany("zones", section.At(lines.Number));
                break;
            }

            if (!lines.IsTerminated && (section.IsCut || count < mostNumbers))
            {
                skipped++;
                capture.Cut(section.At(lines.Number));
                break;
            }

            if (underflow)
            {
                capture.Underflow(section.At(lines.Number));
            }

            mostNumbers = Math.Max(mostNumbers, count);
            rows[read++] = new ZoneRow
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
            };
        }

        if (read > 0)
        {
            Array.Resize(ref rows, read);
            capture.Offer(new ZoneTable(
                section.File, ImmutableCollectionsMarshal.AsImmutableArray(rows), mostNumbers >= MostNumbers));
        }

        return new FormatResult(read, skipped) { Headers = headings };
    }

    /// <summary>
    /// How many rows a section has if it is what it should be, so that the array of a real table is made once.
    /// Bounded by the shortest row, so that a text of empty lines costs nothing.
    /// </summary>
    private static int Expected(TextSection section, ReadLimits limits)
    {
        ReadOnlySpan<byte> text = section.Bytes.Span;
        int lines = text.Count((byte)'\n') + (text.EndsWith("\n"u8) ? 0 : 1);
        int rows = IsHeading(text[..Math.Min(text.Length, 80)]) ? lines - 1 : lines;
        return Math.Clamp(Math.Min(rows, (text.Length / ShortestRow) + 1), 0, limits.Rows);
    }

    private static bool IsHeading(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        return Scan.Word(ref rest).SequenceEqual("ITEM"u8) && Scan.Word(ref rest).SequenceEqual("SIZE"u8);
    }

    /// <summary>
    /// Takes a row apart. Names hold blanks, commas, colons and digits, numbers hold none of it: the name ends at the
    /// last colon, behind it stand up to eight numbers between commas.
    /// </summary>
    private static bool TryRow(
        ReadOnlySpan<byte> text,
        int lineStart,
        ReadOnlySpan<byte> line,
        Span<long> numbers,
        out ReadOnlySpan<byte> name,
        out int count,
        out bool underflow)
    {
        name = default;
        underflow = false;
        if (CommaNumbers.TryRead(text, lineStart, lineStart + line.Length, numbers, out int colon, out count))
        {
            return IsRow(line, colon, numbers, count, out name);
        }

        count = 0;
        colon = line.LastIndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = line[(colon + 1)..];
        int at = 0;
        while (count < numbers.Length)
        {
            while (at < rest.Length && Scan.IsBlank(rest[at]))
            {
                at++;
            }

            int start = at;
            ulong sum = 0;
            uint digit;
            while (at < rest.Length && (digit = (uint)(rest[at] - '0')) <= 9)
            {
                sum = (sum * 10) + digit;
                at++;
            }

            long value = (long)sum;
            if ((uint)(at - start - 1) >= SafeDigits && !TrySpecial(rest, start, ref at, out value))
            {
                return false;
            }

            underflow |= value < 0;
            numbers[count++] = value;
            while (at < rest.Length && Scan.IsBlank(rest[at]))
            {
                at++;
            }

            if (at == rest.Length)
            {
                return IsRow(line, colon, numbers, count, out name);
            }

            if (rest[at++] != ',')
            {
                return false;
            }
        }

        return false;
    }

    private static bool IsRow(
        ReadOnlySpan<byte> line, int colon, ReadOnlySpan<long> numbers, int count, out ReadOnlySpan<byte> name)
    {
        name = Scan.Trim(line[..Math.Max(colon, 0)]);
        return count >= FewestNumbers
            && numbers[0] >= 0
            && numbers[1] >= 0
            && !name.IsEmpty
            && !s_quoting.Contains(name[0]);
    }

    /// <summary>A number with a sign or of so many digits that it may not fit.</summary>
    private static bool TrySpecial(ReadOnlySpan<byte> text, int start, ref int at, out long value)
    {
        int length = text[start..].IndexOfAny((byte)',', (byte)' ', (byte)'\t');
        at = length < 0 ? text.Length : start + length;
        return Scan.TryInteger(text[start..at], out value);
    }
}
