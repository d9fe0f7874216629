using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0306: floor and ceiling of the ARC contradict each other, or lie outside what the kernel takes, so that it works
/// with other values than those that were set.
/// </summary>
public sealed class LS0306ArcLimitsInconsistent : IRule
{
    private const long LeastCeiling = 64L << 20;
    private const long LeastFloor = 32L << 20;

    /// <inheritdoc/>
    public string Id => "LS0306";

    /// <inheritdoc/>
    public string Name => "ARC limits inconsistent";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Settings];

    /// <summary>
    /// Why the kernel does not take the ceiling that was set; null where it may take it or none was set.
    /// </summary>
    public static string? CeilingRefused(DiagnosisCase context)
    {
        if (Setting(context, "max") is not { Value: > 0 } ceiling)
        {
            return null;
        }

        long? memory = context.Sysctl("kstat.zfs.misc.arcstats.memory_all_bytes")?.Value
            ?? context.Latest.Host.PhysicalMemory?.Value;
        if (ceiling.Value >= memory)
        {
            return $"it is not below physical memory ({Display.Bytes(memory.Value)})";
        }

        if (!context.Latest.Host.IsAtLeast(13))
        {
            return null;
        }

        if (ceiling.Value < LeastCeiling)
        {
            return "it is below 64 MiB";
        }

        // 13 and 14 take only a ceiling above the floor; a floor set higher than the ceiling is told of by itself.
        return context.Sysctl("kstat.zfs.misc.arcstats.c_min") is { } floor && ceiling.Value <= floor.Value
            ? $"it is not above the floor in effect ({Display.Bytes(floor.Value)})"
            : null;
    }

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context) => NextBoot.Judge(context, Judge);

    private IEnumerable<Finding> Judge(DiagnosisCase context)
    {
        Reading? ceiling = Setting(context, "max");
        Reading? floor = Setting(context, "min");
        Reading? effectiveCeiling = context.Sysctl("kstat.zfs.misc.arcstats.c_max");
        Reading? effectiveFloor = context.Sysctl("kstat.zfs.misc.arcstats.c_min");

        if (effectiveFloor is { } low && effectiveCeiling is { Value: > 0 } high && low.Value > high.Value)
        {
            yield return Fault(
                context,
                "max",
                $"The ARC's floor of {Display.Bytes(low.Value)} lies above its ceiling of {Display.Bytes(high.Value)}",
                0.95,
                Evidence.Of($"Floor in effect: {Display.Bytes(low.Value)}", low, Unit.Bytes),
                Evidence.Of($"Ceiling in effect: {Display.Bytes(high.Value)}", high, Unit.Bytes));
        }
        else if (floor is { Value: > 0 } least && ceiling is { Value: > 0 } most && least.Value > most.Value)
        {
            yield return Fault(
                context,
                "min",
                $"The ARC's floor is set to {Display.Bytes(least.Value)}, above its ceiling of "
                    + $"{Display.Bytes(most.Value)}",
                0.95,
                Evidence.Of($"{NameOf(context, "min")} is {Display.Count(least.Value)}", least, Unit.Bytes),
                Evidence.Of($"{NameOf(context, "max")} is {Display.Count(most.Value)}", most, Unit.Bytes));
        }

        if (CeilingRefused(context) is { } reason && ceiling is { } refused && effectiveCeiling?.Value != refused.Value)
        {
            yield return Fault(
                context,
                "max",
                $"The ceiling set for the ARC, {Display.Bytes(refused.Value)}, is not taken: {reason}",
                0.9,
                Evidence.Of($"{NameOf(context, "max")} is {Display.Count(refused.Value)}", refused, Unit.Bytes),
                effectiveCeiling is { } works
                    ? Evidence.Of($"Ceiling in effect: {Display.Bytes(works.Value)}", works, Unit.Bytes)
                    : null);
        }

        if (ceiling is { Value: > 0 } above && context.Sysctl("vm.kmem_size") is { Value: > 0 } kernel
            && IsBoundByKernelMemory(context, above.Value, kernel.Value))
        {
            yield return Fault(
                context,
                "max",
                $"The ceiling set for the ARC, {Display.Bytes(above.Value)}, is above all of kernel memory: "
                    + $"vm.kmem_size is {Display.Bytes(kernel.Value)}",
                0.85,
                Evidence.Of($"{NameOf(context, "max")} is {Display.Count(above.Value)}", above, Unit.Bytes),
                Evidence.Of($"vm.kmem_size is {Display.Bytes(kernel.Value)}", kernel, Unit.Bytes),
                new Evidence(
                    "up to 11 such a ceiling is not taken, and the ARC ends with the kernel's memory; from 12 on the "
                        + "kernel drains caches, the ARC with them, as soon as it holds that much"));
        }

        if (context.Latest.Host.IsAtLeast(13) && floor is { Value: > 0 and < LeastFloor } small
            && effectiveFloor?.Value != small.Value)
        {
            yield return Fault(
                context,
                "min",
                $"The floor set for the ARC, {Display.Bytes(small.Value)}, is not taken: it is below 32 MiB",
                0.85,
                Evidence.Of($"{NameOf(context, "min")} is {Display.Count(small.Value)}", small, Unit.Bytes));
        }
    }

    /// <summary>
    /// Whether <c>vm.kmem_size</c> bounds the ARC below its ceiling. From 12 on the size is a soft limit, all of memory
    /// but for little by default, so that it must have been set to less (<c>kmeminit</c>,
    /// <c>sys/kern/kern_malloc.c</c>;
    /// <c>arc_init</c>).
    /// </summary>
    private static bool IsBoundByKernelMemory(DiagnosisCase context, long ceiling, long kernel) => ceiling > kernel
        && (!context.Latest.Host.IsAtLeast(12)
            || context.Latest.Host.PhysicalMemory is not { Value: > 0 } memory || kernel < memory.Value / 4 * 3);

    private static Reading? Setting(DiagnosisCase context, string end) =>
        context.Sysctl("vfs.zfs.arc." + end, "vfs.zfs.arc_" + end);

    private static string NameOf(DiagnosisCase context, string end) =>
        context.Sysctl("vfs.zfs.arc." + end) is not null ? "vfs.zfs.arc." + end : "vfs.zfs.arc_" + end;

    private Finding Fault(
        DiagnosisCase context, string end, string title, double confidence, params ReadOnlySpan<Evidence?> evidence)
    {
        ImmutableArray<Evidence>.Builder lines = ImmutableArray.CreateBuilder<Evidence>();
        foreach (Evidence? line in evidence)
        {
            if (line is not null)
            {
                lines.Add(line);
            }
        }

        return new Finding
        {
            Rule = Id,
            Title = title,
            Severity = Severity.Warning,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Tunable(NameOf(context, end)),
            Confidence = confidence,
            Evidence = lines.ToImmutable(),
            Advice =
            [
                Advice.Look("Find where both are set.", SettingPlaces.Grep(context.Latest.Host, "arc")),
                .. Consistent(context),
            ],
        };
    }

    /// <summary>
    /// A ceiling that the kernel takes: what leaves room for programs, where the capture tells enough.
    /// </summary>
    private static ImmutableArray<Advice> Consistent(DiagnosisCase context) =>
        ArcView.Of(context.Latest) is { } arc && MemoryState.Of(context.Latest, context.Ledger) is { } memory
            && ArcLimitAdvice.Bound(context, arc, memory) is { } value
            ? ArcLimitAdvice.Set(
                context, arc, value,
                $"Set a ceiling that the kernel takes: {Display.Bytes(value)} leaves room for the working set and 2 "
                    + "GiB. It must be at least 64 MiB, above the floor and below physical memory.",
                "Fewer reads are served from the cache if it was larger before.")
            : [];
}
