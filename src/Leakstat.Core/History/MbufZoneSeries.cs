using System.Collections.Immutable;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// Zones of network buffers as <c>netstat -m</c> counts them: a history without <c>vmstat -z</c> shows their growth all
/// the same. Where zones were captured these tell it, with what lies in packets counted as they count it.
/// </summary>
internal static class MbufZoneSeries
{
    private static readonly ImmutableArray<Row> s_rows =
    [
        new("mbufs", KnownNames.Mbuf, 256, mbufs => mbufs.Mbufs),
        new("clusters", KnownNames.Cluster, 2048, mbufs => mbufs.Clusters),
        new("page jumbo", KnownNames.JumboPage, 4096, mbufs => mbufs.JumboPage),
        new("9k jumbo", KnownNames.Jumbo9, 9216, mbufs => mbufs.Jumbo9),
        new("16k jumbo", KnownNames.Jumbo16, 16384, mbufs => mbufs.Jumbo16),
    ];

    /// <summary>The history with a series for each zone of network buffers; as it is where it has zones.</summary>
    public static HostHistory Complete(HostHistory history)
    {
        if (history.Series.Any(series => series.Key.Kind == SeriesKind.ZoneUsed))
        {
            return history;
        }

        ImmutableArray<Series> zones =
        [
            .. s_rows
                .Select(row => (Row: row, Pool: history.Find(SeriesKind.MbufCurrent, row.Pool)))
                .Where(pair => pair.Pool is not null)
                .Select(pair => OfZone(pair.Row, pair.Pool!)),
        ];
        return zones.IsEmpty ? history : new HostHistory(history.Samples, history.Series.Concat(zones), history.Events);
    }

    /// <summary>Whether zones are known by <c>netstat -m</c> alone.</summary>
    public static bool IsAllThereIs(HostHistory history) =>
        history.Series.Where(series => series.Key.Kind == SeriesKind.ZoneUsed).All(series => s_rows.Any(
            row => row.Zone == series.Key.Name && history.Find(SeriesKind.MbufCurrent, row.Pool) is not null))
        && history.Series.All(series => series.Key.Kind != SeriesKind.ZoneFree);

    /// <summary>The limit that a zone runs into, in items, as either table says it; null where none is set.</summary>
    public static long? LimitOf(Capture capture, string zone) =>
        capture.Zones is { } zones
            ? zones.Find(zone) is { Limit: > 0 } row ? row.Limit : null
            : capture.Mbufs is { } mbufs
                && s_rows.FirstOrDefault(row => row.Zone == zone)?.Of(mbufs) is { Max: > 0 and { } most } ? most : null;

    private static Series OfZone(Row row, Series pool) =>
        new(new SeriesKey(SeriesKind.ZoneUsed, row.Zone), pool.Values.AsSpan(), row.ItemBytes)
        {
            FirstAt = pool.FirstAt,
            LastAt = pool.LastAt,
            Least = pool.Least,
            Greatest = pool.Greatest,
        };

    private sealed record Row(string Pool, string Zone, long ItemBytes, Func<MbufStatistics, MbufPool?> Of);
}
