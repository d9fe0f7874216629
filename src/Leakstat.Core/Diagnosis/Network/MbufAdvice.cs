using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Network;

/// <summary>What to do about mbufs: find who holds them, or give more of them.</summary>
internal static class MbufAdvice
{
    private const long Step = 1024;
    private const string ClusterLimit = "kern.ipc.nmbclusters";

    /// <summary>Whose limits of mbufs were read at boot, and whose outputs and messages nobody else prints.</summary>
    private static readonly FreeBsdRelease s_old = new("5", 5, 0, "", 0);

    /// <summary>Advice to find a holder.</summary>
    public static ImmutableArray<Advice> FindHolder(DiagnosisCase context, MbufPoolUse pool) =>
    [
        Advice.Look(
            $"Find who holds the {pool.Items}. First sockets and queues: a socket buffer that nobody empties, a "
                + "queue of "
            + "netgraph, dummynet or altq, a tunnel that is down.",
            IsReadAtBoot(context)
                ? ["netstat -an", "netstat -m", "vmstat -m"]
                :
                [
                    // Before 9 netstat(1) prints no numbers of buffers beside sockets.
                    context.Latest.Host.IsBefore(9) ? "netstat -an" : "netstat -x",
                    "netstat -m",
                    "vmstat -z | egrep 'mbuf|NetGraph|pf mtags|socket'",
                    "vmstat -m | egrep 'mbuf_tag|dummynet'",
                ]),
        Advice.Look(
            "Then look again a few minutes later with the same or less traffic: a queue empties, held mbufs do not "
                + "come "
            + "back. If they do not, suspect the driver, netgraph node, packet filter or module that touches packets "
            + "last; "
            + "those out of tree first.",
            "netstat -m | egrep 'mbufs in use|clusters'",
            "kldstat -v"),
    ];

    /// <summary>
    /// Whether limits of mbufs are read at boot only: a sysctl that cannot be written up to 5.2, one that does not
    /// reach the zone from then on (<c>sys/kern/subr_mbuf.c</c>, <c>kern_mbuf.c</c>: "Can't change UMA limits on the
    /// fly"), until 7. A host without a release shows it by a <c>netstat -m</c> with peaks.
    /// </summary>
    public static bool IsReadAtBoot(DiagnosisCase context) => TunableAdvice.IsReadAtBoot(
        ClusterLimit,
        context.Release ?? (context.Latest.Mbufs is { Clusters.Peak: not null } ? s_old : null));

    /// <summary>
    /// Advice to double the limit of clusters on a host that is as old as what it prints, where it does not name its
    /// release.
    /// </summary>
    public static ImmutableArray<Advice> RaiseOfOld(DiagnosisCase context)
    {
        const string Text = "When the use follows the load, double the limit of mbuf clusters.";
        const string Risk = "Each cluster takes 2 KiB of the kernel's address space; too large a value can keep a host "
            + "with little of it (i386) from booting.";
        long? now = MbufPools.Of(context.Latest).FirstOrDefault(p => p.LimitName == ClusterLimit)?.Limit?.Value
            ?? context.Sysctl(ClusterLimit)?.Value;
        return now is > 0 and < 1 << 24
            ? TunableAdvice.Set(context, ClusterLimit, now.Value * 2, Text, Risk, assumed: s_old)
            : [TunableAdvice.DoubleAtBoot(context, ClusterLimit, Text, Risk)];
    }

    /// <summary>
    /// Advice to raise the limit: twice the present one, but no more than three quarters of what the kernel keeps for
    /// mbufs. Empty where that is reached.
    /// </summary>
    public static ImmutableArray<Advice> Raise(DiagnosisCase context, MbufPoolUse pool, bool holderSuspected)
    {
        if (pool.Limit is not { } limit || NewLimit(context, pool, limit.Value) is not { } value)
        {
            return [];
        }

        if (IsReadAtBoot(context))
        {
            return pool.LimitName == ClusterLimit ? RaiseOfOld(context) : [];
        }

        string memory = Display.Bytes(Arithmetic.Multiply(value - limit.Value, pool.ItemBytes));
        return TunableAdvice.Set(
            context,
            pool.LimitName,
            value,
            holderSuspected
                ? $"Raising the limit only buys time, and hides the leak if there is one: the {pool.Items} will run "
                    + "out again."
                : $"Raise the limit of {pool.Items}. If the number in use keeps rising afterwards, it is no small "
                    + "limit but a leak, which a higher limit only hides.",
            $"Takes up to {memory} more of wired memory, when it is used.");
    }

    /// <summary>Advice where only the kernel's share for mbufs is left to be raised.</summary>
    public static ImmutableArray<Advice> MoreMemory(DiagnosisCase context, MbufPoolUse pool) =>
        pool.Limit is { } limit && NewLimit(context, pool, limit.Value) is null
            ? [Advice.Look(
                $"{pool.LimitName} is as high as the memory that the kernel keeps for mbufs (kern.ipc.maxmbufmem) "
                    + "allows in "
                + "good conscience; a higher limit needs more memory or fewer, smaller rings.",
                "sysctl kern.ipc.maxmbufmem")]
            : [];

    private static long? NewLimit(DiagnosisCase context, MbufPoolUse pool, long limit)
    {
        long twice = Arithmetic.Multiply(limit, 2);
        long rounded = Arithmetic.Multiply((twice / Step) + (twice % Step > 0 ? 1 : 0), Step);
        long? share = context.Sysctl("kern.ipc.maxmbufmem")?.Value ?? context.Latest.Host.PhysicalMemory?.Value / 2;
        if (share is > 0)
        {
            long most = share.Value / 4 * 3 / Math.Max(pool.ItemBytes, 1) / Step * Step;
            rounded = Math.Min(rounded, most);
        }

        return rounded > limit + (limit / 10) ? rounded : null;
    }
}
