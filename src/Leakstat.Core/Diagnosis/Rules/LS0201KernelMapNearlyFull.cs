using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0201: less than a tenth of kmem or of the kernel's address range is left. What the sysctls mean differs: a hard
/// end up to 11 and on 32 bits, the start of reclaim on 64 bits from 12 on (<c>docs/rules/LS0201.md</c>).
/// </summary>
public sealed class LS0201KernelMapNearlyFull : IRule
{
    private const double Low = 0.10;
    private const double AlmostNone = 0.03;

    /// <inheritdoc/>
    public string Id => "LS0201";

    /// <inheritdoc/>
    public string Name => "KVA or kmem nearly exhausted";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [new("sysctl vm.kmem_map_free and vm.kmem_map_size, vm.kvm_free (32 "
        + "bits), or zfs-stats", c => Map(c) is not null || c.Sysctl("vm.kvm_free") is not null)];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (Kmem(context) is { } kmem)
        {
            yield return kmem;
        }

        if (Kva(context) is { } kva)
        {
            yield return kva;
        }
    }

    private static bool Is32Bit(DiagnosisCase context) =>
        context.Latest.Host.Architecture is "i386" or "arm" or "armv6" or "armv7" or "powerpc" or "mips";

    private Finding? Kmem(DiagnosisCase context)
    {
        if (Map(context) is not { } map || map.Used.Value + map.Free.Value is not (> 0 and { } size)
            || map.Free.Value >= size * Low)
        {
            return null;
        }

        if (context.Release is null && !Is32Bit(context))
        {
            return Unread(context, map, size);
        }

        bool isSoft = context.Latest.Host.IsAtLeast(12) && !Is32Bit(context);
        if (!isSoft)
        {
            bool critical = map.Free.Value < size * AlmostNone;
            return Make(
                context, map, critical ? Severity.Critical : Severity.Warning, Verdict.Exhaustion, 0.9,
                $"Kernel memory is nearly exhausted: {Display.Bytes(map.Free.Value)} of {Display.Bytes(size)} kmem "
                    + "are left",
                context.Latest.Host.IsBefore(10)
                    ? "When it ends the kernel panics: kmem_map too small."
                    : "When it ends allocations sleep or fail.");
        }

        // From 12 on: reclaim starts, nothing fails. That is worth a warning only when the limit was set small (then
        // it never ends) or when what fills it is not the ARC, which gives way.
        long? memory = context.Latest.Host.PhysicalMemory?.Value;
        long arc = ArcView.Of(context.Latest)?.Size.Value ?? 0;
        bool setSmall = LS0601DangerousTunable.IsKmemSetSmall(context);
        bool giveWay = arc >= map.Used.Value / 2;
        return setSmall
            ? Make(
                context, map, Severity.Warning, Verdict.Exhaustion, 0.8,
                $"Kernel memory is at its soft limit of {Display.Bytes(size)}, which was set below memory "
                    + $"({Display.Bytes(memory ?? 0)})",
                "The kernel drains caches over and over; nothing fails by it.")
            : giveWay
                ? null
                : Make(
                    context, map, Severity.Warning, Verdict.Exhaustion, 0.6,
                    $"Zones and malloc hold {Display.Bytes(map.Used.Value)}, nearly all of memory, and the ARC is "
                        + $"{Display.Bytes(arc)} of it",
                    "The limit is soft: caches are drained; then memory is short.");
    }

    /// <summary>
    /// Without a release the same numbers are an end or none: both readings are told, and it is a warning at most.
    /// </summary>
    private Finding Unread(DiagnosisCase context, (Reading Used, Reading Free) map, long size) => Make(
        context, map, Severity.Warning, Verdict.Exhaustion, 0.5,
        $"{Display.Bytes(map.Free.Value)} of {Display.Bytes(size)} kmem are left; what that means depends on the "
            + "release, which is not known",
        "Up to 11 it is a hard end, at which allocations sleep or fail; from 12 on (64 bits) it is a soft limit, at "
            + "which caches are "
            + "drained and nothing fails. uname -r tells");

    /// <summary>
    /// Address space: an end only on 32 bits; on 64 bits <c>vm.kvm_free</c> is range that nobody asked for yet.
    /// </summary>
    private Finding? Kva(DiagnosisCase context)
    {
        if (!Is32Bit(context)
            || context.Sysctl("vm.kvm_size") is not { Value: > 0 } size
            || context.Sysctl("vm.kvm_free") is not { Value: >= 0 } free
            || free.Value >= size.Value * Low)
        {
            return null;
        }

        return new Finding
        {
            Rule = Id,
            Title = $"Kernel address space is nearly exhausted: {Display.Bytes(free.Value)} of "
                + $"{Display.Bytes(size.Value)} were never used",
            Severity = free.Value < size.Value * AlmostNone ? Severity.Critical : Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Host("kva"),
            Confidence = 0.7,
            BytesAtStake = size.Value,
            Evidence =
            [
                Evidence.Of($"Address range not yet given page tables: {Display.Bytes(free.Value)}", free, Unit.Bytes),
                Evidence.Of($"Address range of the kernel: {Display.Bytes(size.Value)}", size, Unit.Bytes),
            ],
            Advice =
            [
                Advice.Look(
                    "See what kernel memory is spent on.",
                    "vmstat -z",
                    "vmstat -m",
                    "sysctl vm.kmem_size vm.kmem_map_size vm.kmem_map_free"),
                new Advice
                {
                    Kind = "update",
                    Text = context.Latest.Host.IsBefore(12)
                        ? "Up to 11 kernel and programs share 4 GB on i386; from 12 on the kernel has a space of its "
                            + "own. A 64-bit system has no such limit."
                        : "A 64-bit system has no such limit.",
                    Risk = "An upgrade or a change of architecture is a migration of its own.",
                },
            ],
        };
    }

    /// <summary>Used and free part of kmem: the sysctls, else the Kernel Memory Map of a zfs-stats report.</summary>
    private static (Reading Used, Reading Free)? Map(DiagnosisCase context)
    {
        if (context.Sysctl("vm.kmem_map_size") is { Value: > 0 } used
            && context.Sysctl("vm.kmem_map_free") is { Value: >= 0 } free)
        {
            return (used, free);
        }

        if (context.Latest.ZfsReport is not { } report)
        {
            return null;
        }

        Reading? size = Find(report, "Kernel Memory Map", "Size");
        Reading? rest = Find(report, "Kernel Memory Map", "Free");
        return size is { Value: > 0 } taken && rest is { Value: >= 0 } left ? (taken, left) : null;
    }

    private static Reading? Find(ZfsReport report, string section, string label) =>
        report.Values.TryGetValue($"{section}/{label}", out Reading reading) ? reading : null;

    private Finding Make(
        DiagnosisCase context,
        (Reading Used, Reading Free) map,
        Severity severity,
        Verdict verdict,
        double confidence,
        string title,
        string consequence) => new()
        {
            Rule = Id,
            Title = title,
            Severity = severity,
            Verdict = verdict,
            Subject = Subject.Host("kmem"),
            Confidence = confidence,
            BytesAtStake = map.Used.Value,
            Evidence =
            [
                Evidence.Of($"kmem in use: {Display.Bytes(map.Used.Value)}", map.Used, Unit.Bytes),
                Evidence.Of($"kmem left: {Display.Bytes(map.Free.Value)}. {consequence}", map.Free, Unit.Bytes),
                .. context.Sysctl("vm.kmem_size") is { } limit
                    ? (ImmutableArray<Evidence>)[Evidence.Of(
                        $"vm.kmem_size is {Display.Bytes(limit.Value)}", limit, Unit.Bytes)]
                    : [],
            ],
            Advice =
            [
                Advice.Look("See who holds it: zones and malloc types by size.", "vmstat -z", "vmstat -m"),
                .. LS0601DangerousTunable.IsKmemSetSmall(context)
                    ? (ImmutableArray<Advice>)
                    [
                        TunableAdvice.Remove(
                            context, isLoader: true, "vm.kmem_size",
                            "vm.kmem_size is set below memory. Take the line out of "
                                + $"{SettingPlaces.Loader(context.Latest.Host)} (and "
                                + "vm.kmem_size_max beside it) and reboot: the default is all of memory.",
                            "A reboot."),
                    ]
                    : [],
            ],
        };
}
