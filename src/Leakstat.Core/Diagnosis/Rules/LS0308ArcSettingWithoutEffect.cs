using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0308: a ceiling of the ARC stands in a setting and another one is in effect; or the setting was put back to 0,
/// which changes nothing before a reboot.
/// </summary>
public sealed class LS0308ArcSettingWithoutEffect : IRule
{
    /// <inheritdoc/>
    public string Id => "LS0308";

    /// <inheritdoc/>
    public string Name => "ARC setting without effect";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.ArcStatistics];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (ArcView.Of(context.Latest) is not { IsRounded: false, Maximum: { } effective } arc
            || LS0306ArcLimitsInconsistent.CeilingRefused(context) is not null)
        {
            yield break;
        }

        string name = context.Sysctl("vfs.zfs.arc.max") is not null ? "vfs.zfs.arc.max" : "vfs.zfs.arc_max";
        if (context.Sysctl(name) is not { } setting || Near(setting.Value, effective.Value))
        {
            yield break;
        }

        long? memory = context.Sysctl("kstat.zfs.misc.arcstats.memory_all_bytes")?.Value
            ?? context.Latest.Host.PhysicalMemory?.Value;
        bool isDefault = setting.Value == 0;
        if (isDefault && (
            memory is not { } all
                || !context.Latest.Host.IsAtLeast(13)
                || Near(ArcLimitAdvice.DefaultCeiling(all), effective.Value)))
        {
            yield break;
        }

        if (setting.Value < 0)
        {
            yield break;
        }

        yield return new Finding
        {
            Rule = Id,
            Title = isDefault
                ? $"{name} was put back to 0, and the old ceiling of {Display.Bytes(effective.Value)} still holds"
                : $"{name} says {Display.Bytes(setting.Value)}, and the ARC works with a ceiling of "
                    + $"{Display.Bytes(effective.Value)}",
            Severity = isDefault ? Severity.Info : Severity.Warning,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Tunable(name),
            Confidence = isDefault ? 0.6 : 0.85,
            Evidence =
            [
                Evidence.Of($"{name} is {Display.Count(setting.Value)}", setting, Unit.Bytes),
                Evidence.Of($"Ceiling in effect: {Display.Bytes(effective.Value)} (c_max)", effective, Unit.Bytes),
            ],
            Advice =
            [
                Advice.Look(
                    "A value that the kernel does not take is shown all the same on 13.0; the console says "
                        + "\"ignoring tunable\".",
                    "dmesg | grep 'ignoring tunable'", SettingPlaces.Grep(context.Latest.Host, "arc")),
                .. isDefault
                    && MemoryState.Of(context.Latest, context.Ledger) is { } state
                    && ArcLimitAdvice.Room(context, arc, state) is { } room
                    ? ArcLimitAdvice.Set(
                        context, arc, room,
                        $"Until the next reboot, set a ceiling by its value: {Display.Bytes(room)}.",
                        "Programs that need the memory get it back with a delay.")
                    : [],
            ],
        };
    }

    /// <summary>Within one percent: the kernel rounds, and computes with a little less than hw.physmem.</summary>
    private static bool Near(long a, long b) => Math.Abs((double)a - b) <= Math.Max(a, b) / 100.0;
}
