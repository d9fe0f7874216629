using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.VmstatMalloc;

/// <summary>
/// <c>vmstat -m</c> in text, FreeBSD 8 to 15 (<c>usr.bin/vmstat/vmstat.c</c>, <c>domemstat_malloc</c>):
/// <c>TYPE INUSE MEMUSEK [-] REQUESTS  SIZES</c>; from 14.2 on <c>TYPE USE MEMORY REQ SIZES</c> in bytes, rounded with
/// suffixes on a terminal.
/// </summary>
public sealed class VmstatMallocText : IFormat
{
    /// <inheritdoc/>
    public string Name => "vmstat-m/text";

    /// <inheritdoc/>
    public string Command => "vmstat -m";

    /// <inheritdoc/>
    public bool HasHeading => true;

    /// <inheritdoc/>
    public bool ReportsEveryLine => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        if (HeaderOf(line) != Header.None)
        {
            return LineFit.Header;
        }

        return !VmstatMallocLine.TryRead(line, out VmstatMallocLine row) ? LineFit.None
            : row.IsUnmistakable ? LineFit.Row
            : LineFit.Continues;
    }

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => HeaderOf(line) != Header.None;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ImmutableArray<MallocTypeRow>.Builder rows = ImmutableArray.CreateBuilder<MallocTypeRow>(256);
        Header header = Header.None;
        bool allInK = true;
        bool anyRounded = false;
        bool highUse = false;
        int skipped = 0;
        int headers = 0;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            if (VmstatMallocLine.TryRead(line, out VmstatMallocLine row) && row.Name.Length <= capture.Limits.NameBytes)
            {
                if (rows.Count >= capture.Limits.Rows)
                {
                    capture.TooMany("malloc types", section.At(lines.Number));
                    break;
                }

                if (!lines.IsTerminated && (section.IsCut || (row.SizeCount == 0 && !Scan.IsBlank(line[^1]))))
                {
                    skipped++;
                    capture.Cut(section.At(lines.Number));
                    break;
                }

                if (row.HasUnderflow)
                {
                    capture.Underflow(section.At(lines.Number));
                }

                allInK &= row.IsInK;
                anyRounded |= row.IsRounded;
                highUse |= row.HasHighUse;
                rows.Add(new MallocTypeRow
                {
                    Name = capture.Names.Get(row.Name),
                    InUse = row.InUse,
                    Memory = row.Memory,
                    Requests = row.Requests,
                    Sizes = row.Sizes,
                    Line = lines.Number,
                });
            }
            else if (HeaderOf(line) is var found && found != Header.None)
            {
                header = found;
                headers++;
            }
            else if (!Scan.IsEmpty(line))
            {
                skipped++;
                capture.NotUnderstood("not a row of vmstat -m; skipped", lines.IsTerminated, section.At(lines.Number));
            }
        }

        if (rows.Count > 0)
        {
            // Up to 13 every row has a whole number of K; for a person, small sums have none.
            MemoryPrecision precision = highUse || header == Header.Kibibytes || (header == Header.None && allInK)
                ? MemoryPrecision.Kibibytes
                : anyRounded ? MemoryPrecision.Humanized : MemoryPrecision.Bytes;
            capture.Offer(
                new MallocTable(section.File, rows.ToImmutable(), precision),
                precision == MemoryPrecision.Humanized ? PartRank.Rounded : PartRank.Text);
        }

        return new FormatResult(rows.Count, skipped) { Headers = headers };
    }

    private static Header HeaderOf(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        if (!Scan.Word(ref rest).SequenceEqual("Type"u8))
        {
            return Header.None;
        }

        ReadOnlySpan<byte> use = Scan.Word(ref rest);
        ReadOnlySpan<byte> memory = Scan.Word(ref rest);
        return use.SequenceEqual("InUse"u8) && memory.SequenceEqual("MemUse"u8) ? Header.Kibibytes
            : use.SequenceEqual("Use"u8) && memory.SequenceEqual("Memory"u8) ? Header.Bytes
            : Header.None;
    }

    private enum Header
    {
        None,
        Kibibytes,
        Bytes,
    }
}
