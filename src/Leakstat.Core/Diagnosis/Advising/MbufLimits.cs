using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Advising;

/// <summary>
/// How the limits of mbufs hang together: <c>kern.ipc.nmbufs</c> must not be below the sum of the four cluster limits
/// (<c>sys/kern/kern_mbuf.c</c>, EINVAL otherwise).
/// </summary>
public static class MbufLimits
{
    /// <summary>Limit of mbufs.</summary>
    public const string Mbufs = "kern.ipc.nmbufs";

    private static readonly string[] Clusters =
        ["kern.ipc.nmbclusters", "kern.ipc.nmbjumbop", "kern.ipc.nmbjumbo9", "kern.ipc.nmbjumbo16"];

    /// <summary>Sum of the four cluster limits; null where one is missing.</summary>
    public static long? SumOfClusters(DiagnosisCase host) => SumWith(host, "", 0);

    /// <summary>
    /// What the limit of mbufs must be raised to before a cluster limit gets that value; null where it need not be.
    /// </summary>
    public static long? RaisedFirst(DiagnosisCase host, string name, long value) =>
        Array.IndexOf(Clusters, name) >= 0 && host.Sysctl(Mbufs) is { } mbufs
            && SumWith(host, name, value) is { } sum && sum > mbufs.Value
            ? sum
            : null;

    private static long? SumWith(DiagnosisCase host, string changed, long value)
    {
        long sum = 0;
        foreach (string cluster in Clusters)
        {
            long? limit = cluster == changed ? value : host.Sysctl(cluster)?.Value;
            if (limit is not >= 0)
            {
                return null;
            }

            sum = Arithmetic.Add(sum, limit.Value);
        }

        return sum;
    }
}
