using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>Wired memory that nobody owns grew between captures.</summary>
public sealed class LS0102GrowthOfRemainder : IRule
{
    /// <summary>
    /// Bytes. The remainder of a 14.2 machine on which no page is lost was seen to move by 1.7 MB over minutes of load:
    /// a rise within that is none, however regular.
    /// </summary>
    private const long LeastLeak = 2 << 20;

    /// <inheritdoc/>
    public string Id => "LS0102";

    /// <inheritdoc/>
    public string Name => "Wired memory that nobody owns is growing";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Wired, RuleNeed.History];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        HostHistory history = context.History;
        if ((context.Trends?.Remainder ?? RemainderSeries.Of(history)) is not { } series
            || GrowthObservation.Of(series, history.CurrentBootStart) is not { } seen)
        {
            yield break;
        }

        TrendResult? trend = context.Trends?.Of(series.Key);
        bool isExact = history.Find(SeriesKind.Account, AccountName.Unaccounted) is not null;
        bool leads = context.Trends is null || trend?.GroupLeader is null || trend.Key == trend.GroupLeader;
        bool leaks = isExact && leads && context.Trends?.IsLeak(series.Key) == true && seen.Bytes >= LeastLeak;
        if (!leaks && context.Trends is { CanProve: true } trends && trends.From >= history.CurrentBootStart)
        {
            if (leads && trend is { Confidence: >= SuspectWords.LeastProbability } && (trend.Class == TrendClass.Suspect
                || trend.IsLeak)
                && trend.Suspicion is { } weighed && weighed.Rise.Gain >= LeastLeak)
            {
                yield return Weighed(context, seen, trend, isExact);
            }

            yield break;
        }

        if (!leaks && !(isExact && IsGrowth(context, seen) && context.Trends?.Excludes(series.Key) != true))
        {
            yield break;
        }

        ObservedGrowth growth = leaks ? TrendGrowth.Of(history, seen, trend!) : GrowthPace.Of(history, seen);
        ExhaustionTime? exhaustion = GrowthPace.UntilMemoryIsGone(context, leaks
            ? TrendGrowth.AtEightyPercent(growth) : growth);
        yield return new Finding
        {
            Rule = Id,
            Title = $"wired memory that no zone, type or counter owns {(leaks ? "leaks: it" : "")} grew by "
                + $"{Display.Bytes(seen.Bytes)} over {seen.Samples} captures",
            Severity = leaks
                ? TrendGrowth.SeverityOf(context, seen.Bytes, exhaustion, trend!.Class == TrendClass.Stopped)
                : Severity.Warning,
            Verdict = leaks ? Verdict.Leak : Verdict.Suspect,
            Subject = Subject.Unaccounted,
            Confidence = leaks ? trend!.Confidence : seen.Samples switch { 2 => 0.4, < 6 => 0.5, _ => 0.7 },
            Evidence = [.. leaks
                ? [TrendGrowth.Evidence(trend!, seen.Samples)] : Array.Empty<Evidence>(), .. EvidenceOf(context, seen)],
            Growth = growth,
            Exhaustion = exhaustion,
            Advice = GrowthAdvice.For(context, SubjectKind.Wired, AccountName.Unaccounted, seen.Samples),
            BytesAtStake = seen.Bytes,
        };
    }

    /// <summary>
    /// A suspect by all the evidence that a trend has; the level says nothing where the remainder is not whole.
    /// </summary>
    private Finding Weighed(DiagnosisCase context, GrowthObservation seen, TrendResult trend, bool isExact)
    {
        ObservedGrowth growth = GrowthPace.Of(context.History, seen);
        long gained = (long)trend.Suspicion!.Rise.Gain;
        ExhaustionTime? exhaustion = GrowthPace.UntilMemoryIsGone(context, growth);
        return new Finding
        {
            Rule = Id,
            Title = $"wired memory that no zone or type {(isExact ? "or counter " : "")}owns grew by "
                + $"{Display.Bytes(gained)} over "
                + $"{seen.Samples} captures and is most probably not given back",
            Severity = SuspectWords.SeverityOf(context, gained, exhaustion),
            Verdict = Verdict.Suspect,
            Subject = Subject.Unaccounted,
            Confidence = trend.Confidence,
            Evidence =
            [
                .. SuspicionEvidence.Of(trend, 4),
                .. isExact
                    ? EvidenceOf(context, seen)
                    :
                    [
                        new Evidence(
                            "counted as wired memory less zones and types: what the ledger needs for more is not in "
                                + "the captures"),
                        .. GrowthEvents.During(context.History),
                    ],
            ],
            Growth = growth,
            Exhaustion = exhaustion,
            Advice =
            [
                SuspectWords.WhatDecides(context, AccountName.Unaccounted, trend),
                .. GrowthAdvice.For(context, SubjectKind.Wired, AccountName.Unaccounted, seen.Samples),
            ],
            BytesAtStake = gained,
        };
    }

    /// <summary>
    /// On 14.2 the remainder of a machine on which no page is lost moves by up to 2 MB while wired moves by hundreds;
    /// over many captures a rise that never comes back says more than its size.
    /// </summary>
    private static bool IsGrowth(DiagnosisCase context, GrowthObservation seen)
    {
        long memory = context.Ledger.Physical?.Value ?? 0;
        long step = Math.Max(4 << 20, memory / 400);
        return seen.Samples < 6
            ? seen.Bytes > step && (seen.Samples == 2 || seen.Floor > step / 2)
            : seen.Floor > Math.Max(1 << 20, memory / 2000) && seen.Falls < 0.34 && seen.Rises > 0.5;
    }

    private static ImmutableArray<Evidence> EvidenceOf(DiagnosisCase context, GrowthObservation seen)
    {
        string share = context.Ledger.WiredTotal is { Bytes: > 0 } wired
            ? $", {Display.Percent((double)seen.After / wired.Bytes)} of what is wired"
            : "";
        return
        [
            new Evidence(
                $"nobody owned {Display.Bytes(seen.Before)} of wired memory at the first capture",
                seen.Before,
                Unit.Bytes,
                seen.Series.FirstAt),
            new Evidence(
                $"nobody owned {Display.Bytes(seen.After)} at the latest{share}", seen.After, Unit.Bytes,
                    seen.Series.LastAt),
            .. GrowthEvents.During(context.History),
        ];
    }
}
