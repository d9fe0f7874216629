namespace Leakstat.Store;

/// <summary>
/// Kinds of series as the file names them. Besides those of <see cref="Leakstat.History.SeriesKindName"/> the file
/// keeps what places a capture on the time line, and where numbers stand, as series of their own: both hardly ever
/// change.
/// </summary>
internal static class StoredKind
{
    /// <summary>Time of the capture, ticks of UTC.</summary>
    public const string TakenAt = "taken";

    /// <summary>Time that a capture is put in order by, ticks of UTC, where it is not <see cref="TakenAt"/>.</summary>
    public const string OrderedAt = "ordered";

    /// <summary>Where there is no such time: that of the capture in front of it where it was found.</summary>
    public const string Follows = "follows";

    /// <summary>Folder or archive around a capture, as number of a text; absent where it was given by itself.</summary>
    public const string Folder = "folder";

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

    /// <summary>
    /// 1 where the host was rebooted since the sample before: tiers keep no counters that would tell.
    /// </summary>
    public const string Rebooted = "rebooted";

    /// <summary>By how much the least value of a sample is below its last: the kind of the value follows.</summary>
    public const string Below = "below ";

    /// <summary>By how much the greatest value of a sample is above its last: the kind of the value follows.</summary>
    public const string Above = "above ";

    /// <summary>Where a value stands: the kind of the value follows.</summary>
    public const string At = "at ";
}
