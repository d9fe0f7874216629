using System.Collections.Immutable;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Network;

/// <summary>
/// The pools of a capture. Either of <c>vmstat -z</c> and <c>netstat -m</c> is enough; with both, <c>netstat -m</c>
/// says what is in use and <c>vmstat -z</c> adds sizes and requests (<c>sys/kern/kern_mbuf.c</c>,
/// <c>usr.bin/netstat/mbuf.c</c>). Where the two are far apart they were taken at two moments, and the worse counts.
/// </summary>
internal static class MbufPools
{
    private const double FarBelow = 0.5;

    /// <summary>All pools that the capture tells of: mbufs, clusters, jumbo clusters from small to large.</summary>
    public static ImmutableArray<MbufPoolUse> Of(Capture capture)
    {
        MbufStatistics? netstat = capture.Mbufs is { } printed ? WithOwner(printed) : null;
        ZoneRow? packet = capture.Zones?.Find(KnownNames.Packet);
        string page = capture.Zones?.Find(KnownNames.OldJumboPage) is null
            ? KnownNames.JumboPage
            : KnownNames.OldJumboPage;
        ImmutableArray<MbufPoolUse>.Builder pools = ImmutableArray.CreateBuilder<MbufPoolUse>(5);
        Add(Read(
            capture, KnownNames.Mbuf, "mbufs", "kern.ipc.nmbufs", 256,
            netstat?.Mbufs, netstat?.MbufsDenied, netstat?.MbufsDelayed, packet?.Used ?? 0, 0));
        Add(Read(
            capture, KnownNames.Cluster, "mbuf clusters", "kern.ipc.nmbclusters", 2048,
            netstat?.Clusters, netstat?.ClustersDenied, netstat?.ClustersDelayed, 0, packet?.Free ?? 0));
        Add(Read(
            capture, page, "page-size jumbo clusters", "kern.ipc.nmbjumbop", capture.Host.BytesPerPage,
            netstat?.JumboPage, netstat?.JumboPageDenied, netstat?.JumboPageDelayed, 0, 0));
        Add(Read(
            capture, KnownNames.Jumbo9, "9 KiB jumbo clusters", "kern.ipc.nmbjumbo9", 9216,
            netstat?.Jumbo9, netstat?.Jumbo9Denied, netstat?.Jumbo9Delayed, 0, 0));
        Add(Read(
            capture, KnownNames.Jumbo16, "16 KiB jumbo clusters", "kern.ipc.nmbjumbo16", 16384,
            netstat?.Jumbo16, netstat?.Jumbo16Denied, netstat?.Jumbo16Delayed, 0, 0));
        return pools.ToImmutable();

        void Add(MbufPoolUse? pool)
        {
            if (pool is not null)
            {
                pools.Add(pool);
            }
        }
    }

    /// <summary>
    /// Whether far less than the limit of clusters is in use at the capture, so that what was said of a full pool is
    /// over.
    /// </summary>
    public static bool IsClusterPoolFree(Capture capture) => ClusterFill(capture) < FarBelow;

    /// <summary>Share of the limit of clusters that is in use; null where the capture does not tell.</summary>
    public static double? ClusterFill(Capture capture) =>
        Of(capture).FirstOrDefault(p => p.Zone == KnownNames.Cluster)?.Fill;

    /// <summary>
    /// FreeBSD 5 and older count requests that were denied for mbufs and clusters together. Where clusters were at
    /// their limit, theirs they were.
    /// </summary>
    private static MbufStatistics WithOwner(MbufStatistics printed) =>
        printed is { MbufsDenied: { } denied, ClustersDenied: null, PacketsDenied: null }
        && printed.Clusters is { Max: > 0 and { } max } clusters && (clusters.Peak ?? clusters.Current) >= max
            ? printed with { MbufsDenied = null, ClustersDenied = denied }
            : printed;

    private static MbufPoolUse? Read(
        Capture capture,
        string zone,
        string items,
        string limitName,
        long itemBytes,
        MbufPool? netstat,
        Reading? denied,
        Reading? delayed,
        long usedInPackets,
        long freeInPackets)
    {
        ZoneTable? table = capture.Zones;
        ZoneRow? row = table?.Find(zone);
        Reading? counted = row is { } own
            ? new Reading(
                Math.Max(
                    Arithmetic.Subtract(Arithmetic.Add(own.Used, usedInPackets), Math.Max(freeInPackets, 0)), 0),
                table!.At(own))
            : null;
        Reading? printed = netstat is { Current: { } current } pool
            ? new Reading(current, pool.At)

            // A dashboard shows the sum with those that are cached, which count against the limit too.
            : netstat is { Total: { } total } summed && row is null ? new Reading(total, summed.At)
            : null;
        if ((printed ?? counted) is not { Value: >= 0 } known)
        {
            return null;
        }

        Reading? limit = row is { Limit: > 0 } limited
            ? new Reading(limited.Limit, table!.At(limited))
            : netstat is { Max: > 0 and { } max } most ? new Reading(max, most.At)
            : capture.Sysctls.Number(limitName);
        Reading? failures = Counter(row?.Failures);
        Reading? other = printed is not null && counted is { } second
            && OneMoment.ItemsAreApart(known.Value, second.Value, limit?.Value ?? 0)
                ? second
                : null;
        if (other is { } worse && worse.Value > known.Value)
        {
            (known, other) = (worse, known);
        }

        bool isCounted = counted is not null && known == counted;
        return new MbufPoolUse
        {
            Zone = zone,
            Items = items,
            LimitName = limitName,
            ItemBytes = row is { Size: > 0 } sized ? sized.Size : itemBytes,
            InUse = known,
            OtherInUse = other,
            InUseFrom = isCounted ? PartsOf(table!, row!.Value, usedInPackets, freeInPackets) : [],
            Cached = isCounted ? CachedIn(row) : netstat?.Cache ?? CachedIn(row),
            Limit = limit is { Value: > 0 } ? limit : null,
            Peak = netstat is { Peak: { } peak } peaked ? new Reading(peak, peaked.At) : null,
            OtherDenied = denied is { } one && failures is { } two && OneMoment.DenialsAreApart(one.Value, two.Value)
                ? one.Value < two.Value ? one : two
                : null,
            Denied = denied is { } said && !(failures?.Value > said.Value) ? said : failures,
            Delayed = delayed ?? Counter(row?.Sleeps),
            Requests = row?.Requests,
        };

        long CachedIn(ZoneRow? of) => Math.Max(Arithmetic.Add(of?.Free ?? 0, freeInPackets), 0);

        Reading? Counter(long? value) => value is { } count ? new Reading(count, table!.At(row!.Value)) : null;
    }

    /// <summary>
    /// What of the rows is in use: an mbuf with its cluster is a row of its own, whose free items hold clusters that
    /// are counted as used.
    /// </summary>
    private static ImmutableArray<(string What, Reading Number)> PartsOf(
        ZoneTable table, ZoneRow row, long usedInPackets, long freeInPackets)
    {
        if ((usedInPackets == 0 && freeInPackets <= 0) || table.Find(KnownNames.Packet) is not { } packet)
        {
            return [];
        }

        (string What, Reading Number) own = ($"USED of {row.Name}", new Reading(row.Used, table.At(row)));
        return freeInPackets > 0
            ? [own, ($"of them in FREE of {packet.Name}", new Reading(freeInPackets, table.At(packet)))]
            : [own, ($"and USED of {packet.Name}", new Reading(usedInPackets, table.At(packet)))];
    }
}
