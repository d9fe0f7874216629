using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0305: much memory is wired, and it is the ARC. Said so that nobody hunts a leak there.</summary>
public sealed class LS0305ArcMistakenForLeak : IRule
{
    private const long LeastSize = 64L << 20;

    /// <summary>As much is told where neither wired memory nor all of it is known.</summary>
    private const long LargeAnywhere = 1L << 30;

    /// <inheritdoc/>
    public string Id => "LS0305";

    /// <inheritdoc/>
    public string Name => "ARC mistaken for a leak";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Arc];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (ArcView.Of(context.Latest) is not { } arc || arc.Size.Value < LeastSize || LS0302ArcAboveMaximum.Excess(
            arc) > 0)
        {
            yield break;
        }

        MemoryState? memory = MemoryState.Of(context.Latest, context.Ledger);
        long? wired = context.Ledger.WiredTotal?.Bytes ?? memory?.Wired;
        long? total = context.Ledger.Total;
        double ofWired = wired > 0 ? Math.Min(1, arc.Size.Value / (double)wired.Value) : 0;
        if (!IsLarge(arc.Size.Value, wired, total))
        {
            yield break;
        }

        yield return new Finding
        {
            Rule = Id,
            // More than is wired is no part of it: the two were counted at different moments, or on different hosts.
            Title = wired is { } amount && amount >= arc.Size.Value
                ? $"{Display.Bytes(arc.Size.Value)} of {Display.Bytes(amount)} wired memory are the ZFS cache (ARC): "
                    + "used, not lost"
                : $"{Display.Bytes(arc.Size.Value)} of memory are the ZFS cache (ARC): used, not lost",
            Severity = Severity.Info,
            Verdict = Verdict.Healthy,
            Subject = Subject.Arc,
            Confidence = arc.IsRounded ? 0.9 : 0.97,
            BytesAtStake = arc.Size.Value,
            Evidence =
            [
                Evidence.Of($"The ARC takes {Display.Bytes(arc.Size.Value)} ({arc.How})", arc.Size, Unit.Bytes),
                .. context.Ledger.WiredTotal is { } account && account.Bytes >= arc.Size.Value
                    ? (ImmutableArray<Evidence>)[new Evidence(
                        $"Wired memory is {Display.Bytes(account.Bytes)}; the ARC is {Display.Percent(ofWired)} of it",
                        account.Bytes, Unit.Bytes, account.At)]
                    : [],
                .. arc.Maximum is { } ceiling
                    ? (ImmutableArray<Evidence>)[Evidence.Of(
                        $"It keeps within its maximum of {Display.Bytes(ceiling.Value)}", ceiling, Unit.Bytes)]
                    : [],
                .. arc.Evictable is { } evictable
                    ? (ImmutableArray<Evidence>)[new Evidence(
                        $"{Display.Bytes(evictable)} of it can be evicted at once when programs need memory",
                        evictable, Unit.Bytes,
                        arc.Leaf("mfu_evictable_data")?.At ?? arc.Size.At)]
                    : [],
            ],
            Advice =
            [
                Advice.Look(
                    "Nothing to repair. To see that it gives way, compare its size with free memory while programs "
                        + "start.",
                    "sysctl kstat.zfs.misc.arcstats.size kstat.zfs.misc.arcstats.c_max vm.stats.vm.v_free_count"),
            ],
        };
    }

    // Where nothing says of how much it is a part, its size alone is what people ask about.
    private static bool IsLarge(double size, long? wired, long? total) =>
        wired > 0 || total > 0
            ? (wired > 0 && size > wired / 2.0) || (total > 0 && size > total / 4.0)
            : size >= LargeAnywhere;
}
