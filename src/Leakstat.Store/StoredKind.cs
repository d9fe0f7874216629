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
