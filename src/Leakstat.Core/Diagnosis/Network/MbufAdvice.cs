using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Network;

/// <summary>What to do about mbufs: find who holds them, or give more of them.</summary>
internal static class MbufAdvice
{
    private const long Step = 1024;

    /// <summary>Advice to find a holder.</summary>
    public static ImmutableArray<Advice> FindHolder(MbufPoolUse pool) =>
    [
        Advice.Look(
            $"Find who holds the {pool.Items}. First sockets and queues: a socket buffer that nobody empties, a queue of "
            + "netgraph, dummynet or altq, a tunnel that is down.",
            "netstat -x",
            "netstat -m",
            "vmstat -z | egrep 'mbuf|NetGraph|pf mtags|socket'",
            "vmstat -m | egrep 'mbuf_tag|dummynet'"),
        Advice.Look(
            "Then look again a few minutes later with the same or less traffic: a queue empties, held mbufs do not come "
            + "back. If they do not, suspect the driver, netgraph node, packet filter or module that touches packets last; "
            + "those out of tree first.",
            "netstat -m | egrep 'mbufs in use|clusters'",
            "kldstat -v"),
    ];

    /// <summary>
    /// Advice to raise the limit: twice the present one, but no more than three quarters of what the kernel keeps for
    /// mbufs. Empty where that is reached.
    /// </summary>
    public static ImmutableArray<Advice> Raise(DiagnosisCase host, MbufPoolUse pool, bool holderSuspected)
    {
        if (pool.Limit is not { } limit || NewLimit(host, pool, limit.Value) is not { } value)
        {
            return [];
        }

        string memory = Display.Bytes(Arithmetic.Multiply(value - limit.Value, pool.ItemBytes));
        return TunableAdvice.Set(
            host,
            pool.LimitName,
            value,
            holderSuspected
                ? $"Raising the limit only buys time, and hides the leak if there is one: the {pool.Items} will run out again."
                : $"Raise the limit of {pool.Items}. If the number in use keeps rising afterwards, it is no small limit but a leak, which a higher limit only hides.",
            $"Takes up to {memory} more of wired memory, when it is used.");
    }

    /// <summary>Advice where only the kernel's share for mbufs is left to be raised.</summary>
    public static ImmutableArray<Advice> MoreMemory(DiagnosisCase host, MbufPoolUse pool) =>
        pool.Limit is { } limit && NewLimit(host, pool, limit.Value) is null
            ? [Advice.Look(
                $"{pool.LimitName} is as high as the memory that the kernel keeps for mbufs (kern.ipc.maxmbufmem) allows in "
                + "good conscience; a higher limit needs more memory or fewer, smaller rings.",
                "sysctl kern.ipc.maxmbufmem")]
            : [];

    private static long? NewLimit(DiagnosisCase host, MbufPoolUse pool, long limit)
    {
        long twice = Arithmetic.Multiply(limit, 2);
        long rounded = Arithmetic.Multiply((twice / Step) + (twice % Step > 0 ? 1 : 0), Step);
        long? share = host.Sysctl("kern.ipc.maxmbufmem")?.Value ?? host.Latest.Host.PhysicalMemory?.Value / 2;
        if (share is > 0)
        {
            long most = share.Value / 4 * 3 / Math.Max(pool.ItemBytes, 1) / Step * Step;
            rounded = Math.Min(rounded, most);
        }

        return rounded > limit + (limit / 10) ? rounded : null;
    }
}
