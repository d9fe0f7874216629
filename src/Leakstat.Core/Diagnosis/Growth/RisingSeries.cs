using System.Collections.Immutable;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;

namespace Leakstat.Diagnosis.Growth;

/// <summary>A series that rose and is no finding: what a reader of the numbers would ask about.</summary>
/// <param name="Key">The series.</param>
/// <param name="Bytes">Bytes gained over the boot that was judged.</param>
/// <param name="Probability">Chance that its memory is not given back; null where nothing was weighed.</param>
/// <param name="Why">Why it is no finding.</param>
public sealed record RisingSeries(SeriesKey Key, long Bytes, double? Probability, string Why)
{
    // A reader of a plot sees growth where the end lies this much above the beginning.
    private const double PlainGrowth = 1.25;
    private const double LeastProbability = 0.2;

    /// <summary>What rose and is neither leak nor suspect, the most probable first.</summary>
    public static ImmutableArray<RisingSeries> Of(HostHistory history, TrendJudgement trends)
    {
        var rising = new List<RisingSeries>();
        foreach ((SeriesKey key, TrendResult result) in trends.Results)
        {
            if (result.IsLeak || result.Class is TrendClass.Suspect or TrendClass.Constant || trends.SeriesOf(history, key) is not { } series
                || GrowthObservation.Of(series, trends.From, trends.To) is not { Delta: > 0 } seen)
            {
                continue;
            }

            bool plain = IsPlain(series, seen);
            if (plain || result.Class is TrendClass.Rising or TrendClass.Plateau || result.Suspicion?.Probability >= LeastProbability)
            {
                rising.Add(new RisingSeries(key, seen.Bytes, result.Suspicion?.Probability, Reason(result)));
            }
        }

        return
        [
            .. rising.OrderByDescending(r => Math.Round(r.Probability ?? 0, 2)).ThenByDescending(r => r.Bytes)
                .ThenBy(r => r.Key.Kind).ThenBy(r => r.Key.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether the lowest of the last third lies a quarter above the highest of the first.</summary>
    private static bool IsPlain(Series series, GrowthObservation seen)
    {
        long[] values = [.. Enumerable.Range(seen.First, seen.Samples).Select(i => series[i]).OfType<long>()];
        int third = values.Length / 3;
        return third > 0 && values[^third..].Min() > PlainGrowth * values[..third].Max();
    }

    private static string Reason(TrendResult result) => result.Class switch
    {
        TrendClass.Explained or TrendClass.BoundedFill when result.ExplainedBy is { } by => $"{by} explains it",
        TrendClass.Explained => "a counter explains it",
        TrendClass.BoundedFill => "it fills towards a bound that is known",
        TrendClass.Plateau => "it slows down towards a level",
        TrendClass.Elastic => "a cache that gives back under pressure",
        TrendClass.Fragmentation => "kept free, not in use",
        TrendClass.HostWide => "much of the host rises with it",
        TrendClass.Insufficient => "too few values",
        _ when result.Suspicion is { Context.AtCeiling: true } => "it came to a level and stands there",
        _ when result.Suspicion is { Context: { Counter: { } counter, Counted: > 0.5 } } => $"most of it goes with {counter}",
        _ => "the evidence is not enough yet",
    };
}
