using System.Collections.Immutable;
using Leakstat.Engines.Metrics;

namespace Leakstat.Engines.Queries;

/// <summary>Sizes of items by zone: as they were told, else bytes in use divided by items in use.</summary>
internal sealed class ItemSizes
{
    private readonly Dictionary<string, long> _sizes = [];

    public ItemSizes(ILookup<string, TimeSeries> byName)
    {
        foreach (TimeSeries size in byName[MetricName.ZoneItemBytes].Where(s => !s.Values.IsEmpty))
        {
            if (SampleGrid.Whole(size.Values[^1]) is { } bytes and > 0)
            {
                _sizes[size["zone"]] = bytes;
            }
        }

        ILookup<string, TimeSeries> used = byName[MetricName.ZoneUsedItems].ToLookup(s => s["zone"]);
        foreach (TimeSeries bytes in byName[MetricName.ZoneUsedBytes].Where(s => !_sizes.ContainsKey(s["zone"])))
        {
            if (used[bytes["zone"]].FirstOrDefault() is { } items && Quotient(bytes, items) is { } size)
            {
                _sizes[bytes["zone"]] = size;
            }
        }
    }

    /// <summary>Bytes of an item; null where nothing tells.</summary>
    public long? Of(string zone) => _sizes.TryGetValue(zone, out long size) ? size : null;

    private static long? Quotient(TimeSeries bytes, TimeSeries items)
    {
        for (int i = items.Times.Length - 1; i >= 0; i--)
        {
            int at = bytes.Times.BinarySearch(items.Times[i]);
            if (at >= 0 && items.Values[i] > 0)
            {
                double size = bytes.Values[at] / items.Values[i];
                return size >= 1 && size == Math.Floor(size) ? SampleGrid.Whole(size) : null;
            }
        }

        return null;
    }
}
