using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Owners;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>
/// What leaked during a boot that is over and does not show, or cannot be judged yet, in the boot that goes on.
/// </summary>
public sealed class LS0113LeakedBeforeReboot : IRule
{
    private const int Most = 4;

    /// <inheritdoc/>
    public string Id => "LS0113";

    /// <inheritdoc/>
    public string Name => "Leaked before a reboot";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.Trend];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (context.Trends is not { } trends)
        {
            yield break;
        }

        bool judged = trends.From >= context.History.CurrentBootStart;
        HashSet<SeriesKey> told = [.. trends.Cycles.Select(c => c.Key)];
        if (judged)
        {
            foreach (SeriesKey key in trends.Leaks.Concat(trends.Suspects))
            {
                told.Add(key);
                told.UnionWith(trends.GroupOf(key));
            }
        }

        foreach (EarlierLeak earlier in trends.Earlier.Where(e => !told.Contains(e.Key)).Take(Most))
        {
            if (trends.SeriesOf(context.History, earlier.Key) is { } series
                && GrowthObservation.Of(series, earlier.From, earlier.To) is { Delta: > 0 } seen)
            {
                yield return Found(context, earlier, seen, judged);
            }
        }
    }

    private Finding Found(DiagnosisCase context, EarlierLeak earlier, GrowthObservation seen, bool judged)
    {
        bool isType = earlier.Key.Kind == SeriesKind.MallocBytes, isZone = earlier.Key.Kind == SeriesKind.ZoneUsed;
        string name = earlier.Key.Name;
        string what = isType ? $"malloc type {name}" : isZone ? $"zone {name}" : "wired memory that nobody owns";
        int captures = context.History.Samples.Length - context.History.CurrentBootStart, needed =
            TrendOptions.Default.MinimumSamples;
        string now = judged
            ? "it does not show since"
            : $"{Display.Count(Math.Max(needed - captures, 1), "more capture", "more captures")} until this boot can "
                + "be judged";
        string at = context.History.Samples[Math.Min(earlier.To + 1, context.History.Samples.Length - 1)] is { } next
            && (next.BootedAt ?? next.TakenAt) is { } time ? $" at {Display.Time(time)}" : "";
        bool leak = earlier.Trend.IsLeak;
        return new Finding
        {
            Rule = Id,
            Title = $"{what} {(leak ? "leaked" : "most probably leaked")} before the reboot{at}: "
                + $"{Display.Change(seen.Bytes)} over "
                + $"{seen.Samples} captures; {now}",
            Severity = Severity.Warning,
            Verdict = leak ? Verdict.Leak : Verdict.Suspect,
            Subject = isType ? Subject.Malloc(name) : isZone ? Subject.Zone(name) : Subject.Unaccounted,
            Confidence = earlier.Trend.Confidence,
            IsPast = true,
            Evidence =
            [
                .. leak ? [TrendGrowth.Evidence(earlier.Trend, seen.Samples)] : Array.Empty<Evidence>(),
                .. SuspicionEvidence.Of(earlier.Trend, 3),
                new Evidence(
                    $"the boot from {context.History.Samples[earlier.From].Source} to "
                        + $"{context.History.Samples[earlier.To].Source} is over"),
            ],
            Growth = GrowthPace.Of(context.History, seen),
            Owners = isType || isZone ? OwnerLookup.Of(context, isZone, name) : [],
            Advice = GrowthAdvice.For(context, isType ? SubjectKind.Malloc : isZone
                ? SubjectKind.Zone : SubjectKind.Wired, name, captures),
            BytesAtStake = Math.Max(seen.Bytes, 0),
        };
    }
}
