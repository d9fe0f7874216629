using System.Collections.Immutable;
using System.Text;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Top;

/// <summary>
/// The header of top(1), FreeBSD 8 to 15 and its relatives (<c>usr.bin/top/machine.c</c>, <c>display.c</c>). Parts that
/// are zero are left out by top, so they are read by name. The table of processes below carries nothing that is used.
/// </summary>
public sealed class TopText : IFormat
{
    /// <summary>Lines over which a line of the header may be broken.</summary>
    private const int MostPieces = 5;

    private static readonly byte[][] MemoryNames = Names("Active", "Inact", "Laundry", "Wired", "Cache", "Buf", "Free");

    private static readonly byte[][] ArcNames =
        Names("Total", "MFU", "MRU", "Anon", "Header", "Other", "Compressed", "Uncompressed");

    private static readonly byte[][] SwapNames = Names("Total", "Used", "Free", "In", "Out");

    /// <inheritdoc/>
    public string Name => "top/text";

    /// <inheritdoc/>
    public string Command => "top";

    /// <summary>Batch mode prints one frame after another; in a file of them the first is read.</summary>
    public bool TakesFirst => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        TopSegments parts = new(line);
        LineFit best = FitPart(parts.First);
        while (best is not LineFit.None and not LineFit.Header && parts.Next(out ReadOnlySpan<byte> part))
        {
            LineFit fit = FitPart(part);
            best = fit > best ? fit : best;
        }

