using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0208: swap space is used up, or there is none on a host that needs it.</summary>
public sealed class LS0208SwapExhausted : IRule
{
    private const double High = 0.90;
    private const double Full = 0.98;

    /// <inheritdoc/>
    public string Id => "LS0208";

    /// <inheritdoc/>
    public string Name => "Swap exhausted or absent";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Swap];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (SwapView.Of(context.Latest) is not { } swap)
        {
            return [];
        }

        MemoryState? memory = MemoryState.Of(context.Latest, context.Ledger);
        return swap.Total == 0 ? [Absent(swap, memory, context)]
            : swap.UsedShare > High ? [Used(swap, memory)]
            : FullBefore(context.History, swap);
    }

    /// <summary>Full at an earlier capture of this boot, and not now.</summary>
    private IEnumerable<Finding> FullBefore(HostHistory history, SwapView swap)
    {
        if (history.Find(SeriesKind.Counter, ExplainingCounters.SwapUsed) is not { } used)
        {
            yield break;
        }

        int[] full =
        [
            .. Enumerable.Range(history.CurrentBootStart, history.Samples.Length - 1 - history.CurrentBootStart)
                .Where(sample => used[sample] > swap.Total * Full),
        ];
        if (full is not [.., var last])
        {
            yield break;
        }

        long then = used[last]!.Value;
        string when = history.Samples[last].TakenAt is { } time
            ? $" at {Display.Time(time)}"
            : " at an earlier capture";
        yield return new Finding
        {
            Rule = Id,
            Title = $"Swap was {Display.Percent(Math.Min(1, then / (double)swap.Total))} used{when}, and "
                + $"{Display.Percent(swap.UsedShare)} are used now",
            Severity = Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Host("swap"),
            Confidence = 0.9,
            IsPast = true,
            BytesAtStake = 0,
            Evidence =
            [
                new Evidence(
                    $"{Display.Bytes(then)} were used in {history.Samples[last].Source}; "
                        + $"{Display.Count(full.Length, "capture", "captures")} of this boot had it that full",
                    then, Unit.Bytes),
                new Evidence(
                    $"{Display.Bytes(swap.Used)} of {Display.Bytes(swap.Total)} are used now",
                    swap.Used, Unit.Bytes, swap.At),
            ],
            Advice =
            [
                Advice.Look(
                    "See what ran then: a job that takes so much again fills swap again.",
                    "grep -E 'swap_pager|was killed' /var/log/messages", "top -b -o res 20"),
            ],
        };
    }

    private Finding Used(SwapView swap, MemoryState? memory)
    {
        return new Finding
        {
            Rule = Id,
            Title = $"Swap is {Display.Percent(swap.UsedShare)} used: {Display.Bytes(swap.Left)} of "
                + $"{Display.Bytes(swap.Total)} are left",
            Severity = swap.UsedShare > Full ? Severity.Critical : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Host("swap"),
            Confidence = swap.IsRounded ? 0.85 : 0.95,
            BytesAtStake = swap.Used,
            Evidence =
            [
                new Evidence(
                    $"{Display.Bytes(swap.Used)} of {Display.Bytes(swap.Total)} swap are used",
                    swap.Used, Unit.Bytes, swap.At),
                .. MemoryLines(memory),
            ],
            Advice =
            [
                Advice.Look(
                    "Find what was swapped out: programs by memory, then tmpfs and memory disks, which live in swap "
                        + "too.",
                    "top -b -o res 20", "ps -axo pid,vsz,rss,command -m | head -20", "df -h -t tmpfs", "mdconfig -lv"),
                AddSwap(),
            ],
        };
    }

    private Finding Absent(SwapView swap, MemoryState? memory, DiagnosisCase context)
    {
        // Nothing else can be had: no free, inactive or laundry pages worth the name, and the ARC would not give
        // enough.
        bool isShort = memory is not null
            && Arithmetic.Add(memory.Obtainable, ArcView.Of(context.Latest)?.Reclaimable ?? 0) < memory.FreeTarget * 2;
        return new Finding
        {
            Rule = Id,
            Title = isShort ? "Memory is short and no swap is configured" : "No swap is configured",
            Severity = isShort ? Severity.Warning : Severity.Info,
            Verdict = isShort ? Verdict.Exhaustion : Verdict.Misconfiguration,
            Subject = Subject.Host("swap"),
            Confidence = 0.9,
            Evidence = [new Evidence("No swap device is in use", 0, Unit.Bytes, swap.At), .. MemoryLines(memory)],
            Advice =
            [
                Advice.Look(
                    "Without swap the kernel kills a process when memory ends; a short peak is enough.",
                    "swapinfo",
                    "grep swap /etc/fstab"),
                AddSwap(),
            ],
        };
    }

    private static ImmutableArray<Evidence> MemoryLines(MemoryState? memory) => memory is null
        ? []
        : [Evidence.Of(
            $"{Display.Bytes(memory.Free.Value)} of memory are free; the page daemon aims at "
                + $"{Display.Bytes(memory.FreeTarget)}",
            memory.Free, Unit.Bytes)];

    private static Advice AddSwap() => new()
    {
        Kind = "config",
        Text = "Add swap: a partition of type freebsd-swap, or a file with a memory disk, entered in /etc/fstab (see "
            + "the FreeBSD Handbook, adding swap space).",
        Risk = "Swap on a ZFS volume can deadlock when memory is short; use a partition.",
        Revert = "swapoff DEVICE, and take the line out of /etc/fstab.",
    };
}
