using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Swapinfo;

/// <summary>
/// swapinfo(8), which is <c>pstat -s</c> (<c>usr.sbin/pstat/pstat.c</c>): one row per device in blocks whose size the
/// header names; only the header where no swap is configured. <c>-h</c> rounds all of them.
/// </summary>
public sealed class SwapinfoText : IFormat
{
    /// <inheritdoc/>
    public string Name => "swapinfo/text";

    /// <inheritdoc/>
    public string Command => "swapinfo";

    /// <inheritdoc/>
    public bool HasHeading => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) =>
        TryHeader(line, out _) ? LineFit.Header
        : TryRow(line, 1, out _, out _, out _) ? LineFit.Continues
        : LineFit.None;

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => TryHeader(line, out _);

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        ImmutableArray<SwapDevice>.Builder devices = ImmutableArray.CreateBuilder<SwapDevice>();
        var problems = new LineProblems(section, capture, "a row of swapinfo");
        long blockBytes = 0;
        int headerLine = 0;
        int rows = 0;
        bool isRounded = false;
        SwapDevice? total = null;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            if (Scan.IsEmpty(line) || problems.IsFragment(lines))
            {
                continue;
            }

            if (TryHeader(line, out long block))
            {
                if (headerLine == 0)
                {
                    headerLine = lines.Number;
                    blockBytes = block;
                }

                continue;
            }

            if (headerLine == 0
                || !TryRow(line, blockBytes, out ReadOnlySpan<byte> name, out SwapDevice device, out bool rounded))
            {
                problems.Skip(lines);
                continue;
            }

            if (rows >= capture.Limits.Rows)
            {
                problems.TooMany(lines);
                break;
            }

            rows++;
            isRounded |= rounded;
            SwapDevice row = device with { Device = capture.Names.Get(name), Line = lines.Number };
            if (name.SequenceEqual("Total"u8))
            {
                total = row;
            }
            else
            {
                devices.Add(row);
            }
        }

        // The row of the sum alone (a paste without the devices) is no host without swap.
        if (devices.Count == 0 && total is { Total: > 0 } sum)
        {
            devices.Add(sum);
        }

        // A heading alone says that no swap is configured; one whose rows were lost says nothing.
        if (headerLine > 0 && (rows > 0 || problems.Skipped == 0))
        {
            capture.Offer(
                new SwapTable(section.File, devices.ToImmutable(), headerLine),
                isRounded ? PartRank.Rounded : PartRank.Text);
        }

        return new FormatResult(rows, problems.Skipped);
    }

    private static bool TryHeader(ReadOnlySpan<byte> line, out long blockBytes)
    {
        blockBytes = 0;
        ReadOnlySpan<byte> rest = line;
        return Scan.Word(ref rest).SequenceEqual("Device"u8)
            && TrySizeHeading(Scan.Word(ref rest), out blockBytes)
            && Scan.Word(ref rest).SequenceEqual("Used"u8)
            && Scan.Word(ref rest).SequenceEqual("Avail"u8)
            && Scan.Word(ref rest).SequenceEqual("Capacity"u8);
    }

    /// <summary>The block size, or <c>Size</c> of <c>-h</c>, whose rows have units.</summary>
    private static bool TrySizeHeading(ReadOnlySpan<byte> word, out long bytes)
    {
        bytes = 1;
        return word.SequenceEqual("Size"u8) || TryBlock(word, out bytes);
    }

    /// <summary>
    /// The block size out of <c>1K-blocks</c>, <c>512-blocks</c>, <c>1M-blocks</c> (<c>getbsize(3)</c>).
    /// </summary>
    private static bool TryBlock(ReadOnlySpan<byte> word, out long bytes)
    {
        bytes = 0;
        return word.EndsWith("-blocks"u8)
            && Scan.TrySize(word[..^"-blocks"u8.Length], out bytes, out _)
            && bytes is > 0 and <= 1L << 30;
    }

    private static bool TryRow(
        ReadOnlySpan<byte> line, long blockBytes, out ReadOnlySpan<byte> name, out SwapDevice device,
        out bool isRounded)
    {
        device = default;
        isRounded = false;
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> capacity = Scan.LastWord(ref rest);
        ReadOnlySpan<byte> available = Scan.LastWord(ref rest);
        ReadOnlySpan<byte> used = Scan.LastWord(ref rest);
        ReadOnlySpan<byte> total = Scan.LastWord(ref rest);
        name = Scan.Trim(rest);
        if (name.IsEmpty
            || capacity.IsEmpty
            || capacity[^1] != '%'
            || !TryAmount(total, blockBytes, out long totalBytes, ref isRounded)
            || !TryAmount(used, blockBytes, out long usedBytes, ref isRounded)
            || !TryAmount(available, blockBytes, out long availableBytes, ref isRounded))
        {
            return false;
        }

        device = new SwapDevice("", totalBytes, usedBytes, availableBytes, 0);
        return true;
    }

    /// <summary>A number of blocks, or with a unit behind it (<c>-h</c>) of bytes.</summary>
    private static bool TryAmount(ReadOnlySpan<byte> text, long blockBytes, out long bytes, ref bool isRounded)
    {
        if (Scan.TryInteger(text, out long blocks))
        {
            bytes = Arithmetic.Multiply(blocks, blockBytes);
            return blocks >= 0;
        }

        isRounded = true;
        return Scan.TrySize(text, out bytes, out _);
    }
}
