using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.NetstatMbuf;

/// <summary>
/// <c>netstat -m</c> in text, FreeBSD 4 to 15, and Junos' <c>show system buffers</c> (<c>usr.bin/netstat/mbuf.c</c>).
/// Every line says by itself what it is; lines come and go between releases and may be wrapped.
/// </summary>
public sealed class NetstatMbufText : IFormat
{
    private const int MostNumbers = 4;

    /// <inheritdoc/>
    public string Name => "netstat-m/text";

    /// <inheritdoc/>
    public string Command => "netstat -m";

    /// <inheritdoc/>
    public bool ReportsEveryLine => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line)
    {
        Span<long> numbers = stackalloc long[MostNumbers];
        return NetstatMbufLine.Read(line, numbers).Kind switch
        {
            MbufLineKind.None => LineFit.None,
            MbufLineKind.Mbufs or MbufLineKind.OldMbufs or MbufLineKind.PeakMbufs => LineFit.Header,
            MbufLineKind.Wrapped or MbufLineKind.Other => LineFit.Continues,
            _ => LineFit.Row,
        };
    }

    /// <inheritdoc/>
    public bool IsHeader(ReadOnlySpan<byte> line) => line.IndexOf("mbufs in use"u8) > 0 && Fit(line) == LineFit.Header;

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        Span<long> numbers = stackalloc long[MostNumbers];
        var mbufs = new MbufStatistics { File = section.File };
        int rows = 0;
        int skipped = 0;
        bool mayContinue = false;
        LineReader lines = section.Lines();
        while (lines.Read())
        {
            if (Scan.IsEmpty(lines.Line))
            {
                continue;
            }

            SourceLine at = section.At(lines.Number);
            NetstatMbufLine line = NetstatMbufLine.Read(lines.Line, numbers);
            if (line.Kind == MbufLineKind.None)
            {
                // A label may be wrapped anywhere; its rest ends with the parenthesis.
                bool isRest = mayContinue && Scan.Trim(lines.Line)[^1] == ')';
                mayContinue = false;
                if (!isRest)
                {
                    skipped++;
                    capture.NotUnderstood("not a line of netstat -m; skipped", lines.IsTerminated, at);
                }

                continue;
            }

            mayContinue = line.Kind is not (
                MbufLineKind.Wrapped or MbufLineKind.Other or MbufLineKind.MemoryDenied) && !line.IsWhole;
            if (line.Kind == MbufLineKind.Wrapped)
            {
                continue;
            }

            rows++;
            if (numbers[..line.Count].IndexOfAnyInRange(long.MinValue, -1) >= 0)
            {
                capture.Underflow(at);
            }

            MbufStatistics before = mbufs;
            mbufs = With(mbufs, KindOf(line, mbufs), numbers, at);
            if (ReferenceEquals(before, mbufs) && line.Kind != MbufLineKind.Other)
            {
                capture.Report(
                    DiagnosticId.SecondOutput,
                    "a second netstat -m among the lines of the first, which is used: this line was not judged",
                    at);
            }
        }

        if (rows > 0)
        {
            capture.Offer(mbufs);
        }

        return new FormatResult(rows, skipped);
    }

    /// <summary>A page may itself be of 16k: then it is the first such line that is about pages.</summary>
    private static MbufLineKind KindOf(NetstatMbufLine line, MbufStatistics mbufs) =>
        line.Kind == MbufLineKind.Jumbo16 && line.SaysPageSize && mbufs.JumboPage is null && mbufs.Jumbo9 is null
            ? MbufLineKind.JumboPage
            : line.Kind;

    /// <summary>The statistics with a line added; the same where that line was there already.</summary>
    private static MbufStatistics With(MbufStatistics mbufs, MbufLineKind kind, ReadOnlySpan<long> n, SourceLine at)
    {
        switch (kind)
        {
            case MbufLineKind.Mbufs when mbufs.Mbufs is null:
                return mbufs with { Mbufs = new MbufPool(n[0], n[1], n[2], null, at) };
            case MbufLineKind.Clusters when mbufs.Clusters is null:
                return mbufs with { Clusters = Whole(n, at) };
            case MbufLineKind.Packets when mbufs.Packets is null:
                return mbufs with { Packets = new MbufPool(n[0], n[1], null, null, at) };
            case MbufLineKind.JumboPage when mbufs.JumboPage is null:
                return mbufs with { JumboPage = Whole(n, at) };
            case MbufLineKind.Jumbo9 when mbufs.Jumbo9 is null:
                return mbufs with { Jumbo9 = Whole(n, at) };
            case MbufLineKind.Jumbo16 when mbufs.Jumbo16 is null:
                return mbufs with { Jumbo16 = Whole(n, at) };
            case MbufLineKind.Bytes when mbufs.Bytes is null:
                return mbufs with { Bytes = new MbufPool(Kibi(n[0]), Kibi(n[1]), Kibi(n[2]), null, at) };
            case MbufLineKind.Denied when mbufs.MbufsDenied is null:
                return mbufs with
                {
                    MbufsDenied = new Reading(n[0], at),
                    ClustersDenied = new Reading(n[1], at),
                    PacketsDenied = new Reading(n[2], at),
                };
            case MbufLineKind.Delayed when mbufs.MbufsDelayed is null:
                return mbufs with
                {
                    MbufsDelayed = new Reading(n[0], at),
                    ClustersDelayed = new Reading(n[1], at),
                    PacketsDelayed = new Reading(n[2], at),
                };
            case MbufLineKind.JumboDenied when mbufs.JumboPageDenied is null:
                return mbufs with
                {
                    JumboPageDenied = new Reading(n[0], at),
                    Jumbo9Denied = new Reading(n[1], at),
                    Jumbo16Denied = new Reading(n[2], at),
                };
            case MbufLineKind.JumboDelayed when mbufs.JumboPageDelayed is null:
                return mbufs with
                {
                    JumboPageDelayed = new Reading(n[0], at),
                    Jumbo9Delayed = new Reading(n[1], at),
                    Jumbo16Delayed = new Reading(n[2], at),
                };
            case MbufLineKind.SendfileBuffers when mbufs.SendfileBuffers is null:
                return mbufs with { SendfileBuffers = new MbufPool(n[0], n[1], null, n[2], at) };
            default:
                return WithOlder(mbufs, kind, n, at);
        }
    }

    /// <summary>The same of lines that 5 and older, Junos and dashboards print.</summary>
    private static MbufStatistics WithOlder(
        MbufStatistics mbufs, MbufLineKind kind, ReadOnlySpan<long> n, SourceLine at)
    {
        switch (kind)
        {
            case MbufLineKind.OldMbufs when mbufs.Mbufs is null:
                // Before 6 nothing was counted as cached, and a peak is no amount of now.
                return mbufs with { Mbufs = new MbufPool(n[0], null, null, null, at) };
            case MbufLineKind.PeakMbufs when mbufs.Mbufs is null:
                return mbufs with { Mbufs = new MbufPool(n[0], null, null, null, at) { Peak = n[1] } };
            case MbufLineKind.OldClusters when mbufs.Clusters is null:
                return mbufs with { Clusters = new MbufPool(n[0], null, null, n[1], at) };
            case MbufLineKind.PeakClusters when mbufs.Clusters is null:
                return mbufs with { Clusters = new MbufPool(n[0], null, null, n[2], at) { Peak = n[1] } };
            case MbufLineKind.DashboardClusters when mbufs.Clusters is null:
                return mbufs with { Clusters = new MbufPool(null, null, n[0], n[1], at) };
            case MbufLineKind.MemoryDenied when mbufs.MbufsDenied is null:
                return mbufs with { MbufsDenied = new Reading(n[0], at) };
            default:
                return mbufs;
        }
    }

    private static MbufPool Whole(ReadOnlySpan<long> n, SourceLine at) => new(n[0], n[1], n[2], n[3], at);

    private static long Kibi(long value) => Arithmetic.Multiply(value, 1024);
}
