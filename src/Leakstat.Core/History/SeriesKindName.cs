namespace Leakstat.History;

/// <summary>Names of the kinds of series, as stores hold and exports print them; never changed once released.</summary>
public static class SeriesKindName
{
    private static readonly Dictionary<string, SeriesKind> s_byName = Enum.GetValues<SeriesKind>().ToDictionary(Of);

    /// <summary>Name of a kind.</summary>
    public static string Of(SeriesKind kind) => kind switch
    {
        SeriesKind.ZoneUsed => "zone used",
        SeriesKind.ZoneFree => "zone free",
        SeriesKind.ZoneRequests => "zone requests",
        SeriesKind.ZoneFailures => "zone failures",
        SeriesKind.MallocInUse => "malloc in use",
        SeriesKind.MallocBytes => "malloc bytes",
        SeriesKind.MallocRequests => "malloc requests",
        SeriesKind.MbufCurrent => "mbuf current",
        SeriesKind.MbufCache => "mbuf cache",
        SeriesKind.Account => "account",
        SeriesKind.Counter => "counter",
        SeriesKind.KegPages => "keg pages",
        SeriesKind.KegItems => "keg items",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The kind of that name; null where there is none.</summary>
    public static SeriesKind? Parse(string name) => s_byName.TryGetValue(name, out SeriesKind kind) ? kind : null;
}
