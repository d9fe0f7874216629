namespace Leakstat.Captures;

/// <summary>
/// Every bound on what is read from outside, in one place. Crossing one is a diagnostic, never an exception:
/// what lies within the bound is used.
/// </summary>
public sealed record ReadLimits
{
    /// <summary>The bounds used unless a caller says otherwise.</summary>
    public static ReadLimits Default { get; } = new();

    /// <summary>Bytes read of one file or archive entry.</summary>
    public int FileBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of one line; kern.geom.confxml and vm.pmap.kernel_maps come as many lines, none as one this long.</summary>
    public int LineBytes { get; init; } = 1 << 20;

    /// <summary>Rows (zones, types, sysctls, threads, messages) kept of one output.</summary>
    public int Rows { get; init; } = 200_000;

    /// <summary>Bytes of one name.</summary>
    public int NameBytes { get; init; } = 1024;

    /// <summary>Files of one capture folder or transcript sections of one file.</summary>
    public int FilesPerCapture { get; init; } = 1000;

    /// <summary>Folders deep below a source.</summary>
    public int FolderDepth { get; init; } = 8;

    /// <summary>Archives within archives.</summary>
    public int ArchiveDepth { get; init; } = 2;

    /// <summary>Entries of one archive.</summary>
    public int ArchiveEntries { get; init; } = 1_000_000;

    /// <summary>Bytes one archive may expand to.</summary>
    public long ArchiveBytes { get; init; } = 16L << 30;

    /// <summary>Times its own size one archive may expand to, once it is past 64 MiB.</summary>
    public int ArchiveRatio { get; init; } = 2000;

    /// <summary>Bytes of the files of one capture in an archive.</summary>
    public long CaptureBytes { get; init; } = 256 << 20;

    /// <summary>Bytes held to bring the captures of an archive into order; what is more takes another pass over it.</summary>
    public long ReorderBytes { get; init; } = 32 << 20;

    /// <summary>Levels of nesting in JSON and XML.</summary>
    public int DocumentDepth { get; init; } = 32;

    /// <summary>Diagnostics kept of one file; the rest is counted.</summary>
    public int DiagnosticsPerFile { get; init; } = 50;
}
