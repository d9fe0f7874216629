using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>
/// Whether two outputs of one command in different forms (text, JSON, XML) are of different moments. The same command
/// is asked for each form, so that counters move a little between them; what <see cref="OneMoment"/> calls apart did
/// not move in that time.
/// </summary>
internal static class PartsApart
{
    private const string Wired = "wired-pages";
    private const long SmallestPage = 4096;

    /// <summary>Smaller limits are reached and left in a moment.</summary>
    private const long LeastLimit = 1_000;

    /// <summary>True where a row that both have is too far apart.</summary>
    /// <param name="one">A table.</param>
    /// <param name="other">The same in another form.</param>
    /// <param name="memory">Physical memory, bytes; null where it is not known.</param>
    public static bool Are(object one, object other, long? memory) => (one, other) switch
    {
        (ZoneTable a, ZoneTable b) => a.Rows.Any(row => b.Find(row.Name) is { } same && AreApart(row, same, memory)),
        (VmstatSummary a, VmstatSummary b) => a.Values.TryGetValue(Wired, out Reading pages)
            && b.Values.TryGetValue(Wired, out Reading against)
            && OneMoment.SizesAreApart(BytesOf(pages), BytesOf(against), memory),
        (MallocTable a, MallocTable b) => a.Rows.Any(
            row => b.Find(row.Name) is { } same && OneMoment.SizesAreApart(row.Memory, same.Memory)),
        (MbufStatistics a, MbufStatistics b) => AreApart(a, b),
        _ => false,
    };

    private static long BytesOf(Reading pages) => Arithmetic.Multiply(pages.Value, SmallestPage);

    /// <summary>
    /// Whether a zone holds too much more by one command than by another. What the ARC moves is told by the size of
    /// memory, and by nothing where that is not known.
    /// </summary>
    /// <param name="zone">The zone.</param>
    /// <param name="one">Bytes in use.</param>
    /// <param name="other">The same by the other command.</param>
    /// <param name="memory">Physical memory, bytes; null where it is not known.</param>
    public static bool AreZonesApart(string zone, long one, long other, long? memory) =>
        ZoneKinds.IsOfArc(zone)
            ? memory is not null && OneMoment.SizesAreApart(one, other, memory)
            : OneMoment.SizesAreApart(one, other);

    private static bool AreApart(in ZoneRow one, in ZoneRow other, long? memory) =>
        AreZonesApart(one.Name, one.UsedBytes, other.UsedBytes, memory)
        || (!ZoneKinds.IsOfArc(one.Name)
            && OneMoment.ItemsAreApart(one.Used, other.Used, one.Limit > LeastLimit ? one.Limit : 0))
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
