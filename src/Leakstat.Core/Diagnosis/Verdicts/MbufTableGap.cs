using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether <c>netstat -m</c> lacks lines: from 8 on it prints the same counts of what is in use and of what was denied
/// on every release, in one order (<c>usr.bin/netstat/mbuf.c</c>). What comes behind them, of sendfile(2), is not
/// judged.
/// </summary>
internal static class MbufTableGap
{
    private const string Command = "netstat -m";

    /// <summary>What is missing; null where nothing is, or the command is not in the capture.</summary>
    public static Gap? Of(Capture capture)
    {
        if (capture.Mbufs is not { } mbufs)
        {
            return null;
        }

        if (LinesOf(mbufs) is not { } lines)
        {
            return null;
        }

        string[] absent = [.. lines.Where(line => line.At is null).Select(line => line.Name)];
        return absent.Length == 0
            ? null
            : new Gap(
                Command,
                $"without {string.Join(", ", absent)}, which every release prints: lines are lost",
                lines.Select(line => line.At).LastOrDefault(at => at is not null) ?? new SourceLine(mbufs.File, 0));
    }

    /// <summary>
    /// The lines and where they stand; null where they are of 5 or older, of Junos or of a dashboard, which print
    /// others.
    /// </summary>
    private static (string Name, SourceLine? At)[]? LinesOf(MbufStatistics mbufs)
    {
        (string Name, SourceLine? At)[] newer =
        [
            ("packets", mbufs.Packets?.At),
            ("jumbo clusters of a page", mbufs.JumboPage?.At),
            ("jumbo clusters of 9k", mbufs.Jumbo9?.At),
            ("jumbo clusters of 16k", mbufs.Jumbo16?.At),
            ("bytes allocated to network", mbufs.Bytes?.At),
        ];
        (string Name, SourceLine? At)[] all =
        [
            ("mbufs", mbufs.Mbufs?.At),
            ("mbuf clusters", mbufs.Clusters?.At),
            .. newer,
            ("requests for mbufs denied", mbufs.MbufsDenied?.At),
            ("requests for jumbo clusters denied", mbufs.JumboPageDenied?.At),
        ];
        bool isOlder = Array.TrueForAll(newer, line => line.At is null)
            && (mbufs.Mbufs is { Cache: null } || mbufs.Clusters is { Cache: null }
                || (mbufs.MbufsDenied is not null && mbufs.ClustersDenied is null));
        return isOlder ? null : all;
    }
}
