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

    /// <inheritdoc/>
    public string Id => "LS0304";

    /// <inheritdoc/>
    public string Name => "ARC disabled or far too small";

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase host)
    {
        if (ArcView.Of(host.Latest) is not { } arc
            || arc.Maximum is not { } ceiling
            || MemoryState.Of(host.Latest, host.Ledger) is not { } memory
            || memory.Total < LeastMemory
            || ceiling.Value >= memory.Total / 16
            || arc.Size.Value < ceiling.Value / 4 * 3)
        {
            yield break;
        }

        // Someone may have bounded it on purpose, and it may do: then hits show it, or memory is needed elsewhere.
        bool disabled = ceiling.Value <= AsGoodAsNone;
        bool missesMuch = arc.Accesses >= EnoughAccesses && arc.HitRatio < 0.9;
        bool memoryLiesIdle = memory.Free.Value > memory.Total / 4;
        bool costs = disabled ? arc.HitRatio is not > 0.97 : missesMuch || (memoryLiesIdle && arc.HitRatio is not > 0.95);
        long? room = ArcLimitAdvice.Room(host, arc, memory);
        yield return new Finding
        {
            Rule = Id,
            Title = disabled
                ? $"The ARC is as good as disabled: its maximum is {Display.Bytes(ceiling.Value)} on a host with {Display.Bytes(memory.Total)}"
                : $"The ARC is bounded at {Display.Bytes(ceiling.Value)}, {Display.Percent(ceiling.Value / (double)memory.Total)} of memory",
            Severity = costs ? Severity.Warning : Severity.Info,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Arc,
            Confidence = disabled ? 0.9 : 0.7,
            BytesAtStake = ceiling.Value,
            Evidence =
            [
                Evidence.Of($"Maximum in effect: {Display.Bytes(ceiling.Value)}", ceiling, Unit.Bytes),
                Evidence.Of($"Size: {Display.Bytes(arc.Size.Value)}", arc.Size, Unit.Bytes),
                new Evidence($"Memory: {Display.Bytes(memory.Total)}", memory.Total, Unit.Bytes, host.Ledger.Physical?.At),
                Evidence.Of($"{Display.Bytes(memory.Free.Value)} of memory are free", memory.Free, Unit.Bytes),
                .. arc is { HitRatio: { } ratio, Misses: { } misses }
                    ? (ImmutableArray<Evidence>)[new Evidence($"{Display.Percent(ratio)} of {Display.Count(arc.Accesses ?? 0)} reads were served from it", ratio, Unit.Fraction, misses.At)]
                    : [],
            ],
            Advice =
            [
                Advice.Look("Find the setting; often it is an old line for a machine with less memory.", "grep -n arc /boot/loader.conf /etc/sysctl.conf", "zfs get -r -s local primarycache"),
                .. room is { } value
                    ? ArcLimitAdvice.Set(
                        host, arc, value,
                        $"Let the ARC grow to {Display.Bytes(value)}, or take the setting out and have the default back with the next reboot.",
                        "Programs that need the memory get it back later: the ARC gives way under pressure, with a delay.")
                    : [],
            ],
        };
    }
}
