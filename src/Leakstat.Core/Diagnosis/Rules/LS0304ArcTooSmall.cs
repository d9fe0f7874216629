using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0304: the ARC's ceiling is so small against memory that ZFS works without a cache.</summary>
public sealed class LS0304ArcTooSmall : IRule
{
    /// <summary>Below this a ceiling holds little more than the pool's own metadata.</summary>
    private const long AsGoodAsNone = 128L << 20;

    private const long LeastMemory = 4L << 30;
    private const long EnoughAccesses = 100_000;

    /// <summary>As many names come from a whole <c>sysctl -a</c>: where it lacks the ARC there is no ZFS.</summary>
    private const int WholeListing = 500;

    /// <inheritdoc/>
    public string Id => "LS0304";

    /// <inheritdoc/>
    public string Name => "ARC disabled or far too small";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.ArcCeiling, RuleNeed.Memory];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context) => NextBoot.Judge(context, Judge);

    private IEnumerable<Finding> Judge(DiagnosisCase context)
    {
        if (AsGoodAsDisabled(context) is { } disabledByLine)
        {
            yield return disabledByLine;
        }

        if (ArcView.Of(context.Latest) is not { } arc || arc.Ceiling is not { } ceiling
            || context.Ledger.Total is not { } total
            || total < LeastMemory
            || ceiling.Value >= total / 16
            || arc.Size.Value < ceiling.Value / 4 * 3)
        {
            yield break;
        }

        // Someone may have bounded it on purpose, and it may do: then hits show it, or memory is needed elsewhere.
        bool disabled = ceiling.Value <= AsGoodAsNone;
        bool missesMuch = arc.Accesses >= EnoughAccesses && arc.HitRatio < 0.9;
        MemoryState? memory = MemoryState.Of(context.Latest, context.Ledger);
        bool memoryLiesIdle = memory?.Free.Value > total / 4;
        bool costs = disabled ? arc.HitRatio is not > 0.97
            : missesMuch || (memoryLiesIdle && arc.HitRatio is not > 0.95);
        long? room = memory is null ? null : ArcLimitAdvice.Room(context, arc, memory);
        yield return new Finding
        {
            Rule = Id,
            Title = disabled
                ? $"The ARC is as good as disabled: its maximum is {Display.Bytes(ceiling.Value)} on a host with "
                    + $"{Display.Bytes(total)}"
                : $"The ARC is bounded at {Display.Bytes(ceiling.Value)}, "
                    + $"{Display.Percent(ceiling.Value / (double)total)} of memory",
            Severity = costs ? Severity.Warning : Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Arc,
            Confidence = disabled ? 0.9 : 0.7,
            BytesAtStake = ceiling.Value,
            Evidence =
            [
                Evidence.Of(
                    $"Maximum {(arc.Maximum is null ? "that was set" : "in effect")}: {Display.Bytes(ceiling.Value)}",
                    ceiling,
                    Unit.Bytes),
                Evidence.Of($"Size: {Display.Bytes(arc.Size.Value)}", arc.Size, Unit.Bytes),
                new Evidence(
                    $"Memory: {Display.Bytes(total)}", total, Unit.Bytes, context.Ledger.Physical?.At),
                .. memory is null
                    ? (ImmutableArray<Evidence>)[]
                    : [Evidence.Of($"{Display.Bytes(memory.Free.Value)} of memory are free", memory.Free, Unit.Bytes)],
                .. arc is { HitRatio: { } ratio, Misses: { } misses }
                    ? (ImmutableArray<Evidence>)[new Evidence(
                        $"{Display.Percent(ratio)} of {Display.Count(arc.Accesses ?? 0)} reads were served from it",
                        ratio, Unit.Fraction, misses.At)]
                    : [],
            ],
            Advice =
            [
                Advice.Look(
                    "Find the setting; often it is an old line for a machine with less memory.",
                    SettingPlaces.Grep(context.Latest.Host, "arc"), "zfs get -r -s local primarycache"),
                .. room is { } value
                    ? ArcLimitAdvice.Set(
                        context, arc, value,
                        $"Let the ARC grow to {Display.Bytes(value)}, or take the setting out and have the default "
                            + "back with the next reboot.",
                        "Programs that need the memory get it back later: the ARC gives way under pressure, with a "
                            + "delay.")
                    : [],
            ],
        };
    }

    /// <summary>
    /// Where nothing is known of the ARC but the ceiling that a line sets: one so small is wrong on any host with ZFS.
    /// </summary>
    private Finding? AsGoodAsDisabled(DiagnosisCase context) =>
        ArcView.Of(context.Latest) is null && context.Latest.Sysctls.Count < WholeListing
            && ArcSetting.Of(context.Latest) is { Value: <= AsGoodAsNone } ceiling
            && context.Ledger.Total is >= LeastMemory and { } total
            ? new Finding
            {
                Rule = Id,
                Title = $"The ARC is as good as disabled: its maximum is set to {Display.Bytes(ceiling.Value)} on a "
                    + $"host with {Display.Bytes(total)}",
                Severity = Severity.Warning,
                Verdict = Verdict.Misconfiguration,
                Subject = Subject.Arc,
                Confidence = 0.7,
                BytesAtStake = ceiling.Value,
                Evidence =
                [
                    Evidence.Of($"Maximum that was set: {Display.Bytes(ceiling.Value)}", ceiling, Unit.Bytes),
                    new Evidence($"Memory: {Display.Bytes(total)}", total, Unit.Bytes, context.Ledger.Physical?.At),
                ],
                Advice =
                [
                    Advice.Look(
                        "Find the setting; often it is an old line for a machine with less memory.",
                        SettingPlaces.Grep(context.Latest.Host, "arc")),
                ],
            }
            : null;
}
