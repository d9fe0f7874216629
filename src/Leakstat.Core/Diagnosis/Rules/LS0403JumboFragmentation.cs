using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Network;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0403: 9 KiB or 16 KiB clusters are denied below their limit, because free memory lies in single pages.
/// </summary>
public sealed class LS0403JumboFragmentation : IRule
{
    /// <summary>Fewest denials that count: single ones are normal under load.</summary>
    private const long Few = 100;

    /// <summary>Both sizes need a run of four pages (9 KiB: three, from a run of four).</summary>
    private const int Order = 2;

    /// <summary>Share of free memory in such runs below which memory counts as fragmented.</summary>
    private const double Little = 0.02;

    /// <inheritdoc/>
    public string Id => "LS0403";

    /// <inheritdoc/>
    public string Name => "Jumbo clusters denied by fragmentation";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Mbufs];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        foreach (MbufPoolUse pool in MbufPools.Of(context.Latest))
        {
            if (IsFragmented(context, pool))
            {
                yield return Finding(context, pool);
            }
        }
    }

    /// <summary>
    /// Whether denials of that pool come from fragmentation: clusters of several pages, denied although neither the
    /// limit is near nor memory is short.
    /// </summary>
    internal static bool IsFragmented(DiagnosisCase context, MbufPoolUse pool)
    {
        if (pool.Zone is not (KnownNames.Jumbo9 or KnownNames.Jumbo16)
            || pool.Denied is not { } denied || denied.Value < Few
            || pool.Fill is null or >= LS0401MbufsNearLimit.Near)
        {
            return false;
        }

        return context.Sysctl("vm.stats.vm.v_free_count") is not { } free
            || context.Sysctl("vm.v_free_min", "vm.stats.vm.v_free_min") is not { } least
            || free.Value > least.Value;
    }

    private Finding Finding(DiagnosisCase context, MbufPoolUse pool)
    {
        CounterRise? rise = CounterRise.Of(context.History, SeriesKind.ZoneFailures, pool.Zone);
        PhysicalFreeLists? lists = PhysicalFreeLists.Of(context.Latest.Sysctls);
        bool? isScarce = lists is { Pages: > 0 } ? lists.PagesFrom(Order) < lists.Pages * Little : null;
        bool isNow = rise is { By: > 0 } || (rise is null && isScarce == true);
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(Evidence.Of(
            $"{Display.Count(pool.Denied!.Value.Value)} requests for {pool.Items} denied since boot"
            + (rise is { By: > 0 } more ? $", {more.Text}" : ""),
            pool.Denied.Value));
        evidence.Add(Evidence.Of(
            $"only {Display.Count(pool.InUse.Value)} of {Display.Count(pool.Limit!.Value.Value)} in use "
            + $"({Display.Percent(pool.Fill!.Value)}): the limit is not the cause",
            pool.InUse));
        if (lists is { } blocks)
        {
            evidence.Add(new Evidence(
                $"{Display.Count(blocks.BlocksFrom(Order))} free runs of four pages or more, "
                + $"{Display.Bytes(Arithmetic.Multiply(blocks.PagesFrom(Order), context.PageSize))} of "
                + $"{Display.Bytes(Arithmetic.Multiply(blocks.Pages, context.PageSize))} free (vm.phys_free)",
                blocks.BlocksFrom(Order),
                Unit.Items, blocks.At));
        }

        if (context.Sysctl("vm.stats.vm.v_free_count") is { } free)
        {
            evidence.Add(
                Evidence.Of(
                    $"{Display.Bytes(Arithmetic.Multiply(free.Value, context.PageSize))} of memory is free",
                    free, Unit.Pages));
        }

        return new Finding
        {
            Rule = Id,
            Title = $"{pool.Items} denied below their limit: free memory is too fragmented for clusters of several "
                + "pages",
            Severity = isNow ? Severity.Warning : Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Zone(pool.Zone),
            Confidence = isScarce == true ? 0.9 : isNow ? 0.75 : 0.5,
            Evidence = evidence.ToImmutable(),
            Advice =
            [
                Advice.Look(
                    "See which free runs are left: order 2 is four pages. A reboot makes runs again, for a while.",
                    "sysctl vm.phys_free",
                    "vmstat -z | egrep 'ITEM|mbuf_jumbo'"),
                new Advice
                {
                    Kind = "config",
                    Text = "Let the driver use clusters of one page: an MTU of at most 4,000, or the driver's "
                        + "tunable for the "
                        + "size of receive buffers (it differs by driver: see its manual page). Raising the limit of "
                        + "jumbo "
                        + "clusters does not help.",
                    Risk = "A lower MTU must match what the rest of the network uses; changing it resets the "
                        + "interface.",
                    Revert = "Set the old MTU again.",
                },
            ],
            BytesAtStake = pool.BytesInUse,
        };
    }
}
