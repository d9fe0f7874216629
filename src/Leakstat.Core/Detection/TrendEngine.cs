using System.Collections.Immutable;

namespace Leakstat.Detection;

/// <summary>
/// Tells leaks from all that only looks like them, over all series of one host. Knows nothing of what the series are.
/// The method and its measured results: <c>docs/detection.md</c>. Not for use by several threads at once.
/// </summary>
public sealed class TrendEngine(TrendOptions? options = null)
{
    private readonly TrendOptions _options = options ?? TrendOptions.Default;
    private readonly RiseSearch _search = new();
    private readonly Track _track = new();

    /// <summary>Judges every series of a host.</summary>
    public HostTrends Analyze(HostSeries host)
    {
        var line = new TimeLine(host, _options.MinimumSamples);
        _search.Reset();
        int count = host.Series.Length;
        var results = new TrendResult[count];
        var rises = new Rise[count];
        double family = 0;
        for (int i = 0; i < count; i++)
        {
            SeriesInput series = host.Series[i];
            _track.Load(line.Order, line.Hours, series);
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
            family += rises[i].Tests;
        }

        family = Math.Max(family, 1) * _options.HostCount;
        var judge = new Judge(_options, line, _search);
        for (int i = 0; i < count; i++)
        {
            if (results[i] is null)
            {
                results[i] = Judge(host.Series[i], rises[i], family, line, judge);
            }
        }

        Grouping.Apply(host, line, results, _options);
        ImmutableArray<TrendResult> all = [.. results];
        Dictionary<string, double> bytes = host.Series.DistinctBy(s => s.Key).ToDictionary(s => s.Key, s => s.BytesPerUnit);
        return new HostTrends(all)
        {
            Leaks =
            [
                .. all.Where(r => r.IsLeak && r.GroupLeader == r.Key)
                    .OrderByDescending(r => r.Rate.PerHour * bytes[r.Key]).ThenBy(r => r.Key, StringComparer.Ordinal),
            ],
        };
    }

    private TrendResult Judge(SeriesInput series, Rise rise, double family, TimeLine line, Judge judge)
    {
        double? used = series.Bound is { Value: > 0 } bound ? LastValue(series, line) / bound.Value : null;
        if (rise.Slope.Chance * family >= _options.SuspectChance)
        {
            return new TrendResult { Key = series.Key, Class = TrendClass.Noise, BoundUsed = used };
        }

        _track.Load(line.Order, line.Hours, series);
        Judgement judgement = judge.Decide(_track, series, rise, family);
        rise = judgement.Rise;
        Slope slope = rise.Slope;
        double wide = Tails.StudentQuantile(0.025, slope.Degrees) * slope.Error;
        double now = _track.Hours[rise.End - 1], span = now - _track.Hours[rise.Start];
        double level = slope.Correlation >= 1 ? _track.Values[rise.End - 1] : FittedEnd(rise, slope);
        return new TrendResult
        {
            Key = series.Key,
            Class = judgement.Class,
            Rate = new GrowthRate(slope.PerHour, slope.PerHour - wide, slope.PerHour + wide),
            Gain = slope.PerHour * span,
            Start = _track.Samples[rise.Start],
            End = _track.Samples[rise.End - 1],
            Chance = judgement.Chance,
            Confidence = Confidence.Of(judgement, _options),
            ExplainedBy = judgement.ExplainedBy,
            BoundUsed = used,
            Exhaustion = judgement.Class is TrendClass.Leak && series.Bound is { Kind: BoundKind.Limit } limit
                ? Forecast.To(limit, slope, now, level, span)
                : null,
            GroupLeader = series.Key,
        };
    }

    private double FittedEnd(Rise rise, Slope slope)
    {
        double time = 0, sum = 0;
        for (int i = rise.Start; i < rise.End; i++)
        {
            time += _track.Hours[i];
            sum += _track.Values[i];
        }

        int count = rise.End - rise.Start;
        return (sum / count) + (slope.PerHour * (_track.Hours[rise.End - 1] - (time / count)));
    }

    private double LastValue(SeriesInput series, TimeLine line)
    {
        _track.Load(line.Order, line.Hours, series);
        return _track.Values[^1];
    }
}
