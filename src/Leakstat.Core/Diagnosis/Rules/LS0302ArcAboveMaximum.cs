using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>LS0302: the ARC is larger than its ceiling, and which part of it holds the excess.</summary>
public sealed class LS0302ArcAboveMaximum : IRule
{
    private const long LeastExcess = 64L << 20;

    /// <summary>Of a small ARC: half as much again as its ceiling is no slip of timing.</summary>
    private const long LeastExcessOfSmall = 16L << 20;

    /// <inheritdoc/>
    public string Id => "LS0302";

    /// <inheritdoc/>
    public string Name => "ARC above its maximum";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.ArcCeiling];

    /// <summary>
    /// Bytes above the ceiling that count, in effect or asked for: a twentieth of it and 64 MiB at least, or half of it
    /// and 16 MiB, and more than the tool that printed the size may have rounded it up; 0 where there is none.
    /// </summary>
    public static long Excess(ArcView arc)
    {
        if (arc.Ceiling is not { } ceiling)
        {
            return 0;
        }

        long excess = Arithmetic.Subtract(arc.Size.Value, ceiling.Value);
        long certain = Arithmetic.Subtract(excess, arc.RoundingError);
        bool isMuch = certain >= LeastExcess && certain >= ceiling.Value / 20;
        return isMuch || (certain >= LeastExcessOfSmall && certain >= ceiling.Value / 2) ? excess : 0;
    }

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (ArcView.Of(context.Latest) is not { } arc || arc.Ceiling is not { } ceiling || Excess(arc) is not (
            > 0 and { } excess))
        {
            yield break;
        }

        ImmutableArray<(string Leaf, string Name, Reading Size)> parts = arc.Parts();
        bool clear = excess - arc.RoundingError >= ceiling.Value / 10;
        bool isAsked = arc.Maximum is null;
        yield return new Finding
        {
            Rule = Id,
            Title = isAsked
                ? $"The ARC holds {Display.Bytes(arc.Size.Value)}, {Display.Bytes(excess)} more than the "
                    + $"{Display.Bytes(ceiling.Value)} that were set as its maximum"
                : $"The ARC holds {Display.Bytes(arc.Size.Value)}, {Display.Bytes(excess)} more than its maximum",
            Severity = clear ? Severity.Warning : Severity.Info,
            Verdict = Verdict.Suspect,
            Subject = Subject.Arc,
            Confidence = clear ? 0.75 : 0.5,
            BytesAtStake = excess,
            Evidence =
            [
                Evidence.Of(
                    arc.IsRounded
                        ? $"Size {Display.Bytes(arc.Size.Value)}, rounded by {Display.Bytes(arc.RoundingError)} at most"
                        : $"Size {Display.Bytes(arc.Size.Value)}",
                    arc.Size, Unit.Bytes),
                Evidence.Of(
                    $"Maximum {(isAsked ? "that was set" : "in effect")} {Display.Bytes(ceiling.Value)}",
                    ceiling,
                    Unit.Bytes),
                .. isAsked
                    ? (ImmutableArray<Evidence>)[new Evidence(
                        "The maximum in effect (c_max) is not in the capture: either it is this one, and the ARC "
                            + "does not keep to it, or the setting was not taken")]
                    : [],
                .. parts.Take(5).Select(
                    p => Evidence.Of($"{p.Name}: {Display.Bytes(p.Size.Value)}", p.Size, Unit.Bytes)),
                .. arc.Evictable is { } evictable
                    ? (ImmutableArray<Evidence>)[new Evidence(
                        $"Only {Display.Bytes(evictable)} of it can be evicted now", evictable, Unit.Bytes)]
                    : [],
                .. arc.Leaf("anon_size") is { Value: > 0 } anon
                    ? (ImmutableArray<Evidence>)[Evidence.Of(
                        $"{Display.Bytes(anon.Value)} are anonymous: written and not yet on disk, or on loan",
                        anon, Unit.Bytes)]
                    : [],
            ],
            Advice =
            [
                Advice.Look(
                    "Take the statistics again after some minutes, c_max among them: an ARC whose maximum was just "
                        + "lowered shrinks by and by; one that is pinned stays.",
                    "sysctl kstat.zfs.misc.arcstats"),
                .. ArcParts.Advise(context, arc, parts.IsEmpty ? "" : parts[0].Leaf),
            ],
        };
    }
}
