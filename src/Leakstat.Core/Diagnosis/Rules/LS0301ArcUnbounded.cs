using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0301: nothing bounds the ARC below nearly all of memory, and programs were pushed out to swap.</summary>
public sealed class LS0301ArcUnbounded : IRule
{
    private const long LeastSwapUsed = 64L << 20;

    /// <inheritdoc/>
    public string Id => "LS0301";

    /// <inheritdoc/>
    public string Name => "ARC without a bound beside other large consumers";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Arc, RuleNeed.Pages, RuleNeed.Swap];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (ArcView.Of(context.Latest) is not { } arc
            || MemoryState.Of(context.Latest, context.Ledger) is not { } memory
            || SwapView.Of(context.Latest) is not { } swap
            || arc.Size.Value < memory.Total / 4
            || !IsUnbounded(context, arc, memory))
        {
            yield break;
        }

        // Programs must be large themselves and must have been pushed out while free memory is low: swap in use alone
        // may be left over from long ago.
        long working = ArcLimitAdvice.WorkingSet(context, arc, memory);
        if (working < memory.Total / 8
            || swap.Used < Math.Max(LeastSwapUsed, swap.Total / 50)
            || memory.Free.Value >= memory.FreeTarget * 2)
        {
            yield break;
        }

        long? bound = ArcLimitAdvice.Bound(context, arc, memory);
        yield return new Finding
        {
            Rule = Id,
            Title = $"The ARC has no bound and holds {Display.Bytes(arc.Size.Value)} while programs were pushed out "
                + "to swap",
            Severity = Severity.Warning,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Arc,
            Confidence = arc.IsRounded ? 0.7 : 0.8,
            BytesAtStake = arc.Size.Value,
            Evidence =
            [
                Evidence.Of(
                    $"The ARC takes {Display.Bytes(arc.Size.Value)}, "
                        + $"{Display.Percent(arc.Size.Value / (double)memory.Total)} of memory ({arc.How})",
                    arc.Size, Unit.Bytes),
                .. arc.Maximum is { } ceiling
                    ? (ImmutableArray<Evidence>)[Evidence.Of(
                        $"Its ceiling is {Display.Bytes(ceiling.Value)}, the kernel's default", ceiling, Unit.Bytes)]
                    : [],
                new Evidence($"{Display.Bytes(swap.Used)} of swap are in use", swap.Used, Unit.Bytes, swap.At),
                Evidence.Of($"{Display.Bytes(memory.Free.Value)} of memory are free", memory.Free, Unit.Bytes),
                new Evidence(
                    $"Programs and the rest of the kernel hold {Display.Bytes(working)} (active, laundry, swapped "
                        + "out, wired without the ARC)",
                    working, Unit.Bytes),
            ],
            Advice =
            [
                Advice.Look(
                    "See whether the ARC gives memory back when programs ask: its size should fall while swap does "
                        + "not grow.",
                    "sysctl kstat.zfs.misc.arcstats.size kstat.zfs.misc.arcstats.c "
                        + "kstat.zfs.misc.arcstats.memory_available_bytes",
                    "swapinfo -h"),
                .. bound is { } value
                    ? ArcLimitAdvice.Set(
                        context, arc, value,
                        $"Bound the ARC at {Display.Bytes(value)}: memory minus the working set of "
                            + $"{Display.Bytes(working)} and 2 GiB.",
                        "Fewer reads are served from the cache; watch the hit rate for a day.")
                    : [],
            ],
        };
    }

    /// <summary>Unbounded: the setting says default, or the ceiling in effect is the default or more.</summary>
    private static bool IsUnbounded(DiagnosisCase context, ArcView arc, MemoryState memory)
    {
        if (arc.Maximum is { } ceiling)
        {
            // One percent: the kernel computes with a little less than hw.physmem.
            return ceiling.Value >= ArcLimitAdvice.DefaultCeiling(memory.Total) / 100 * 99;
        }

        return context.Sysctl("vfs.zfs.arc.max", "vfs.zfs.arc_max") is { Value: 0 };
    }
}
