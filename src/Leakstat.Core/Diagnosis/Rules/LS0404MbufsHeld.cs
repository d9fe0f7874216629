using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Network;
using Leakstat.Diagnosis.Owners;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0404: far more mbufs or clusters are in use than sockets and NIC rings explain, the limit still far away.
/// </summary>
public sealed class LS0404MbufsHeld : IRule
{
    /// <summary>Least amount beyond explanation, bytes.</summary>
    private const long Least = 64L << 20;

    /// <summary>… and as a share of physical memory.</summary>
    private const double LeastOfMemory = 0.02;

    /// <inheritdoc/>
    public string Id => "LS0404";

    /// <inheritdoc/>
    public string Name => "More mbufs in use than sockets and rings explain";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Mbufs];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        MbufDemand? demand = null;
        foreach (MbufPoolUse pool in MbufPools.Of(context.Latest))
        {
            if (pool.Fill >= LS0401MbufsNearLimit.Near || pool.BytesInUse < Least)
            {
                continue;
            }

            demand ??= MbufDemand.Of(context);
            if (demand.IsHeldByOthers(pool) != true || demand.Explains(pool) is not { } explained)
            {
                continue;
            }

            long excess = Arithmetic.Multiply(pool.InUse.Value - explained, pool.ItemBytes);
            if (excess >= Least && excess >= (context.Latest.Host.PhysicalMemory?.Value ?? 0) * LeastOfMemory)
            {
                yield return Finding(context, pool, demand, explained, excess);
            }
        }
    }

    private Finding Finding(DiagnosisCase context, MbufPoolUse pool, MbufDemand demand, long explained, long excess)
    {
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.AddRange(pool.InUseEvidence(
            $"{Display.Count(pool.InUse.Value)} {pool.Items} in use ({Display.Bytes(pool.BytesInUse)}), caches not "
                + "counted"));
        evidence.Add(Evidence.Of(
            $"{Display.Count(demand.Sockets!.Value.Value)} open sockets; {Display.Bytes(MbufDemand.BytesPerSocket)} "
                + "granted to each",
            demand.Sockets.Value));
        evidence.Add(demand.RingEvidence);
        evidence.Add(new Evidence(
            $"sockets and rings explain {Display.Count(explained)} at the very most; {Display.Bytes(excess)} are "
                + "beyond that",
            excess, Unit.Bytes));
        if (pool.Fill is { } fill)
        {
            evidence.Add(
                Evidence.Of(
                    $"the limit is still far: {Display.Percent(fill)} of it is in use ({pool.LimitName})",
                    pool.Limit!.Value));
        }

        if (ForeignModules.Evidence(context) is { } modules)
        {
            evidence.Add(modules);
        }

        return new Finding
        {
            Rule = Id,
            Title = $"{Display.Count(pool.InUse.Value)} {pool.Items} in use, {Display.Bytes(excess)} more than "
                + "sockets and NIC rings explain",
            Severity = Severity.Warning,
            Verdict = Verdict.Suspect,
            Subject = Subject.Zone(pool.Zone),
            Confidence = 0.7,
            Evidence = evidence.ToImmutable(),
            Owners = OwnerLookup.Of(context, Subject.Zone(pool.Zone)),
            Advice = MbufAdvice.FindHolder(context, pool),
            BytesAtStake = pool.BytesInUse,
        };
    }
}
