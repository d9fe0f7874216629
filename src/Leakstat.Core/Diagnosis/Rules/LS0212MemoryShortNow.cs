using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0212: memory is short at this moment: what could be freed, the ARC's share included, is not even twice what the
/// page daemon wants to have free, and the page daemon has failed to find enough.
/// </summary>
public sealed class LS0212MemoryShortNow : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0212";

    /// <inheritdoc/>
    public string Name => "Memory short now";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Pages];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (MemoryState.Of(context.Latest, context.Ledger) is not { } memory)
        {
            yield break;
        }

        ArcView? arc = ArcView.Of(context.Latest);
        if (memory.FreeReserved is { } reserved && memory.Free.Value < reserved.Value)
        {
            yield return BelowReserve(memory, reserved, arc);
            yield break;
        }

        long obtainable = Arithmetic.Add(memory.Obtainable, arc?.Reclaimable ?? 0);
        if (!memory.IsFreeLow || obtainable >= memory.FreeTarget * 2 || IsUnknownArc(arc, memory))
        {
            yield break;
        }

        // The page daemon's failures say that it hurts; without them the host may just be full and idle. Where the
        // kernel itself holds the memory its owner is the finding, and this is only the symptom.
        bool failed = memory.Shortfalls is { Value: > 0 } || SwapView.Of(context.Latest)?.UsedShare > 0.5;
        long kernel = HeldByKernel(memory, arc);
        bool kernelHolds = kernel > memory.Total / 2;
        yield return new Finding
        {
            Rule = Id,
            Title = $"Memory is short: {Display.Bytes(obtainable)} of {Display.Bytes(memory.Total)} can be had "
                + "without swapping",
            Severity = failed && !kernelHolds ? Severity.Warning : Severity.Info,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Host("memory"),
            Confidence = failed ? 0.85 : 0.6,
            BytesAtStake = 0,
            Evidence = EvidenceOf(memory, arc, kernel),
            Advice =
            [
                kernelHolds
                    ? Advice.Look(
                        "More than half of memory is wired by the kernel: its owners stand in the ledger of this "
                            + "report.",
                        "vmstat -z",
                        "vmstat -m")
                    : Advice.Look(
                        "Programs hold the memory: see which, and whether they grow.",
                        "top -b -o res 20",
                        "ps -axo pid,rss,vsz,command -m | head -20"),
            ],
        };
    }

    /// <summary>
    /// Pages that could be freed help nobody yet: until the page daemon has freed them, all requests but the kernel's
    /// own of class VM_ALLOC_SYSTEM and VM_ALLOC_INTERRUPT wait (<c>sys/vm/vm_page.c</c>, vm_domain_allocate).
    /// </summary>
    private Finding BelowReserve(MemoryState memory, Reading reserved, ArcView? arc) => new()
    {
        Rule = Id,
        Title = $"Free memory is below the kernel's reserve: {Display.Bytes(memory.Free.Value)} of "
            + $"{Display.Bytes(reserved.Value)}; processes that need a page wait until some are freed",
        Severity = Severity.Warning,
        Verdict = Verdict.Exhaustion,
        Subject = Subject.Host("memory"),
        Confidence = 0.85,
        BytesAtStake = 0,
        Evidence =
        [
            Evidence.Of($"v_free_reserved is {Display.Bytes(reserved.Value)}", reserved, Unit.Bytes),
            .. EvidenceOf(memory, arc, HeldByKernel(memory, arc)),
        ],
        Advice =
        [
            Advice.Look(
                "See whether it stays so, and whether the page daemon keeps up: its processor time, and what it "
                    + "launders to swap.",
                "vmstat -w 1 -c 10",
                "top -b -S -o time 10",
                "sysctl vm.stats.vm.v_free_count vm.v_free_reserved vm.stats.vm.v_pdshortfalls"),
        ],
    };

    private static ImmutableArray<Evidence> EvidenceOf(MemoryState memory, ArcView? arc, long kernel) =>
    [
        Evidence.Of(
            $"Free: {Display.Bytes(memory.Free.Value)}; the page daemon aims at "
                + $"{Display.Bytes(memory.FreeTarget)}",
            memory.Free, Unit.Bytes),
        new Evidence(
            $"Free, inactive and laundry together: {Display.Bytes(memory.Obtainable)}",
            memory.Obtainable, Unit.Bytes),
        .. arc is not null
            ? (ImmutableArray<Evidence>)[new Evidence(
                $"The ARC could give back {Display.Bytes(arc.Reclaimable)}",
                arc.Reclaimable, Unit.Bytes, arc.Size.At)]
            : [],
        .. memory.Shortfalls is { Value: > 0 } shortfalls
            ? (ImmutableArray<Evidence>)[Evidence.Of(
                $"The page daemon fell short {Display.Count(shortfalls.Value)} times since boot", shortfalls)]
            : [],
        new Evidence(
            $"The kernel holds {Display.Bytes(kernel)} wired without the ARC, programs "
                + $"{Display.Bytes(memory.Active ?? 0)} active",
            kernel, Unit.Bytes),
    ];

    /// <summary>Wired memory without the ARC, bytes.</summary>
    private static long HeldByKernel(MemoryState memory, ArcView? arc) =>
        Math.Max(0, (memory.Wired ?? 0) - (arc?.Size.Value ?? 0));

    /// <summary>A large ARC of which the capture does not say how much it can give back: no judgement.</summary>
    private static bool IsUnknownArc(ArcView? arc, MemoryState memory) =>
        arc is not null && arc.Evictable is null && arc.Minimum is null && arc.Size.Value > memory.FreeTarget;
}
