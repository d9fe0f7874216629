using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>A zone or malloc type that grew between captures and that no counter explains.</summary>
public sealed class LS0101GrowthOfOwner : IRule
{
    /// <summary>Suspects of one report; what follows is smaller.</summary>
    private const int MostSuspects = 6;

    /// <summary>Least steady rise over a short series that is worth a line, bytes.</summary>
    private const long LeastSteadyRise = 256 << 10;

    /// <inheritdoc/>
    public string Id => "LS0101";

    /// <inheritdoc/>
    public string Name => "Zone or malloc type grew and no counter explains it";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Owners, RuleNeed.History];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        HashSet<SeriesKey> told = [.. context.Trends?.Cycles.Select(c => c.Key) ?? []];
        if (context.Trends is { } trends)
        {
            foreach (SeriesKey key in trends.Leaks.Concat(trends.Suspects))
            {
                if (!told.Add(key) || !IsOfLatestBoot(context, trends)
                    || key.Kind is not (SeriesKind.MallocBytes or SeriesKind.ZoneUsed)
                    || GrowthObservation.Of(
                        context.History.Find(key.Kind, key.Name)!, context.History.CurrentBootStart) is not { } seen)
                {
                    continue;
                }

                told.UnionWith(trends.GroupOf(key));
                yield return trends.IsLeak(key)
                    ? Leak(context, seen, trends.Of(key)!) : Weighed(context, seen, trends.Of(key)!);
            }

            // What was weighed and is no suspect stands in the list of what rises.
            if (trends.CanProve && IsOfLatestBoot(context, trends))
            {
                yield break;
            }
        }

        IEnumerable<GrowthObservation> suspects = GrowthAnalysis.Of(context)?.Unexplained ?? [];
        foreach (GrowthObservation seen in suspects
            .Where(s => !told.Contains(s.Series.Key) && IsThere(context, s) && MayLeak(context, s)).Take(MostSuspects))
        {
            yield return Suspect(context, seen);
        }
    }

    /// <summary>Whether the boot that was judged is the one that goes on; what leaked before it is LS0113's.</summary>
    private static bool IsOfLatestBoot(DiagnosisCase context, TrendJudgement trends) =>
        trends.From >= context.History.CurrentBootStart;

    /// <summary>
    /// What the latest tables no longer hold does not grow; blocks that such a type left behind are LS0105's.
    /// </summary>
    private static bool IsThere(DiagnosisCase context, GrowthObservation seen) => IsType(seen)
        ? context.Latest.MallocTypes is not { } types || types.Find(seen.Series.Key.Name) is not null
        : context.Latest.Zones is not { } zones || zones.Find(seen.Series.Key.Name) is not null;

    /// <summary>
    /// What the trend engine has found another reason for is no suspect; what it takes for chance in a short series is
    /// one only where it rose nearly all the time.
    /// </summary>
    private static bool MayLeak(DiagnosisCase context, GrowthObservation seen) =>
        context.Trends is not { } trends
        || (!trends.Excludes(seen.Series.Key)
            && (trends.Of(seen.Series.Key)?.Class != TrendClass.Noise
                || seen is { Falls: <= 0.1, Rises: >= 0.8, Bytes: >= LeastSteadyRise }));

    private Finding Leak(DiagnosisCase context, GrowthObservation seen, TrendResult trend)
    {
        ObservedGrowth growth = TrendGrowth.Of(context.History, seen, trend);
        ExhaustionTime? exhaustion =
            NearestBound.Of(
                context, seen.Series.Key, TrendGrowth.AtEightyPercent(growth), TrendGrowth.Until(context, trend));
        long gained = Math.Max(seen.Bytes, 0);
        bool stopped = trend.Class == TrendClass.Stopped;
        string rate = growth.BytesPerHour is { } perHour ? $", {Display.Rate(perHour)}" : "";
        return Basis(context, seen) with
        {
            Title = $"{What(seen)} leaks: {Display.Change(gained)} over {seen.Samples} captures{rate}"
                + (stopped ? ", and has stopped" : ""),
            Severity = TrendGrowth.SeverityOf(context, gained, exhaustion, stopped),
            Verdict = Verdict.Leak,
            Confidence = trend.Confidence,
            Evidence =
            [
                TrendGrowth.Evidence(trend, seen.Samples),
                .. EvidenceOf(context, seen),
                .. context.Trends!.GroupOf(seen.Series.Key).Take(4)
                    .Select(k => new Evidence($"{k.Name} moves in lockstep with it")),
                .. GrowthEvents.AtStart(context.History, growth),
            ],
            Growth = growth,
            Exhaustion = exhaustion,
            BytesAtStake = gained,
        };
    }

    /// <summary>A suspect by all the evidence that a trend has.</summary>
    private Finding Weighed(DiagnosisCase context, GrowthObservation seen, TrendResult trend)
    {
        ObservedGrowth growth = GrowthPace.Of(context.History, seen);
        long gained = (long)((trend.Suspicion?.Rise.Gain ?? 0) * Math.Max(seen.Series.ItemSize, 1));
        bool ended = trend.Suspicion is { Rise.Last: < SuspectWords.LeastGoingOn };
        ExhaustionTime? exhaustion = ended ? null : NearestBound.Of(context, seen.Series.Key, growth);
        Finding basis = Basis(context, seen);
        return basis with
        {
            Title = $"{What(seen)} most probably does not give its memory back: {Display.Change(gained)} over "
                + $"{seen.Samples} captures"
                + (ended ? "; it has stopped, and holds it still" : ""),
            Severity = SuspectWords.SeverityOf(context, gained, exhaustion),
            Confidence = trend.Confidence,
            Evidence =
            [
                .. SuspicionEvidence.Of(trend, 4),
                .. EvidenceOf(context, seen),
                .. context.Trends!.GroupOf(seen.Series.Key).Take(4)
                    .Select(k => new Evidence($"{k.Name} moves in lockstep with it")),
                .. GrowthEvents.During(context.History),
            ],
            Growth = growth,
            Exhaustion = exhaustion,
            Advice = [SuspectWords.WhatDecides(context, seen.Series.Key.Name, trend), .. basis.Advice],
            BytesAtStake = gained,
        };
    }

    private Finding Suspect(DiagnosisCase context, GrowthObservation seen)
    {
        ObservedGrowth growth = GrowthPace.Of(context.History, seen);
        return Basis(context, seen) with
        {
            Title = $"{What(seen)} grew by {Display.Bytes(seen.Bytes)} over {seen.Samples} captures, and nothing "
                + "that is counted "
                + "explains it",
            Severity = SeverityOf(context, seen),
            Confidence = seen.Samples switch { 2 => 0.3, < 6 => 0.4, _ => 0.6 },
            Evidence =
            [
                .. EvidenceOf(context, seen),
                .. seen.Lockstep.Take(4).Select(other => new Evidence(
                    $"{other.Series.Key.Name} moves with it: +{Display.Bytes(other.Bytes)}",
                    other.Bytes,
                    Unit.Bytes,
                    other.Series.LastAt)),
                .. GrowthEvents.During(context.History),
            ],
            Growth = growth,
            Exhaustion = NearestBound.Of(context, seen.Series.Key, growth),
            BytesAtStake = seen.Bytes,
        };
    }

    private Finding Basis(DiagnosisCase context, GrowthObservation seen)
    {
        bool isType = IsType(seen);
        string name = seen.Series.Key.Name;
        return new Finding
        {
            Rule = Id,
            Title = name,
            Severity = Severity.Info,
            Verdict = Verdict.Suspect,
            Subject = isType ? Subject.Malloc(name) : Subject.Zone(name),
            Confidence = 0,
            Owners = OwnerLookup.Of(context, !isType, name),
            Advice = GrowthAdvice.For(context, isType ? SubjectKind.Malloc : SubjectKind.Zone, name, seen.Samples),
        };
    }

    /// <summary>
    /// A few captures cannot tell a leak from load: information, unless the amount itself is worth a warning.
    /// </summary>
    private static Severity SeverityOf(DiagnosisCase context, GrowthObservation seen)
    {
        long memory = context.Ledger.Physical?.Value ?? long.MaxValue;
        bool large = seen.Bytes >= Math.Max(64 << 20, memory / 50);
        bool sustained = seen is { Falls: <= 0.2, Rises: >= 0.6, Bytes: >= 256 << 10 }
            && context.Trends?.Of(seen.Series.Key)?.Class is TrendClass.Rising or TrendClass.Leak;
        return large || sustained ? Severity.Warning : Severity.Info;
    }

    private static ImmutableArray<Evidence> EvidenceOf(DiagnosisCase context, GrowthObservation seen)
    {
        bool isType = IsType(seen);
        string what = isType ? "memory" : "items";
        Unit unit = isType ? Unit.Bytes : Unit.Items;
        string Value(long value) => isType ? Display.Bytes(value) : Display.Count(value);
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(new Evidence(
            $"{what} in use at the first capture: {Value(seen.Before)}", seen.Before, unit, seen.Series.FirstAt));
        evidence.Add(new Evidence(
            $"{what} in use at the latest capture: {Value(seen.After)}", seen.After, unit, seen.Series.LastAt));
        if (seen.Samples > 2)
        {
            evidence.Add(new Evidence(
                $"it rose in {Display.Percent(seen.Rises)} of the steps between captures and fell in "
                + Display.Percent(seen.Falls),
                seen.Rises,
                Unit.Fraction));
        }

        return evidence.ToImmutable();
    }

    private static bool IsType(GrowthObservation seen) => seen.Series.Key.Kind == SeriesKind.MallocBytes;

    private static string What(GrowthObservation seen) =>
        $"{(IsType(seen) ? "malloc type" : "zone")} {seen.Series.Key.Name}";
}
