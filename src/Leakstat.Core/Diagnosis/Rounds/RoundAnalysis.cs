using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Knowledge;

namespace Leakstat.Diagnosis.Rounds;

/// <summary>Tests every zone and malloc type over the rounds of an exercise.</summary>
public static class RoundAnalysis
{
    /// <summary>Tests the series of a history.</summary>
    /// <param name="history">The captures, as many as the plan has roles.</param>
    /// <param name="plan">What was done between them.</param>
    /// <param name="knowledge">Which modules own which zones and types.</param>
    public static RoundJudgement Of(HostHistory history, RoundPlan plan, KnowledgeBase knowledge)
    {
        ImmutableArray<int> boundaries = plan.Boundaries;
        bool typesKnown = history.Series.Any(s => s.Key.Kind == SeriesKind.MallocInUse);
        var subjects = ImmutableArray.CreateBuilder<RoundSubject>();
        int judged = 0;
        foreach (Series series in history.Series)
        {
            bool isZone = series.Key.Kind == SeriesKind.ZoneUsed;
            if (boundaries.IsEmpty || (!isZone && series.Key.Kind != SeriesKind.MallocInUse)
                || (isZone && GrowthExplanations.IsFollower(series.Key.Name, typesKnown)))
            {
                continue;
            }

            long[] counts = Counts(series, boundaries);
            judged++;
            bool isOwn = IsOwn(series, plan);
            var test = RoundStatistics.Of(counts, Counts(series, plan.Idle), isOwn);
            if (test.Outcome is RoundOutcome.Flat)
            {
                continue;
            }

            subjects.Add(new RoundSubject
            {
                Subject = isZone ? Subject.Zone(series.Key.Name) : Subject.Malloc(series.Key.Name),
                Test = test,
                IsOwn = isOwn,
                Counts = [.. counts],
                BytesPerRound = Bytes(history, series, isZone, boundaries, test),
                Explanation = isOwn
                    ? RoundExplanation.OfOwn(history, boundaries, counts)
                    : RoundExplanation.Of(history, series.Key, boundaries, counts, knowledge),
                LastAt = series.LastAt,
            });
        }

        return new RoundJudgement(
            plan,
            [.. subjects.OrderByDescending(s => s.IsLeak).ThenByDescending(s => s.Test.PerRound).ThenBy(
                s => s.Subject.Name, StringComparer.Ordinal)],
            judged);
    }

    /// <summary>Counts at captures; what is not listed there has none in use.</summary>
    private static long[] Counts(Series series, ImmutableArray<int> captures) =>
        [.. captures.Select(i => series[i] ?? 0)];

    private static bool IsOwn(Series series, RoundPlan plan)
    {
        if (plan.Module is { } module && ModuleName.IsSame(module, series.Key.Name))
        {
            return true;
        }

        int loaded = plan.Roles.IndexOf(RoundRole.Loaded);
        return loaded > 0 && series[loaded - 1] is null && series[loaded] is not null;
    }

    private static long? Bytes(
        HostHistory history, Series series, bool isZone, ImmutableArray<int> boundaries, RoundTest test)
    {
        if (isZone)
        {
            return series.ItemSize > 0 ? (long)Math.Round(test.PerRound * series.ItemSize) : null;
        }

        return history.Find(SeriesKind.MallocBytes, series.Key.Name) is { } bytes
            && bytes[boundaries[0]] is { } first && bytes[boundaries[^1]] is { } last
            ? (last - first) / (boundaries.Length - 1)
            : null;
    }
}
