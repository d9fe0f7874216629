using System.Collections.Immutable;
using Leakstat.Fleet;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Engines.Metrics;

/// <summary>The time series of one host, out of what is known of it by the table of metrics.</summary>
public sealed class HostTimeSeries
{
    /// <summary>
    /// Series that one host may have; what is more is left out and counted. Ordinary hosts have about 2,500.
    /// </summary>
    public const int MostSeries = 50_000;

    private readonly ImmutableArray<(string Name, string Value)> _labels;
    private readonly List<int> _samples = [];
    private readonly List<long> _times = [];

    private HostTimeSeries(string host, ImmutableArray<(string Name, string Value)> labels) =>
        _labels = [(MetricTable.HostLabel, host), .. labels];

    /// <summary>The series, each with at least one sample.</summary>
    public ImmutableArray<TimeSeries> Series { get; private set; } = [];

    /// <summary>Series beyond <see cref="MostSeries"/>.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Samples that have no time, which no engine takes.</summary>
    public int Undated { get; private set; }

    /// <summary>Time of the last sample, milliseconds since 1970; null where there is none.</summary>
    public long? Last => _times.Count > 0 ? _times[^1] : null;

    /// <summary>What is known of a host.</summary>
    /// <param name="samples">The host.</param>
    /// <param name="labels">Further labels of every series: where it stands, who runs it.</param>
    /// <param name="after">Samples up to this time are left out, milliseconds since 1970.</param>
    public static HostTimeSeries Of(
        HostSamples samples, ImmutableArray<(string Name, string Value)> labels = default, long after = long.MinValue)
    {
        var series = new HostTimeSeries(samples.Host, labels.IsDefault ? [] : labels);
        series.Place(samples.Facts, after);
        if (series._samples.Count > 0)
        {
            series.Take(
                series.OfHistory(samples.History).Concat(series.OfFacts(samples.Facts))
                    .Concat(series.OfLatest(samples)));
        }

        return series;
    }

    /// <summary>What was found on a host, as of a time.</summary>
    /// <param name="host">The host, judged.</param>
    /// <param name="time">When it was judged.</param>
    /// <param name="labels">Further labels of every series.</param>
    public static HostTimeSeries Of(
        FleetHost host, DateTimeOffset time, ImmutableArray<(string Name, string Value)> labels = default)
    {
        var series = new HostTimeSeries(host.Label, labels.IsDefault ? [] : labels);
        ImmutableArray<long> at = [time.ToUnixTimeMilliseconds()];
        series._times.AddRange(at);
        series.Take(MetricTable.All.Where(m => m.OfVerdict is not null).SelectMany(
            m => m.OfVerdict!(host).Select(v => series.Make(m, v.Labels, at, [v.Value]))));
        return series;
    }

    /// <summary>
    /// Which samples there are: those that have a time, in its order, as engines hold them (a clock that was set back
    /// stands in the order of the captures); of several at one millisecond the last.
    /// </summary>
    private void Place(ImmutableArray<SampleFacts> facts, long after)
    {
        Undated = facts.Count(f => f.TakenAt is null);
        foreach ((int sample, long time) in facts
            .Select((f, i) => (Sample: i, Time: f.TakenAt?.ToUnixTimeMilliseconds()))
            .Where(s => s.Time > after)
            .Select(s => (s.Sample, s.Time!.Value))
            .OrderBy(s => s.Value))
        {
            if (_times.Count > 0 && _times[^1] == time)
            {
                _samples[^1] = sample;
            }
            else
            {
                _times.Add(time);
                _samples.Add(sample);
            }
        }
    }

    private void Take(IEnumerable<TimeSeries> all)
    {
        var taken = ImmutableArray.CreateBuilder<TimeSeries>();
        foreach (TimeSeries series in all)
        {
            if (taken.Count < MostSeries)
            {
                taken.Add(series);
            }
            else
            {
                LeftOut++;
            }
        }

        Series = taken.ToImmutable();
    }

    private IEnumerable<TimeSeries> OfHistory(HostHistory history)
    {
        ILookup<SeriesKind, Metric> metrics =
            MetricTable.All.Where(m => m.OfSeries is not null).ToLookup(m => m.OfSeries!.Kind);
        foreach (Series series in history.Series)
        {
            long?[]? values = null;
            foreach (Metric metric in metrics[series.Key.Kind].Where(m => m.OfSeries!.Takes(series.Key)))
            {
                if (metric.OfSeries!.IsTimesItemSize && series.ItemSize <= 0)
                {
                    continue;
                }

                values ??= [.. series.Values];
                TimeSeries made = Numbers(metric, series, values);
                if (!made.Times.IsEmpty)
                {
                    yield return made;
                }
            }
        }
    }

    private TimeSeries Numbers(Metric metric, Series series, long?[] values)
    {
        var times = ImmutableArray.CreateBuilder<long>(_samples.Count);
        var numbers = ImmutableArray.CreateBuilder<double>(_samples.Count);
        for (int i = 0; i < _samples.Count; i++)
        {
            if (values[_samples[i]] is { } value)
            {
                times.Add(_times[i]);
                numbers.Add(metric.OfSeries!.IsTimesItemSize ? Arithmetic.Multiply(value, series.ItemSize) : value);
            }
        }

        return Make(metric, metric.Labels.IsEmpty ? [] : [series.Key.Name], times.ToImmutable(), numbers.ToImmutable());
    }

    private IEnumerable<TimeSeries> OfFacts(ImmutableArray<SampleFacts> facts)
    {
        foreach (Metric metric in MetricTable.All.Where(m => m.OfSample is not null))
        {
            Dictionary<string, (ImmutableArray<string> Labels, List<long> Times, List<double> Values)> found = [];
            for (int i = 0; i < _samples.Count; i++)
            {
                foreach (MetricValue value in metric.OfSample!(facts[_samples[i]]))
                {
                    string key = string.Join('\0', value.Labels);
                    if (!found.TryGetValue(key, out var one))
                    {
                        found[key] = one = (value.Labels, [], []);
                    }

                    one.Times.Add(_times[i]);
                    one.Values.Add(value.Value);
                }
            }

            foreach ((ImmutableArray<string> labels, List<long> times, List<double> values) in found.Values)
            {
                yield return Make(metric, labels, [.. times], [.. values]);
            }
        }
    }

    /// <summary>What is read from the latest capture, at its time, where that is among the samples.</summary>
    private IEnumerable<TimeSeries> OfLatest(HostSamples samples)
    {
        int at = _samples.IndexOf(samples.Facts.Length - 1);
        if (samples.Latest is not { } latest || at < 0)
        {
            return [];
        }

        return MetricTable.All.Where(m => m.OfLatest is not null).SelectMany(
            m => m.OfLatest!(latest).Select(v => Make(m, v.Labels, [_times[at]], [v.Value])));
    }

    /// <summary>A label without a value is one that is not there: it is left out.</summary>
    private TimeSeries Make(
        Metric metric, ImmutableArray<string> labels, ImmutableArray<long> times, ImmutableArray<double> values) =>
        new(
            [
                .. _labels.Append((Name: TimeSeries.NameLabel, Value: metric.Name))
                    .Concat(metric.Labels.Zip(
                        labels.IsDefault ? [] : labels, (name, value) => (Name: name, Value: value)))
                    .Where(l => l.Value.Length > 0).OrderBy(l => l.Name, StringComparer.Ordinal),
            ],
            times,
            values);
}
