using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Advising;

/// <summary>
/// Computed ceilings for the ARC (<c>docs/rules/LS0301.md</c> has the formula). The ARC is bounded or given room, never
/// switched off.
/// </summary>
public static class ArcLimitAdvice
{
    /// <summary>Name of the ceiling from 13.0 on; older names are found by release.</summary>
    public const string Ceiling = "vfs.zfs.arc.max";

    private const long Step = 64L << 20;
    private const long Reserve = 2L << 30;

    /// <summary>
    /// A ceiling that leaves room for what the host runs: physical memory minus working set and 2 GiB, in steps of
    /// 64 MiB; at least an eighth of memory, above the floor in effect. Null where that is no lower than now.
    /// </summary>
    public static long? Bound(DiagnosisCase context, ArcView arc, MemoryState memory)
    {
        long ceiling = Math.Max(
            RoundDown(memory.Total - WorkingSet(context, arc, memory) - Reserve), Least(arc, memory.Total / 8));
        return ceiling < memory.Total && ceiling < (arc.Maximum?.Value ?? memory.Total) ? ceiling : null;
    }

    /// <summary>
    /// A ceiling that gives the ARC room: what working set and 2 GiB leave, at least a quarter of memory, at most the
    /// kernel's default. Null where that is no higher than now.
    /// </summary>
    public static long? Room(DiagnosisCase context, ArcView arc, MemoryState memory)
    {
        long room = Math.Min(
            RoundDown(memory.Total - WorkingSet(context, arc, memory) - Reserve),
            RoundDown(DefaultCeiling(memory.Total)));
        long ceiling = Math.Max(room, Least(arc, memory.Total / 4));
        return ceiling < memory.Total && ceiling > (arc.Maximum?.Value ?? 0) ? ceiling : null;
    }

    /// <summary>Advice that sets the ceiling to a value, with the way back that this release needs.</summary>
    public static ImmutableArray<Advice> Set(
        DiagnosisCase context, ArcView arc, long value, string text, string risk) =>
        TunableAdvice.Set(context, Ceiling, value, text, risk, Revert(context, arc));

    /// <summary>
    /// What programs and the rest of the kernel hold now, bytes: active and laundry pages, what went to swap, and wired
    /// memory that is not ARC.
    /// </summary>
    public static long WorkingSet(DiagnosisCase context, ArcView arc, MemoryState memory)
    {
        long swapped = SwapView.Of(context.Latest)?.Used ?? 0;
        long otherWired = Math.Max(0, (memory.Wired ?? 0) - arc.Size.Value);
        return Arithmetic.Add(Arithmetic.Add(memory.Active ?? 0, memory.Laundry), Arithmetic.Add(swapped, otherWired));
    }

    /// <summary>
    /// The kernel's default ceiling, bytes (<c>arc_default_max</c>): memory − 1 GiB or 5/8, whichever is more.
    /// </summary>
    public static long DefaultCeiling(long memory) => Math.Max(memory - (1L << 30), memory / 8 * 5);

    private static long Least(ArcView arc, long share)
    {
        long aboveFloor = RoundDown(arc.Minimum?.Value ?? 0) + Step;
        return Math.Max(RoundUp(Math.Max(Step, share)), arc.Minimum is null ? 0 : aboveFloor);
    }

    private static long RoundUp(long bytes) => RoundDown(Arithmetic.Add(bytes, Step - 1));

    private static long RoundDown(long bytes) => bytes <= 0 ? 0 : bytes / Step * Step;

    private static string? Revert(DiagnosisCase context, ArcView arc)
    {
        if (!context.Latest.Host.IsAtLeast(13) || arc.Maximum is not { } ceiling || arc.IsRounded)
        {
            return null;
        }

        return $"sysctl {Ceiling}={ceiling.Value}, and take the line out of "
            + $"{SettingPlaces.Sysctl(context.Latest.Host)}. Writing 0 does not bring the default back before a "
            + "reboot.";
    }
}
