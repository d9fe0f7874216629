using System.Collections.Immutable;
using Leakstat.Detection.Weighing;

namespace Leakstat.Detection;

/// <summary>
/// Tells leaks from all that only looks like them, over all series of one host. Knows nothing of what the series are.
/// The method and its measured results: <c>docs/detection.md</c>. Not for use by several threads at once.
/// </summary>
public sealed class TrendEngine(TrendOptions? options = null)
{
    // What rose and stopped is a cache that filled more often than a leak that ended: its line has to be very straight.
    private const double LeastMarginOfStopped = 12;

    // Halves of one rise differ by more than this many deviations once in ten times.
    private const double MostApart = 1.645;

    private readonly TrendOptions _options = options ?? TrendOptions.Default;
    private readonly RiseSearch _search = new();
    private readonly Track _track = new();
    private RiseClassification?[] _classifications = [];

    /// <summary>Judges every series of a host.</summary>
    public HostTrends Analyze(HostSeries host)
    {
        var line = new TimeLine(host, _options.MinimumSamples);
        _search.Reset();
        int count = host.Series.Length;
        var results = new TrendResult[count];
        _classifications = new RiseClassification?[count];
        var rises = new Rise[count];
        double comparisons = 0;
        for (int i = 0; i < count; i++)
        {
            SeriesInput series = host.Series[i];
            _track.Load(line.Order, line.Hours, series, line.IsStretch);
            if (_track.Count < _options.MinimumSamples || _track.IsConstant)
            {
                results[i] = new TrendResult
                {
                    Key = series.Key,
                    Class = _track.Count < _options.MinimumSamples ? TrendClass.Insufficient : TrendClass.Constant,
                };
                continue;
            }

            rises[i] = _search.Find(_track, series.Quantum, _track.Count == line.Order.Length);
            comparisons += rises[i].Tests;
        }

        comparisons = Math.Max(comparisons, 1) * _options.HostCount
            * LookSpending.Factor(line.Order.Length, _options.MinimumSamples);
        var classifier = new RiseClassifier(_options, line, _search);
        for (int i = 0; i < count; i++)
        {
            if (results[i] is null)
            {
                results[i] = Classify(i, host.Series[i], rises[i], comparisons, line, classifier);
            }
        }

        WarmUpFilter.Apply(host, line, results, [.. _classifications.Select(j => j?.SinceBoot == true)]);
        Suspicion?[] suspicions = new SuspicionSearch(host, line, _options).Run(
            results,
            [.. rises.Select(r => -Math.Log10(Math.Max(r.Slope.Chance, 1e-300)))]);
        Ladder.Apply(host, results, suspicions, _options);
        int[] suspects = [];
        if (!_options.IsAlone)
        {
            int[] parts = FindParts(host, results, comparisons, line, classifier);
            Grouping.Apply(host, line, results, parts, _options);
            Ladder.Reconsider(results, _options);
            suspects = SuspectGrouping.Apply(host, line, results);
        }

        ImmutableArray<TrendResult> all = [.. results];
        Dictionary<string, double> bytes =
            host.Series.DistinctBy(s => s.Key).ToDictionary(s => s.Key, s => s.BytesPerUnit);
        return new HostTrends(all)
        {
            Leaks =
            [
                .. all.Where(r => r.IsLeak && r.GroupLeader == r.Key)
                    .OrderByDescending(r => r.Rate.PerHour * bytes[r.Key]).ThenBy(r => r.Key, StringComparer.Ordinal),
            ],
            From = line.Order.Length > 0 ? line.Order[0] : 0,
            To = line.Order.Length > 0 ? line.Order[^1] : -1,
            Suspects = [.. suspects.Select(i => results[i])],
        };
    }

    // For each series that adds up others: the part beside which it does not rise; -1 where there is none.
    private int[] FindParts(
        HostSeries host, TrendResult[] results, double comparisons, TimeLine line, RiseClassifier classifier)
    {
        int[] parts = new int[results.Length];
        Array.Fill(parts, -1);
        for (int i = 0; i < results.Length; i++)
        {
            if (!results[i].IsLeak || host.Series[i].Role != SeriesRole.Aggregate)
            {
                continue;
            }

            _track.Load(line.Order, line.Hours, host.Series[i], line.IsStretch);
            for (int j = 0; j < results.Length && parts[i] < 0; j++)
            {
                if (_classifications[j] is not null && host.Series[j].Role != SeriesRole.Aggregate
                    && results[j].Class is not (TrendClass.Noise or TrendClass.Fragmentation)
                    && !classifier.StandsBeside(
                        _track, host.Series[i], _classifications[i]!.Rise, line.Filled(host.Series[j]), comparisons))
                {
                    parts[i] = j;
                }
            }
        }

        return parts;
    }

