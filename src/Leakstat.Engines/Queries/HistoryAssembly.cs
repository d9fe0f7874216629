using System.Collections.Immutable;
using Leakstat.Engines.Metrics;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Engines.Queries;

/// <summary>
/// Makes of a host's time series what it was made of by <see cref="HostTimeSeries"/>: the history, what places
/// its samples on the time line, and the latest capture as far as metrics hold it.
/// </summary>
public static class HistoryAssembly
{
    /// <summary>Puts the series of a host together; null where they hold no sample of leakstat's.</summary>
    /// <param name="host">The host.</param>
    /// <param name="place">Where they were read, for the user.</param>
    /// <param name="series">All of its series.</param>
    /// <param name="mostSamples">Samples over time at most.</param>
    public static HostSamples? Build(string host, string place, IEnumerable<TimeSeries> series, int mostSamples)
    {
        TimeSeries[] all = [.. series.Where(IsOfCapture)];
        var grid = new SampleGrid(all, mostSamples);
        if (grid.Times.Count == 0)
        {
            return null;
        }

        ILookup<string, TimeSeries> byName = all.ToLookup(s => s.Metric);
        ImmutableArray<SampleFacts> facts = FactAssembly.Build(place, byName, grid);
        var time = new SampleTimeLine();
        foreach (SampleFacts one in facts)
        {
            time.Add(one);
        }

        var sizes = new ItemSizes(byName);
        var history = new HostHistory(
            time.Samples, Columns(byName, grid).Select(c => Make(c.Key, c.Value, place, grid, sizes)), time.Events);
        return new HostSamples(host, facts, history, LatestCapture.Build(host, place, byName, grid, history, sizes));
    }

    /// <summary>Where a series stands, for evidence.</summary>
    internal static SourceLine At(string place, string metric, string label, string value) => new(
        new SourceFile(place)
        {
            Place = label.Length == 0 ? metric : $"{metric}{{{label}={Selector.Quoted(value)}}}",
        },
        0);

    /// <summary>What was written back of findings is no sample of the host.</summary>
    private static bool IsOfCapture(TimeSeries series) => MetricTable.Find(series.Metric) is { OfVerdict: null };

    private static Dictionary<SeriesKey, (Metric Metric, long?[] Column)> Columns(
        ILookup<string, TimeSeries> byName, SampleGrid grid)
    {
        Dictionary<SeriesKey, (Metric Metric, long?[] Column)> columns = [];
        foreach (Metric metric in MetricTable.All.Where(m => m.OfSeries is { IsTimesItemSize: false }))
        {
            foreach (TimeSeries series in byName[metric.Name])
            {
                string name = metric.Labels.IsEmpty ? metric.OfSeries!.Names[0] : series[metric.Labels[0]];
                var key = new SeriesKey(metric.OfSeries!.Kind, name);
                if (name.Length == 0 || !metric.OfSeries.Takes(key) || columns.Count >= HistoryBuilder.MostSeries)
                {
                    continue;
                }

                long?[] column = grid.Column(series);
                if (columns.TryGetValue(key, out (Metric Metric, long?[] Column) known))
                {
                    // The same number by two ways (two scrapers, another label): each fills what the other lacks.
                    for (int i = 0; i < column.Length; i++)
                    {
                        known.Column[i] ??= column[i];
                    }
                }
                else if (Array.Exists(column, v => v is not null))
                {
                    columns[key] = (metric, column);
                }
            }
        }

        return columns;
    }

    private static Series Make(
        SeriesKey key, (Metric Metric, long?[] Column) from, string place, SampleGrid grid, ItemSizes sizes)
    {
        SourceLine at = At(place, from.Metric.Name, from.Metric.Labels.IsEmpty ? "" : from.Metric.Labels[0], key.Name);
        return new Series(key, from.Column, SizeOf(key, sizes)) { FirstAt = at, LastAt = at };
    }

    private static long SizeOf(SeriesKey key, ItemSizes sizes) => key.Kind switch
    {
        SeriesKind.ZoneUsed or SeriesKind.ZoneFree => sizes.Of(key.Name) ?? 0,
        SeriesKind.MallocBytes or SeriesKind.Account => 1,
        _ => 0,
    };
}
