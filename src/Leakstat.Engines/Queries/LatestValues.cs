using System.Globalization;
using Leakstat.Engines.Metrics;
using Leakstat.Model;

namespace Leakstat.Engines.Queries;

/// <summary>Numbers of a host at its latest sample, and where they stand.</summary>
internal sealed class LatestValues(string place, ILookup<string, TimeSeries> byName, long time)
{
    /// <summary>Series of a metric that have a whole number at that time, by a label.</summary>
    public IEnumerable<(TimeSeries Series, Reading Reading)> Of(string metric, string label = "")
    {
        foreach (TimeSeries series in byName[metric])
        {
            if (series.Times.Length > 0 && series.Times[^1] == time && SampleGrid.Whole(series.Values[^1]) is { } value)
            {
                yield return (series, new Reading(value, HistoryAssembly.At(place, metric, label, series[label])));
            }
        }
    }

    /// <summary>Values by a label; of several the first.</summary>
    public Dictionary<string, Reading> By(string metric, string label)
    {
        Dictionary<string, Reading> values = [];
        foreach ((TimeSeries series, Reading reading) in Of(metric, label))
        {
            values.TryAdd(series[label], reading);
        }

        return values;
    }

    /// <summary>The value of a metric without labels.</summary>
    public Reading? One(string metric) => Of(metric).Select(v => (Reading?)v.Reading).FirstOrDefault();

    /// <summary>Reads <c>0x…</c> or digits.</summary>
    public static ulong? Address(string text) =>
        ulong.TryParse(
            text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text,
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out ulong address)
            ? address
            : null;
}
