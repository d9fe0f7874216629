using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Network;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0401: a pool of mbufs or clusters is at or near its limit.</summary>
public sealed class LS0401MbufsNearLimit : IRule
{
    /// <summary>Share of the limit in use from which a pool counts as near it.</summary>
    internal const double Near = 0.85;

    private const double Full = 0.95;

    /// <inheritdoc/>
    public string Id => "LS0401";

    /// <inheritdoc/>
    public string Name => "mbufs or clusters near their limit";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Mbufs];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        MbufDemand? demand = null;
        foreach (MbufPoolUse pool in MbufPools.Of(context.Latest))
        {
            if (pool.Fill is { } fill && fill >= Near)
            {
                yield return Finding(context, pool, fill, demand ??= MbufDemand.Of(context));
            }
        }
    }

    private Finding Finding(DiagnosisCase context, MbufPoolUse pool, double fill, MbufDemand demand)
    {
        bool? held = demand.IsHeldByOthers(pool);
        bool isDenying = CounterRise.Of(context.History, SeriesKind.ZoneFailures, pool.Zone) is { By: > 0 };
        string state =
            $"{Display.Count(pool.InUse.Value)} of {Display.Count(pool.Limit!.Value.Value)} in use "
                + $"({Display.Percent(fill)})";

        // What is cached beside the clusters in use is the limit's as well: the zone cannot grow.
        if (pool.Denied is { Value: > 0 } denied
            && Arithmetic.Add(pool.InUse.Value, pool.Cached) >= pool.Limit.Value.Value)
        {
            state += $", {Display.Count(denied.Value, "request", "requests")} denied since boot";
        }

        string degree = fill >= 1 ? "exhausted" : fill >= Full ? "nearly exhausted" : "near their limit";
        return new Finding
        {
            Rule = Id,
            Title = held == true
                ? $"{pool.Items} {degree}: {state}, far more than sockets and NIC rings explain"
                : $"{pool.Items} {degree}: {state}",
            Severity = held == true || fill >= Full || isDenying ? Severity.Critical : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Zone(pool.Zone),
            Confidence = held is null ? 0.85 : 0.95,
            Evidence = EvidenceOf(context, pool, fill, demand),
            Owners = OwnerLookup.Of(context, Subject.Zone(pool.Zone)),
            Exhaustion = new ExhaustionTime(pool.LimitName, null, null, null),
            Advice = held == true
                ? [.. MbufAdvice.FindHolder(context, pool), .. MbufAdvice.Raise(context, pool, holderSuspected: true)]
                : [
                    .. MbufAdvice.Raise(context, pool, holderSuspected: false),
                    .. MbufAdvice.MoreMemory(context, pool),
                    .. MbufAdvice.FindHolder(context, pool),
                ],
            BytesAtStake = pool.BytesInUse,
        };
    }

    private static ImmutableArray<Evidence> EvidenceOf(
        DiagnosisCase context, MbufPoolUse pool, double fill, MbufDemand demand)
    {
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.AddRange(pool.InUseEvidence(
            $"{Display.Count(pool.InUse.Value)} {pool.Items} in use ({Display.Bytes(pool.BytesInUse)}); another "
            + $"{Display.Count(pool.Cached)} are cached and free for use"));
        evidence.Add(Evidence.Of(
            $"limit {Display.Count(pool.Limit!.Value.Value)} ({pool.LimitName}): {Display.Percent(fill)} of it is in "
                + "use",
            pool.Limit.Value));
        if (pool.Denied is { Value: > 0 } denied)
        {
            evidence.Add(Evidence.Of($"{Display.Count(denied.Value)} requests denied since boot", denied));
        }

        if (demand.Sockets is { } sockets && demand.Explains(pool) is { } explained)
        {
            evidence.Add(Evidence.Of(
                $"{Display.Count(sockets.Value)} open sockets; {Display.Bytes(MbufDemand.BytesPerSocket)} granted to "
                    + "each",
                sockets));
            evidence.Add(demand.RingEvidence);
            evidence.Add(new Evidence(
                $"sockets and rings explain {Display.Count(explained)} at the very most, "
                    + $"{Display.Count(pool.InUse.Value)} are in use",
                explained));
        }
        else
        {
            evidence.Add(new Evidence(
                "whether the limit is too small or something holds them cannot be told: the capture has no number of "
                    + "sockets "
                + "(vmstat -z, sysctl kern.ipc.numopensockets)"));
        }

        if (demand.IsHeldByOthers(pool) == true && ForeignModules.Evidence(context) is { } modules)
        {
            evidence.Add(modules);
        }

        return evidence.ToImmutable();
    }
}
