using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Network;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0402: requests for mbufs or clusters were denied or delayed, although the pool is not full now.</summary>
public sealed class LS0402MbufRequestsDenied : IRule
{
    private const long Many = 1000;
    private const double ManyOfRequests = 0.01;

    /// <inheritdoc/>
    public string Id => "LS0402";

    /// <inheritdoc/>
    public string Name => "Requests for mbufs denied or delayed";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Mbufs];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        foreach (MbufPoolUse pool in MbufPools.Of(context.Latest))
        {
            // A pool near its limit is LS0401's, large clusters that memory is too fragmented for are LS0403's.
            if (pool.Fill >= LS0401MbufsNearLimit.Near || LS0403JumboFragmentation.IsFragmented(context, pool))
            {
                continue;
            }

            Reading? denied = Denied(context, pool);
            long delayed = Math.Max(pool.Delayed?.Value ?? 0, 0);
            if (denied is { Value: > 0 } || delayed > 0)
            {
                yield return Finding(context, pool, denied, delayed);
            }
        }
    }

    /// <summary>
    /// A request for mbuf and cluster together that fails for want of a cluster is counted at <c>mbuf_packet</c> only;
    /// it is the clusters' trouble.
    /// </summary>
    private static Reading? Denied(DiagnosisCase context, MbufPoolUse pool)
    {
        if (pool.Zone != KnownNames.Cluster)
        {
            return pool.Denied;
        }

        Reading? packets = context.Latest.Mbufs?.PacketsDenied;
        if (packets is null && context.Latest.Zones is { } zones
            && zones.Find(KnownNames.Packet) is { Failures: { } failures } row)
        {
            packets = new Reading(failures, zones.At(row));
        }

        return packets is { } other && other.Value > (pool.Denied?.Value ?? 0) ? other : pool.Denied;
    }

    private Finding Finding(DiagnosisCase context, MbufPoolUse pool, Reading? denied, long delayed)
    {
        long count = Math.Max(denied?.Value ?? 0, 0);
        CounterRise? rise = Rise(context, pool);
        bool isRising = rise is { By: > 0 };

        // Counters are kept since boot. Without a second capture many may still be old; with one that shows no more,
        // they are.
        bool isMany = count >= Many
            || (count >= 10 && pool.Requests is > 0 and { } requests && count >= requests * ManyOfRequests);
        Severity severity = isRising || (rise is null && isMany) ? Severity.Warning : Severity.Info;
        string when = rise is null ? "since boot" : isRising ? rise.Value.Text : "since boot, none of them lately";
        string what = count > 0
            ? $"{Display.Count(count)} requests for {pool.Items} denied"
            : $"{Display.Count(delayed)} requests for {pool.Items} delayed";
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        if (denied is { Value: > 0 } at)
        {
            evidence.Add(Evidence.Of($"{Display.Count(count)} requests denied, {when}", at));
        }

        if (pool.Delayed is { Value: > 0 } slept)
        {
            evidence.Add(Evidence.Of($"{Display.Count(slept.Value)} requests waited at the limit since boot", slept));
        }

        if (pool is { WasFull: true, Peak: { } peak })
        {
            evidence.Add(Evidence.Of(
                $"{Display.Count(peak.Value)} of {Display.Count(pool.Limit!.Value.Value)} were in use at the peak "
                    + "since boot: the pool was full",
                peak));
        }

        evidence.AddRange(pool.InUseEvidence(
            pool.Fill is { } fill
                ? $"now {Display.Count(pool.InUse.Value)} of {Display.Count(pool.Limit!.Value.Value)} are in use "
                    + $"({Display.Percent(fill)})"
                : $"now {Display.Count(pool.InUse.Value)} are in use"));
        bool isKept = IsKept(context, pool);
        return new Finding
        {
            Rule = Id,
            Title = isKept ? $"{what} {when}: the pool is at its limit, most of it kept in caches"
                : pool.WasFull
                ? $"{what} {when}: the pool was at its limit of {Display.Count(pool.Limit!.Value.Value)} earlier, and "
                    + "is not full now"
                : $"{what} {when}; the pool is not full now",
            Severity = severity,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone(pool.Zone),
            Confidence = isRising || pool.WasFull ? 0.9 : 0.6,
            IsPast = pool.WasFull && !isRising && !isKept,
            Evidence = evidence.ToImmutable(),
            Owners = OwnerLookup.Of(context, Subject.Zone(pool.Zone)),
            Advice = [
                Advice.Look(
                    "See whether the counters still rise. If they do, a burst fills the pool for moments (raise its "
                        + "limit) or "
                    + "memory itself is short at those moments; if not, it is over.",
                    "netstat -m | egrep 'denied|delayed|max'",
                    MbufAdvice.IsReadAtBoot(context) ? "netstat -an" : "vmstat -z | egrep 'ITEM|mbuf'"),
                .. pool.WasFull || (isRising && pool.Fill is >= 0.5)
                    ? MbufAdvice.Raise(context, pool, holderSuspected: false)
                    : [],
            ],
        };
    }

    /// <summary>
    /// Whether the zone has given out all that its limit allows, though few are in use: the rest lies in the caches of
    /// the zone of packets (mbuf with cluster), which holds them as its own.
    /// </summary>
    private static bool IsKept(DiagnosisCase context, MbufPoolUse pool) =>
        context.Latest.Zones?.Find(pool.Zone) is { Limit: > 0 } row
        && row.Used >= row.Limit * LS0401MbufsNearLimit.Near;

    private static CounterRise? Rise(DiagnosisCase context, MbufPoolUse pool)
    {
        CounterRise? rise = CounterRise.Of(context.History, SeriesKind.ZoneFailures, pool.Zone);
        CounterRise? packets = pool.Zone == KnownNames.Cluster
            ? CounterRise.Of(context.History, SeriesKind.ZoneFailures, KnownNames.Packet)
            : null;
        return packets is { } other && other.By > (rise?.By ?? 0) ? packets : rise;
    }
}
