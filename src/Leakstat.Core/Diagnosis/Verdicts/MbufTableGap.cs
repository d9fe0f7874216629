using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether <c>netstat -m</c> lacks lines: the counts of denied requests come behind those of what is in use on every
/// release that prints both (<c>usr.bin/netstat/mbuf.c</c>), and they tell whether anything ran out.
/// </summary>
internal static class MbufTableGap
{
    /// <summary>What is missing; null where nothing is, or the command is not in the capture.</summary>
    public static Gap? Of(DiagnosisReport report) =>
        report.Latest.Mbufs is { MbufsDenied: null, Clusters: not null, Mbufs: { } first }
            ? new Gap("netstat -m", "without the requests that were denied: lines are lost", first.At)
            : null;
}
