using System.Collections.Immutable;
using Leakstat.Engines.Metrics;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Engines.Queries;

/// <summary>Tables of the kernel's allocators as they were at the latest sample.</summary>
internal static class KernelTables
{
    /// <summary>
    /// <c>vmstat -z</c>; null where no zone is known. A zone whose size nothing tells is left out: its bytes would be
    /// wrong.
    /// </summary>
    public static ZoneTable? Zones(
        string place, LatestValues values, HostHistory history, ItemSizes sizes, TimeSeries? info)
    {
        Dictionary<string, Reading> limits = values.By(MetricName.ZoneLimitItems, "zone");
        Dictionary<string, Reading> sleeps = values.By(MetricName.ZoneSleepsTotal, "zone");
        var rows = ImmutableArray.CreateBuilder<ZoneRow>();
        foreach ((string name, long used) in Last(history, SeriesKind.ZoneUsed))
        {
            if (sizes.Of(name) is not { } size)
            {
                continue;
            }

            rows.Add(new ZoneRow
            {
                Name = name,
                Size = size,
                Limit = limits.TryGetValue(name, out Reading limit) ? limit.Value : 0,
                Used = used,
                Free = Last(history, SeriesKind.ZoneFree, name) ?? 0,
                Requests = Last(history, SeriesKind.ZoneRequests, name) ?? 0,
                Failures = Last(history, SeriesKind.ZoneFailures, name),
                Sleeps = sleeps.TryGetValue(name, out Reading slept) ? slept.Value : null,
                Line = 0,
            });
        }

        return rows.Count == 0
            ? null
            : new ZoneTable(
                new SourceFile(place) { Place = MetricName.ZoneUsedItems },
                rows.ToImmutable(),
                info?["zone_table"] == HostMetrics.WithCrossDomain);
    }

    /// <summary><c>vmstat -m</c>; null where no type is known.</summary>
    public static MallocTable? Types(string place, LatestValues values, HostHistory history, TimeSeries? info)
    {
        var rows = ImmutableArray.CreateBuilder<MallocTypeRow>();
        foreach ((string name, long bytes) in Last(history, SeriesKind.MallocBytes))
        {
            rows.Add(new MallocTypeRow
            {
                Name = name,
                InUse = Last(history, SeriesKind.MallocInUse, name) ?? 0,
                Memory = bytes,
                Requests = Last(history, SeriesKind.MallocRequests, name) ?? 0,
                Sizes = default,
                Line = 0,
            });
        }

        if (rows.Count == 0)
        {
            return null;
        }

        MemoryPrecision precision = info?["malloc_precision"] switch
        {
            "bytes" => MemoryPrecision.Bytes,
            "humanized" => MemoryPrecision.Humanized,
            "kibibytes" => MemoryPrecision.Kibibytes,
            _ => rows.All(r => r.Memory % 1024 == 0) ? MemoryPrecision.Kibibytes : MemoryPrecision.Bytes,
        };
        return new MallocTable(
            new SourceFile(place) { Place = MetricName.MallocUsedBytes }, rows.ToImmutable(), precision);
    }

    /// <summary><c>netstat -m</c>; null where no pool is known.</summary>
    public static MbufStatistics? Mbufs(string place, LatestValues values, HostHistory history)
    {
        Dictionary<string, Reading> limits = values.By(MetricName.MbufLimitItems, "pool");
        Dictionary<string, Reading> denied = values.By(MetricName.MbufDeniedTotal, "pool");
        Dictionary<string, Reading> delayed = values.By(MetricName.MbufDelayedTotal, "pool");
        if (!Last(history, SeriesKind.MbufCurrent).Any() && denied.Count == 0)
        {
            return null;
        }

        return new MbufStatistics
        {
            File = new SourceFile(place) { Place = MetricName.MbufUsedItems },
            Mbufs = Pool("mbufs"),
            Clusters = Pool("clusters"),
            Packets = Pool("packets"),
            JumboPage = Pool("page jumbo"),
            Jumbo9 = Pool("9k jumbo"),
            Jumbo16 = Pool("16k jumbo"),
            Bytes = Pool(MbufMetrics.Bytes),
            MbufsDenied = Of(denied, "mbufs"),
            ClustersDenied = Of(denied, "clusters"),
            PacketsDenied = Of(denied, "packets"),
            JumboPageDenied = Of(denied, "page jumbo"),
            Jumbo9Denied = Of(denied, "9k jumbo"),
            Jumbo16Denied = Of(denied, "16k jumbo"),
            MbufsDelayed = Of(delayed, "mbufs"),
            ClustersDelayed = Of(delayed, "clusters"),
            PacketsDelayed = Of(delayed, "packets"),
            JumboPageDelayed = Of(delayed, "page jumbo"),
            Jumbo9Delayed = Of(delayed, "9k jumbo"),
            Jumbo16Delayed = Of(delayed, "16k jumbo"),
        };

        MbufPool? Pool(string name)
        {
            long? current = Last(history, SeriesKind.MbufCurrent, name);
            long? cache = Last(history, SeriesKind.MbufCache, name);
            return current is null && cache is null
                ? null
                : new MbufPool(
                    current,
                    cache,
                    current is { } used && cache is { } kept ? Arithmetic.Add(used, kept) : null,
                    limits.TryGetValue(name, out Reading limit) ? limit.Value : null,
                    HistoryAssembly.At(place, MetricName.MbufLimitItems, "pool", name));
        }

        static Reading? Of(Dictionary<string, Reading> values, string name) =>
            values.TryGetValue(name, out Reading value) ? value : null;
    }

    /// <summary>
    /// Kegs of <c>vm.uma</c>, as far as histories hold them; null where there is none. A keg is named by the zone whose
    /// node it has.
    /// </summary>
    public static UmaTable? Kegs(LatestValues values, HostHistory history, ZoneTable? zones)
    {
        Dictionary<string, Reading> pages = values.By(MetricName.KegPages, "node");
        Dictionary<string, Reading> items = values.By(MetricName.KegItems, "node");
        ILookup<string, string> names = (zones?.Rows.Select(r => r.Name) ?? []).ToLookup(UmaTable.NodeOf);
        ImmutableArray<UmaZone> all =
        [
            .. pages.Keys.Union(items.Keys).Order(StringComparer.Ordinal).Select(node => new UmaZone
            {
                Node = node,
                KegName = names[node].FirstOrDefault(),
                Live = items.TryGetValue(node, out Reading live) ? live : null,
                Domains = pages.TryGetValue(node, out Reading held) ? [new UmaDomain(0, held, null, null)] : [],
            }),
        ];
        return all.IsEmpty ? null : new UmaTable(all);
    }

    private static IEnumerable<(string Name, long Value)> Last(HostHistory history, SeriesKind kind)
    {
        int last = history.Samples.Length - 1;
        return history.Series.Where(s => s.Key.Kind == kind && s[last] is not null)
            .Select(s => (s.Key.Name, s[last]!.Value));
    }

    private static long? Last(HostHistory history, SeriesKind kind, string name) =>
        history.Find(kind, name)?[history.Samples.Length - 1];
}
