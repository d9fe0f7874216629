using Leakstat.Model;

namespace Leakstat.Captures;

/// <summary>
/// Every bound on what is read from outside, in one place. Crossing one is a diagnostic, never an exception:
/// what lies within the bound is used. Each has a test that crosses it (<c>ReadLimitsTests</c> and those of what it
/// bounds). A bound that is none (below zero, deeper than can be read) is refused when it is set.
/// </summary>
public sealed record ReadLimits
{
    /// <summary>The bounds used unless a caller says otherwise.</summary>
    public static ReadLimits Default { get; } = new();

    /// <summary>Bytes read of one file or archive entry.</summary>
    public int FileBytes { get; init => field = Bounded.Within(value, 1, Array.MaxLength - 1); } = 64 << 20;

    /// <summary>
    /// Bytes of one line; kern.geom.confxml and vm.pmap.kernel_maps come as many lines, none as one this long.
    /// </summary>
    public int LineBytes { get; init => field = Bounded.Within(value, 1, Array.MaxLength); } = 1 << 20;

    /// <summary>Rows (zones, types, sysctls, threads, messages) kept of one output.</summary>
    public int Rows { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 200_000;

    /// <summary>Bytes of one name.</summary>
    public int NameBytes { get; init => field = Bounded.Within(value, 1, 64 << 10); } = 1024;

    /// <summary>Files of one capture folder or transcript sections of one file.</summary>
    public int FilesPerCapture { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 1000;

    /// <summary>Folders deep below a source.</summary>
    public int FolderDepth { get; init => field = Bounded.Within(value, 0, 256); } = 8;

    /// <summary>Archives within archives.</summary>
    public int ArchiveDepth { get; init => field = Bounded.Within(value, 1, 16); } = 2;

    /// <summary>Entries of one archive.</summary>
    public int ArchiveEntries { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 1_000_000;

    /// <summary>Bytes one archive may expand to.</summary>
    public long ArchiveBytes { get; init => field = Bounded.Within(value, 1, long.MaxValue); } = 16L << 30;

    /// <summary>Times its own size one archive may expand to, once it is past 64 MiB.</summary>
    public int ArchiveRatio { get; init => field = Bounded.Within(value, 1, int.MaxValue); } = 2000;

    /// <summary>Bytes of the files of one capture in an archive.</summary>
    public long CaptureBytes { get; init => field = Bounded.Within(value, 1, long.MaxValue); } = 256 << 20;

    /// <summary>
    /// Bytes held to bring the captures of an archive into order; what is more takes another pass over it.
    /// </summary>
    public long ReorderBytes { get; init => field = Bounded.Within(value, 0, long.MaxValue); } = 32 << 20;

    /// <summary>Levels of nesting in JSON and XML.</summary>
    public int DocumentDepth { get; init => field = Bounded.Within(value, 2, 64); } = 32;

    /// <summary>Diagnostics kept of one file; the rest is counted.</summary>
    public int DiagnosticsPerFile { get; init => field = Bounded.Within(value, 0, int.MaxValue); } = 50;
}
