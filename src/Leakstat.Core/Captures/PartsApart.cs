using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>
/// Whether two outputs of one command in different forms (text, JSON, XML) are of different moments. The same command
/// is asked for each form, so that counters move a little between them; what <see cref="OneMoment"/> calls apart did
/// not move in that time.
/// </summary>
internal static class PartsApart
{
    /// <summary>Smaller limits are reached and left in a moment.</summary>
    private const long LeastLimit = 1_000;

    /// <summary>True where a row that both have is too far apart.</summary>
    public static bool Are(object one, object other) => (one, other) switch
    {
        (ZoneTable a, ZoneTable b) => a.Rows.Any(row => b.Find(row.Name) is { } same && AreApart(row, same)),
        (MallocTable a, MallocTable b) => a.Rows.Any(
            row => b.Find(row.Name) is { } same && OneMoment.SizesAreApart(row.Memory, same.Memory)),
        (MbufStatistics a, MbufStatistics b) => AreApart(a, b),
        _ => false,
    };

    private static bool AreApart(in ZoneRow one, in ZoneRow other) =>
        OneMoment.SizesAreApart(one.UsedBytes, other.UsedBytes)
        || OneMoment.ItemsAreApart(one.Used, other.Used, one.Limit > LeastLimit ? one.Limit : 0)
        || (one.Failures is { } failed && other.Failures is { } against && OneMoment.DenialsAreApart(failed, against));

    private static bool AreApart(MbufStatistics one, MbufStatistics other) =>
        AreApart(one.Clusters, other.Clusters)
        || AreApart(one.JumboPage, other.JumboPage)
        || AreApart(one.Jumbo9, other.Jumbo9)
        || AreApart(one.Jumbo16, other.Jumbo16)
        || AreApart(one.ClustersDenied, other.ClustersDenied)
        || AreApart(one.JumboPageDenied, other.JumboPageDenied)
        || AreApart(one.Jumbo9Denied, other.Jumbo9Denied);

    private static bool AreApart(MbufPool? one, MbufPool? other) =>
        one is { Current: { } used, Max: > 0 and { } limit } && other is { Current: { } against }
        && OneMoment.ItemsAreApart(used, against, limit);

    private static bool AreApart(Reading? one, Reading? other) =>
        one is { } denied && other is { } against && OneMoment.DenialsAreApart(denied.Value, against.Value);
}
