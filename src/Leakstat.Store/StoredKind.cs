using Leakstat.History;

namespace Leakstat.Store;

/// <summary>
/// Kinds of series as the file names them. Besides those of <see cref="SeriesKind"/> the file keeps what places a capture
/// on the time line, and where numbers stand, as series of their own: both hardly ever change.
/// </summary>
internal static class StoredKind
{
    /// <summary>Time of the capture, ticks of UTC.</summary>
    public const string TakenAt = "taken";

    /// <summary>Time of boot, ticks of UTC.</summary>
    public const string BootedAt = "booted";

    /// <summary>Time since boot, seconds.</summary>
    public const string Uptime = "uptime";

    /// <summary>Release, as number of a text.</summary>
    public const string Release = "release";

    /// <summary>Allocations since boot of a busy zone.</summary>
    public const string Request = "request";

    /// <summary>1 where the capture has a list of kernel files.</summary>
    public const string HasModules = "modules";

    /// <summary>A kernel file: where it stands.</summary>
    public const string Module = "module";

    /// <summary>Value of a setting.</summary>
    public const string Tunable = "tunable";

    /// <summary>Where a value stands: the kind of the value follows.</summary>
    public const string At = "at ";

    /// <summary>Name of a kind in the file; never changed once released.</summary>
    public static string Of(SeriesKind kind) => kind switch
    {
        SeriesKind.ZoneUsed => "zone used",
        SeriesKind.ZoneFree => "zone free",
        SeriesKind.ZoneFailures => "zone failures",
        SeriesKind.MallocInUse => "malloc in use",
        SeriesKind.MallocBytes => "malloc bytes",
        SeriesKind.Account => "account",
        SeriesKind.Counter => "counter",
        SeriesKind.KegPages => "keg pages",
        SeriesKind.KegItems => "keg items",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The kind of that name; null where the name means something else.</summary>
    public static SeriesKind? Parse(string name) =>
        s_byName.TryGetValue(name, out SeriesKind kind) ? kind : null;

    private static readonly Dictionary<string, SeriesKind> s_byName =
        Enum.GetValues<SeriesKind>().ToDictionary(Of);
}
