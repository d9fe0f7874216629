using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Network;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// What a growing zone or malloc type runs into first: the zone's own limit, or the end of physical memory.
/// </summary>
internal static class NearestBound
{
    /// <summary>The earlier of the two; null where neither is known or reached within ten years.</summary>
    /// <param name="context">The case.</param>
    /// <param name="key">What grows.</param>
    /// <param name="growth">How fast.</param>
    /// <param name="limit">When the zone's limit is reached, where that is known better; null where it is not.</param>
    public static ExhaustionTime? Of(
        DiagnosisCase context, SeriesKey key, ObservedGrowth growth, ExhaustionTime? limit = null) =>
        Earlier(
            limit is null ? OfZone(context, key, growth) : Named(context, key, limit),
            GrowthPace.UntilMemoryIsGone(context, growth));

    /// <summary>A limit of mbufs is named by what sets it, however it was found.</summary>
    private static ExhaustionTime Named(DiagnosisCase context, SeriesKey key, ExhaustionTime limit) =>
        PoolLimit(context, key.Name) is { } name ? limit with { Of = name } : limit;

    private static ExhaustionTime? OfZone(DiagnosisCase context, SeriesKey key, ObservedGrowth growth)
    {
        if (key.Kind == SeriesKind.ZoneUsed && context.Latest.Zones is null
            && MbufPools.Of(context.Latest).FirstOrDefault(p => p.Zone == key.Name) is { Limit: { } most } pool)
        {
            return GrowthPace.Until(
                pool.LimitName,
                (double)Math.Max(Arithmetic.Subtract(most.Value, pool.InUse.Value), 0) * Math.Max(pool.ItemBytes, 1),
                growth,
                context.Latest.TakenAt);
        }

        if (key.Kind != SeriesKind.ZoneUsed
            || context.Latest.Zones is not { } zones
            || zones.Find(key.Name) is not { } row
            || ZoneFacts.Find(key.Name)?.Limit?.Weight == WhenFull.Normal)
        {
            return null;
        }

        // Every packet holds a cluster, so that the limit of clusters bounds packets too (sys/kern/kern_mbuf.c).
        ZoneRow limited = key.Name == KnownNames.Packet && zones.Find(KnownNames.Cluster) is { } clusters
            ? clusters
            : row;
        return limited.Limit > 0
            ? GrowthPace.Until(
                NameOf(context, limited.Name),
                (double)Math.Max(limited.Limit - limited.Used, 0) * Math.Max(row.Size, 1),
                growth,
                context.Latest.TakenAt)
            : null;
    }

    private static string NameOf(DiagnosisCase context, string zone) =>
        PoolLimit(context, zone) ?? ZoneLimit.Describe(zone, ZoneFacts.Find(zone)?.Limit);

    private static string? PoolLimit(DiagnosisCase context, string zone) =>
        MbufPools.Of(context.Latest).FirstOrDefault(pool => pool.Zone == zone)?.LimitName;

    private static ExhaustionTime? Earlier(ExhaustionTime? one, ExhaustionTime? other) =>
        one?.At is null ? other : other?.At is null || one.At <= other.At ? one : other;
}