        return best;
    }

    private static LineFit FitPart(ReadOnlySpan<byte> line) => Kind(line) switch
    {
        LineKind.First => LineFit.Header,
        LineKind.Memory or LineKind.Arc or LineKind.Swap or LineKind.Compressed or LineKind.Heading => LineFit.Row,
        LineKind.Processes or LineKind.Cpu => LineFit.Continues,
        _ => StartsWithNumber(line) ? LineFit.Continues : LineFit.None,
    };

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => line.StartsWith("last pid:"u8) && Fit(line) == LineFit.Header;

    /// <inheritdoc/>
    public int BrokenOver(ReadOnlySpan<byte> text) =>
        Kind(text.IndexOf((byte)'\n') is var end and >= 0 ? text[..end] : text) switch
        {
            LineKind.First or LineKind.Cpu or LineKind.Memory or LineKind.Arc or LineKind.Swap => BrokenLine.Over(
                text, MostPieces, static line => IsWhole(line) ? BrokenState.Whole : BrokenState.Open),
            _ => 0,
        };

    /// <summary>Whether the last part of a line has its name.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> last = Scan.LastWord(ref rest);
        return Kind(line) switch
        {
            LineKind.First => line.IndexOf(" up "u8) > 0 && last.Contains((byte)':'),
            LineKind.Memory => IndexOf(MemoryNames, last) >= 0,
            LineKind.Arc => IndexOf(ArcNames, last) >= 0,
            LineKind.Swap => IndexOf(SwapNames, last) >= 0 || last.SequenceEqual("Inuse"u8),
            _ => line.IndexOf("% idle"u8) > 0,
        };
    }

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        var problems = new LineProblems(section, capture, "a line of the header of top");
        var memory = new PartReader(MemoryNames, section, capture);
        var arc = new PartReader(ArcNames, section, capture);
        var swap = new PartReader(SwapNames, section, capture);
        Reading? uptime = null;
        Reading? processes = null;
        int frames = 0;
        int rows = 0;
        bool inTable = false;
        bool isOfIo = false;
        bool isOfThreads = false;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            SourceLine at = section.At(lines.Number);
            TopSegments parts = new(lines.Line);
            ReadOnlySpan<byte> line = parts.First;
            do
            {
                LineKind kind = Kind(line);
                if (kind == LineKind.First)
                {
                    frames++;
                    inTable = false;
                }

                // Batch mode prints one frame after another; the first is the capture, the others come later in time.
                if (frames > 1 || kind == LineKind.Empty || (inTable && kind != LineKind.Heading)
                    || problems.IsFragment(lines))
                {
                    continue;
                }

                rows++;
                switch (kind)
                {
                    case LineKind.First:
                        uptime = Elapsed.FromTop(line) is { } seconds ? new Reading(seconds, at) : null;
                        break;
                    case LineKind.Processes:
                        ReadOnlySpan<byte> rest = line;
                        ReadOnlySpan<byte> number = Scan.Word(ref rest);
                        processes ??= Scan.TryInteger(number, out long count) && count >= 0
                            ? new Reading(count, at)
                            : null;
                        isOfThreads |= Scan.Word(ref rest).SequenceEqual("threads:"u8);
                        break;
                    case LineKind.Memory:
                        memory.Read(line["Mem:".Length..], at);
                        break;
                    case LineKind.Arc:
                        arc.Read(line["ARC:".Length..], at);
                        break;
                    case LineKind.Compressed:
                        arc.Read(line, at);
                        break;
                    case LineKind.Swap:
                        swap.Read(line["Swap:".Length..], at);
                        break;
                    case LineKind.Cpu:
                        break;
                    case LineKind.Heading:
                        inTable = true;
                        isOfIo |= line.IndexOf(" VCSW"u8) > 0;
                        break;
                    default:
                        rows--;
                        problems.Skip(lines);
                        break;
                }
            }
            while (parts.Next(out line));
        }

        var header = new TopHeader
        {
            File = section.File,
            Memory = memory.Parts,
            Arc = arc.Parts,
            Swap = swap.Parts,
            UptimeSeconds = uptime,
            Processes = processes,
            CountsThreads = isOfThreads,
        };
        if (header.Memory.Count + header.Arc.Count + header.Swap.Count > 0 || uptime is not null)
        {
            // Captures have both; they were taken one after the other and are not mixed.
            capture.Offer(header, isOfIo ? PartRank.Rounded : PartRank.Text);
        }

        return new FormatResult(rows, problems.Skipped);
    }

    private static LineKind Kind(ReadOnlySpan<byte> line)
    {
        if (Scan.IsEmpty(line))
        {
            return LineKind.Empty;
        }

        if (line.StartsWith("last pid:"u8))
        {
            return line.IndexOf("load averages:"u8) > 0 ? LineKind.First : LineKind.Other;
        }

        if (line.StartsWith("Mem:"u8))
        {
            return HasPart(line["Mem:".Length..], MemoryNames) ? LineKind.Memory : LineKind.Other;
        }

        if (line.StartsWith("ARC:"u8))
        {
            return HasPart(line["ARC:".Length..], ArcNames) ? LineKind.Arc : LineKind.Other;
        }

        if (line.StartsWith("Swap:"u8))
        {
            return HasPart(line["Swap:".Length..], SwapNames) ? LineKind.Swap : LineKind.Other;
        }

        if (line.StartsWith("CPU"u8) && (line.IndexOf("% idle"u8) > 0 || line.IndexOf("% user,"u8) > 0))
        {
            return LineKind.Cpu;
        }

        if (line[0] == ' ' && line.IndexOf(" Compressed"u8) > 0 && line.IndexOf(" Uncompressed"u8) > 0)
        {
            return LineKind.Compressed;
        }

        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> first = Scan.Word(ref rest);
        ReadOnlySpan<byte> second = Scan.Word(ref rest);
        if (first.SequenceEqual("PID"u8) && (second.SequenceEqual("USERNAME"u8) || second.SequenceEqual("JID"u8)))
        {
            return LineKind.Heading;
        }

        return Scan.TryInteger(first, out _)
            && (second.SequenceEqual("processes:"u8) || second.SequenceEqual("threads:"u8))
            ? LineKind.Processes
            : LineKind.Other;
    }

    /// <summary>Whether the first part is a size and one of these names: other systems print <c>Mem:</c> too.</summary>
    private static bool HasPart(ReadOnlySpan<byte> parts, byte[][] names)
    {
        ReadOnlySpan<byte> size = Scan.Word(ref parts);
        ReadOnlySpan<byte> name = TrimComma(Scan.Word(ref parts));
        return !size.IsEmpty && Scan.IsDigit(size[0]) && IndexOf(names, name) >= 0;
    }

    private static bool StartsWithNumber(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> first = Scan.Word(ref rest);
        return first.Length is > 0 and < 8 && Scan.TryInteger(first, out _) && !Scan.IsEmpty(rest);
    }

    private static ReadOnlySpan<byte> TrimComma(ReadOnlySpan<byte> word) =>
        !word.IsEmpty && word[^1] == ',' ? word[..^1] : word;

    private static int IndexOf(byte[][] names, ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if (name.SequenceEqual(names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static byte[][] Names(params string[] names) => [.. names.Select(Encoding.ASCII.GetBytes)];

    private enum LineKind
    {
        Other,
        Empty,
        First,
        Processes,
        Cpu,
        Memory,
        Arc,
        Compressed,
        Swap,
        Heading,
    }

    /// <summary>Collects the parts of one line by name; the first of a name wins.</summary>
    private sealed class PartReader(byte[][] names, TextSection section, CaptureBuilder capture)
    {
        public Dictionary<string, Reading> Parts { get; } = [];

        public void Read(ReadOnlySpan<byte> text, SourceLine at)
        {
            // "10M Active, 1480K Inact": parts end in a comma and a blank; a comma alone may be a decimal one.
            while (!Scan.IsEmpty(text))
            {
                ReadOnlySpan<byte> size = Scan.Word(ref text);
                ReadOnlySpan<byte> name = TrimComma(Scan.Word(ref text));
                int index = IndexOf(names, name);
                if (index < 0)
                {
                    // The share of swap in use, the compression ratio, or a part of a release to come.
                    continue;
                }

                string key = Encoding.ASCII.GetString(names[index]);
                if (!Scan.TrySize(size, out long bytes, out _))
                {
                    capture.Report(DiagnosticId.BadNumber, $"{key} is no size; it was left out", section.At(at.Line));
                }
                else if (!Parts.ContainsKey(key))
                {
                    Parts.Add(key, new Reading(bytes, at));
                }
            }
        }
    }
}
