namespace Leakstat.Dump.Inputs;

/// <summary>How a dump is to be opened.</summary>
public sealed record DumpOptions
{
    /// <summary>Where FreeBSD keeps the running kernel.</summary>
    public const string DefaultKernelDirectory = "/boot/kernel";

    /// <summary>
    /// Folder with <c>kernel</c> and the modules, or the kernel file itself. <c>kernel.debug</c> and <c>*.ko.debug</c>
    /// are looked
    /// for beside them and in <c>/usr/lib/debug</c> below the same path.
    /// </summary>
    public string KernelDirectory { get; init; } = DefaultKernelDirectory;

    /// <summary>Bounds.</summary>
    public DumpLimits Limits { get; init; } = DumpLimits.Default;

    /// <summary>Which pass of a snapshot, from 0; null for the last one.</summary>
    public int? Pass { get; init; }

    /// <summary>Decompresses Zstandard; null, or null from it, where nothing can.</summary>
    public Func<Stream, Stream?>? Zstd { get; init; }

    /// <summary>Folder for what a compressed dump is expanded into; null for the system's.</summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>
    /// Whether built-in layouts are used even where the kernel carries type information; for tests of the table.
    /// </summary>
    public bool PreferBuiltInLayouts { get; init; }
}
