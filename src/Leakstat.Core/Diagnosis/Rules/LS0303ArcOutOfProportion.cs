using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// LS0303: metadata, dnodes, headers or anonymous data take more of the ARC than their bound, or the ARC is pinned:
/// over its target with next to nothing that can be evicted.
/// </summary>
public sealed class LS0303ArcOutOfProportion : IRule
{
    private const long LeastSize = 256L << 20;

    /// <inheritdoc/>
    public string Id => "LS0303";

    /// <inheritdoc/>
    public string Name => "Parts of the ARC out of proportion";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Arc];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        // An ARC far below its ceiling may hold what it likes: nothing else had to go for it. What has a bound of its
        // own
        // is held against that alone where the ceiling is not known.
        if (ArcView.Of(context.Latest) is not { } arc
            || arc.Size.Value < LeastSize
            || (arc.Ceiling is { } most && arc.Size.Value < most.Value / 2))
        {
            yield break;
        }

        var faults = new List<Fault>();
        CollectBounded(arc, faults);
        if (arc.Maximum is { } ceiling && !arc.IsRounded)
        {
            CollectShares(context, arc, ceiling, faults);
        }

        if (faults.Count == 0)
        {
            yield break;
        }

        Fault first = faults.MaxBy(f => f.Size)!;
        yield return new Finding
        {
            Rule = Id,
            Title = first.Title,
            Severity = Severity.Warning,
            Verdict = Verdict.Suspect,
            Subject = Subject.Arc,
            Confidence = 0.65,
            // What is above the ceiling is the trouble; the part that fills it is why.
            BytesAtStake = LS0302ArcAboveMaximum.Excess(arc) is > 0 and { } excess ? Math.Min(first.Size, excess)
                : first.Size,
            Evidence = [.. faults.SelectMany(f => f.Evidence)],
            Advice =
            [
                Advice.Look(
                    "Take the statistics twice, some minutes apart: what is pinned stays while everything else "
                        + "shrinks.",
                    "sysctl kstat.zfs.misc.arcstats"),
                .. ArcParts.Advise(context, arc, first.Leaf),
            ],
        };
    }

    /// <summary>Parts with a bound of their own.</summary>
    private static void CollectBounded(ArcView arc, List<Fault> faults)
    {
        if (arc.Leaf("dnode_size") is { } dnodes && arc.Leaf("arc_dnode_limit") is { Value: > 0 } limit
            && dnodes.Value > limit.Value / 10 * 11)
        {
            faults.Add(new Fault(
                "dnode_size", dnodes.Value,
                $"Dnodes take {Display.Bytes(dnodes.Value)} of the ARC, above their limit of "
                    + $"{Display.Bytes(limit.Value)}",
                [
                    Evidence.Of($"Dnodes: {Display.Bytes(dnodes.Value)}", dnodes, Unit.Bytes),
                    Evidence.Of($"Limit of dnodes: {Display.Bytes(limit.Value)}", limit, Unit.Bytes),
                ]));
        }

        // Up to 13 metadata has a hard limit; from 14 on data and metadata are balanced and no share is wrong by
        // itself.
        if (arc.Leaf("arc_meta_used") is { } metadata && arc.Leaf("arc_meta_limit") is { Value: > 0 } most
            && metadata.Value > most.Value / 10 * 11)
        {
            faults.Add(new Fault(
                "metadata_size", metadata.Value,
                $"Metadata takes {Display.Bytes(metadata.Value)} of the ARC, above its limit of "
                    + $"{Display.Bytes(most.Value)}",
                [
                    Evidence.Of($"Metadata: {Display.Bytes(metadata.Value)}", metadata, Unit.Bytes),
                    Evidence.Of($"Limit of metadata: {Display.Bytes(most.Value)}", most, Unit.Bytes),
                ]));
        }
    }

    /// <summary>Parts that are held against the ceiling.</summary>
    private static void CollectShares(DiagnosisCase context, ArcView arc, Reading ceiling, List<Fault> faults)
    {
        if (arc.Leaf("l2_hdr_size") is { } headers && headers.Value > ceiling.Value / 4)
        {
            faults.Add(new Fault(
                "l2_hdr_size", headers.Value,
                $"Headers of the L2ARC take {Display.Bytes(headers.Value)}, more than a quarter of the ARC's maximum",
                [Evidence.Of($"Headers of blocks in the L2ARC: {Display.Bytes(headers.Value)}", headers, Unit.Bytes)]));
        }

        if (arc.Leaf("anon_size") is { } anon && anon.Value > ceiling.Value / 4
            && anon.Value > Arithmetic.Multiply(2, context.Sysctl("vfs.zfs.dirty_data_max")?.Value ?? 0))
        {
            faults.Add(new Fault(
                "anon_size", anon.Value,
                $"Anonymous data takes {Display.Bytes(anon.Value)} of the ARC, more than writes under way explain",
                [Evidence.Of($"Anonymous data: {Display.Bytes(anon.Value)}", anon, Unit.Bytes)]));
        }

        AddPinned(arc, faults);
    }

    /// <summary>
    /// Pinned: at least its target and thus under eviction, eviction counts failures, and less than a tenth is
    /// evictable.
    /// </summary>
    private static void AddPinned(ArcView arc, List<Fault> faults)
    {
        if (arc.Evictable is not { } evictable || arc.Target is not { } target
            || arc.Size.Value < target.Value || evictable >= arc.Size.Value / 10)
        {
            return;
        }

        var attempts = new List<Evidence>();
        foreach ((string leaf, string text) in (ReadOnlySpan<(string, string)>)[
            ("evict_not_enough", "Evictions that freed less than asked"),
            ("evict_skip", "Buffers that eviction had to pass over"),
            ("arc_prune", "Times vnodes were asked to let go of metadata")])
        {
            if (arc.Leaf(leaf) is { Value: > 0 } count)
            {
                attempts.Add(Evidence.Of($"{text}: {Display.Count(count.Value)}", count));
            }
        }

        if (attempts.Count == 0)
        {
            return;
        }

        long pinned = arc.Size.Value - evictable;
        string largest = arc.Parts() is [var part, ..] ? part.Leaf : "";
        faults.Add(new Fault(
            largest, pinned,
            $"The ARC cannot shrink: only {Display.Bytes(evictable)} of {Display.Bytes(arc.Size.Value)} can be evicted",
            [
                new Evidence(
                    $"Evictable now: {Display.Bytes(evictable)}",
                    evictable, Unit.Bytes,
                    arc.Leaf("mru_evictable_data")?.At ?? arc.Size.At),
                Evidence.Of($"Size: {Display.Bytes(arc.Size.Value)}", arc.Size, Unit.Bytes),
                Evidence.Of($"Target: {Display.Bytes(target.Value)}", target, Unit.Bytes),
                .. attempts,
            ]));
    }

    private sealed record Fault(string Leaf, long Size, string Title, IReadOnlyList<Evidence> Evidence);
}
