using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0307: hit rate, ghost hits and throttled writes that show an ARC which is too small for its work or finds no
/// memory.
/// </summary>
public sealed class LS0307ArcUnderPressure : IRule
{
    private const long EnoughAccesses = 1_000_000;

    /// <inheritdoc/>
    public string Id => "LS0307";

    /// <inheritdoc/>
    public string Name => "ARC too small for its work, or throttled";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.ArcStatistics];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (ArcView.Of(context.Latest) is not { IsRounded: false } arc)
        {
            yield break;
        }

        if (Throttled(context, arc) is { } throttled)
        {
            yield return throttled;
        }

        if (TooSmall(context, arc) is { } small)
        {
            yield return small;
        }
    }

    private Finding? Throttled(DiagnosisCase context, ArcView arc)
    {
        if (arc.Leaf("memory_throttle_count") is not { Value: > 0 } count)
        {
            return null;
        }

        // Since boot: ten an hour are a state, a handful a moment long ago.
        double hours = Math.Max(1, (context.Latest.Host.UptimeSeconds ?? 0) / 3600.0);
        bool often = context.Latest.Host.UptimeSeconds is not null ? count.Value / hours >= 10 : count.Value >= 1000;
        if (!often)
        {
            return null;
        }

        return new Finding
        {
            Rule = Id,
            Title = $"ZFS held back writes {Display.Count(count.Value)} times because the ARC found no memory",
            Severity = Severity.Warning,
            Verdict = Verdict.Exhaustion,
            Subject = Subject.Arc,
            Confidence = 0.7,
            BytesAtStake = 0,
            Evidence =
            [
                Evidence.Of(
                    $"Writes held back since boot: {Display.Count(count.Value)} (memory_throttle_count)", count),
                .. arc.Leaf("memory_available_bytes") is { } available
                    ? (ImmutableArray<Evidence>)[Evidence.Of(
                        "Memory the ARC may still take: "
                            + (available.Value < 0 ? "none, it has to give back " : "")
                            + Display.Bytes(Math.Abs(available.Value)),
                        available, Unit.Bytes)]
                    : [],
            ],
            Advice =
            [
                Advice.Look(
                    "See what holds the memory: programs (top), or the kernel outside the ARC (the ledger of this "
                        + "report).",
                    "top -b -o res 20",
                    "sysctl kstat.zfs.misc.arcstats.memory_throttle_count "
                        + "kstat.zfs.misc.arcstats.memory_available_bytes"),
            ],
        };
    }

    /// <summary>
    /// Ghost hits are reads of blocks that were cached until lately: a larger ARC would have served them. A low hit
    /// rate without them is a workload that no cache serves.
    /// </summary>
    private Finding? TooSmall(DiagnosisCase context, ArcView arc)
    {
        if (arc.Accesses is not >= EnoughAccesses
            || arc is not { HitRatio: < 0.9 and { } ratio, Misses: { Value: > 0 } misses, Maximum: { } ceiling }
            || arc.Size.Value < ceiling.Value / 10 * 9
            || arc.Leaf("mru_ghost_hits") is not { } recent || arc.Leaf("mfu_ghost_hits") is not { } frequent)
        {
            return null;
        }

        long ghosts = Arithmetic.Add(recent.Value, frequent.Value);
        if (ghosts < misses.Value / 5 || MemoryState.Of(context.Latest, context.Ledger) is not { } memory)
        {
            return null;
        }

        // A ceiling at the default cannot be raised by advice: then memory is the limit.
        long? room = ceiling.Value < ArcLimitAdvice.DefaultCeiling(memory.Total) / 10 * 9
            ? ArcLimitAdvice.Room(context, arc, memory)
            : null;
        return new Finding
        {
            Rule = Id,
            Title = $"The ARC is too small for its work: {Display.Percent(1 - ratio)} of reads miss, and "
                + $"{Display.Count(ghosts)} of them had been cached before",
            Severity = room is null ? Severity.Info : Severity.Warning,
            Verdict = Verdict.Misconfiguration,
            Subject = Subject.Arc,
            Confidence = 0.7,
            BytesAtStake = ceiling.Value,
            Evidence =
            [
                new Evidence(
                    $"{Display.Percent(ratio)} of {Display.Count(arc.Accesses ?? 0)} reads were served from the ARC",
                    ratio, Unit.Fraction, misses.At),
                new Evidence(
                    $"Reads of blocks that had just been evicted: {Display.Count(ghosts)}",
                    ghosts, Unit.Items, recent.At),
                Evidence.Of(
                    $"Size {Display.Bytes(arc.Size.Value)}, at its maximum of {Display.Bytes(ceiling.Value)}",
                    arc.Size, Unit.Bytes),
            ],
            Advice =
            [
                Advice.Look(
                    "Watch the hit rate under today's load: the counters go back to boot.",
                    "zfs-stats -E",
                    "sysctl kstat.zfs.misc.arcstats.hits kstat.zfs.misc.arcstats.misses"),
                .. room is { } value
                    ? ArcLimitAdvice.Set(
                        context, arc, value,
                        $"Let the ARC grow to {Display.Bytes(value)}; the working set and 2 GiB still fit beside it.",
                        "Programs that need the memory get it back with a delay.")
                    : [],
            ],
        };
    }
}