    private TrendResult Classify(
        int index, SeriesInput series, Rise rise, double comparisons, TimeLine line, RiseClassifier classifier)
    {
        double? used = series.Bound is { Value: > 0 } bound ? LastValue(series, line) / bound.Value : null;
        _track.Load(line.Order, line.Hours, series, line.IsStretch);
        TrendResult result = rise.Slope.Chance * comparisons < _options.SuspectChance
            ? Result(index, series, classifier.Decide(_track, series, rise, comparisons))
            : new TrendResult { Key = series.Key, Class = TrendClass.Noise };
        if (!result.IsLeak
            && result.Class is not (TrendClass.BoundedFill or TrendClass.Elastic or TrendClass.Fragmentation)
            && GrowthEnd.Find(_track, _options.MinimumSamples) is { } stop)
        {
            int all = _track.Count;
            _track.Truncate(stop);
            Rise before = _search.Find(_track, series.Quantum, false);
            _track.Restore(all);
            if (before.Slope.Chance * comparisons < _options.LeakChance)
            {
                RiseClassification classified =
                    classifier.Decide(_track, series, before, comparisons + before.Tests, ended: true);
                if (classified.Class is TrendClass.Leak && classified.Margin >= LeastMarginOfStopped
                    && !classified.SinceBoot)
                {
                    result = Result(index, series, classified with { Class = TrendClass.Stopped });
                }
            }
        }

        return result with { BoundUsed = used };
    }

    private TrendResult Result(int index, SeriesInput series, RiseClassification classified)
    {
        _classifications[index] = classified;
        Rise rise = classified.Rise;
        Slope slope = rise.Slope;
        double wide = Tails.StudentQuantile(0.025, slope.Degrees) * slope.Error;
        double now = _track.Hours[rise.End - 1], span = now - _track.Hours[rise.Start];
        return new TrendResult
        {
            Key = series.Key,
            Class = classified.Class,
            Rate = new GrowthRate(slope.PerHour, slope.PerHour - wide, slope.PerHour + wide),
            Gain = slope.PerHour * span,
            Start = _track.Samples[rise.Start],
            End = _track.Samples[rise.End - 1],
            Chance = classified.Chance,
            Confidence = Confidence.Of(classified, _options),
            LineOverPlateau = classified.Margin,
            ExplainedBy = classified.ExplainedBy,
            Exhaustion = classified.Class is TrendClass.Leak && series.Bound is { Kind: BoundKind.Limit } limit
                ? ForecastOf(series, rise, limit)
                : null,
            GroupLeader = series.Key,
        };
    }

    // The onset is not known as well as a rise judged with its history takes it to be, and a rate that changed may
    // change again: the forecast goes by the rise alone, without its beginning, and by how far its halves differ.
    private Exhaustion? ForecastOf(SeriesInput series, Rise rise, SeriesBound limit)
    {
        int length = rise.End - rise.Start, from = rise.Start + (length / 8), middle = (from + rise.End) / 2;
        Slope slope = Plain(from, rise.End);
        if (!double.IsFinite(slope.Error))
        {
            slope = rise.Slope;
        }

        Slope early = Plain(from, middle), late = Plain(middle, rise.End);
        double apart =
            Math.Abs(late.PerHour - early.PerHour) / Math.Sqrt((early.Error * early.Error) + (late.Error * late.Error));
        double inflated = apart > MostApart ? apart / MostApart : 1;
        return Forecast.To(
            limit, slope with { Error = slope.Error * inflated },
            _track.Hours[from..rise.End], _track.Values[from..rise.End]);

        Slope Plain(int start, int end) =>
            _search.Test(_track, start, end, start, 0, false, series.Quantum, false, onlyRises: false);
    }

    private double LastValue(SeriesInput series, TimeLine line)
    {
        _track.Load(line.Order, line.Hours, series, line.IsStretch);
        return _track.Values[^1];
    }
}
