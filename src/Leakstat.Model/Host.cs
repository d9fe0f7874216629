using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>
/// The header of top(1) (<c>usr.bin/top/machine.c</c>). Sizes are bytes, rounded by top to its printed unit.
/// </summary>
public sealed record TopHeader
{
    private static readonly Dictionary<string, Reading> NoReadings = [];

    /// <summary>The file.</summary>
    public required SourceFile File { get; init; }

    /// <summary>
    /// Parts of the <c>Mem:</c> line by name (Active, Inact, Laundry, Wired, Cache, Buf, Free); zero parts are not
    /// printed.
    /// </summary>
    public IReadOnlyDictionary<string, Reading> Memory { get; init; } = NoReadings;

    /// <summary>
    /// Parts of the <c>ARC:</c> line by name (Total, MFU, MRU, Anon, Header, Other) and of its second line (Compressed,
    /// Uncompressed).
    /// </summary>
    public IReadOnlyDictionary<string, Reading> Arc { get; init; } = NoReadings;

    /// <summary>Parts of the <c>Swap:</c> line by name (Total, Used, Free, In, Out), bytes.</summary>
    public IReadOnlyDictionary<string, Reading> Swap { get; init; } = NoReadings;

    /// <summary>Time since boot, seconds.</summary>
    public Reading? UptimeSeconds { get; init; }

    /// <summary>Processes (or threads, <see cref="CountsThreads"/>).</summary>
    public Reading? Processes { get; init; }

    /// <summary>Whether <see cref="Processes"/> are threads: <c>top -H</c> counts those.</summary>
    public bool CountsThreads { get; init; }
}

/// <summary>One swap device as swapinfo(8) prints it, bytes.</summary>
/// <param name="Device">Device path or <c>&lt;NFSfile&gt;</c>.</param>
/// <param name="Total">Size, bytes.</param>
/// <param name="Used">Used, bytes.</param>
/// <param name="Available">Available, bytes.</param>
/// <param name="Line">Line in the file.</param>
public readonly record struct SwapDevice(string Device, long Total, long Used, long Available, int Line);

/// <summary>The output of swapinfo(8); no device at all means that no swap is configured.</summary>
/// <param name="File">The file.</param>
/// <param name="Devices">Devices, without the <c>Total</c> row.</param>
/// <param name="HeaderLine">Line of the header.</param>
public sealed record SwapTable(SourceFile File, ImmutableArray<SwapDevice> Devices, int HeaderLine);

/// <summary>One loaded file as kldstat(8) prints it.</summary>
public sealed record KernelFile
{
    /// <summary>File id; the kernel is 1.</summary>
    public required int Id { get; init; }

    /// <summary>References by other modules; not a measure of use.</summary>
    public required int References { get; init; }

    /// <summary>Load address.</summary>
    public required ulong Address { get; init; }

    /// <summary>Bytes of memory the loaded image takes; null where <c>kldstat -h</c> rounded it beyond use.</summary>
    public required long Size { get; init; }

    /// <summary>File name: <c>zfs.ko</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Path; only from <c>kldstat -v</c>.</summary>
    public string? Path { get; init; }

    /// <summary>Names of the modules in it (<c>pci/em</c>); only from <c>kldstat -v</c>.</summary>
    public ImmutableArray<string> Modules { get; init; } = [];

    /// <summary>File and line.</summary>
    public required SourceLine At { get; init; }

    /// <summary>Whether this is the kernel itself.</summary>
    public bool IsKernel => Id == 1;
}

/// <summary>The output of kldstat(8).</summary>
/// <param name="File">The file.</param>
/// <param name="Files">Loaded files in the order printed.</param>
/// <param name="IsVerbose">Whether it came from <c>kldstat -v</c>.</param>
public sealed record KernelFileTable(SourceFile File, ImmutableArray<KernelFile> Files, bool IsVerbose);

/// <summary>One row of <c>ps</c>, as far as columns were printed.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="ThreadId">Thread id (lwp).</param>
/// <param name="WaitChannel">Wait channel; null or <c>-</c> for none.</param>
/// <param name="ResidentKilobytes">Resident set, KiB.</param>
/// <param name="Command">Command or thread name.</param>
/// <param name="Line">Line in the file.</param>
public readonly record struct ProcessRow(
    long Pid, long? ThreadId, string? WaitChannel, long? ResidentKilobytes, string Command, int Line);

/// <summary>The output of ps(1).</summary>
/// <param name="File">The file.</param>
/// <param name="Rows">Rows in the order printed.</param>
public sealed record ProcessTable(SourceFile File, ImmutableArray<ProcessRow> Rows)
{
    /// <summary>Number of threads, where thread ids were printed (<c>ps -H</c>); null otherwise.</summary>
    public int? Threads => Rows.Length > 0 && Rows[0].ThreadId is not null ? Rows.Length : null;
}

/// <summary>
/// The values of <c>vmstat -s</c> by JSON key (<c>pages wired down</c> is <c>wired-pages</c>); pages and events,
/// 32 bits wide in the command's own output.
/// </summary>
/// <param name="File">The file.</param>
/// <param name="Values">Values by key.</param>
public sealed record VmstatSummary(SourceFile File, IReadOnlyDictionary<string, Reading> Values);

/// <summary>Sizes and counts out of <c>zfs-stats</c>, <c>arc_summary</c> and their kin, by label path.</summary>
/// <param name="File">The file.</param>
/// <param name="Values">Values by <c>Section/Label</c>, bytes or counts, rounded by the tool.</param>
public sealed record ZfsReport(SourceFile File, IReadOnlyDictionary<string, Reading> Values);

/// <summary>What uname(1) and uptime(1) said.</summary>
/// <param name="HostName">Host name.</param>
/// <param name="Release">Release text.</param>
/// <param name="Machine">Machine: amd64.</param>
/// <param name="At">Where.</param>
public sealed record UnameLine(string? HostName, string? Release, string? Machine, SourceLine At);

/// <summary>A line by which an appliance built on FreeBSD is known: its dashboard, its banner, its kernel.</summary>
/// <param name="Product">Which (<see cref="Appliance"/>).</param>
/// <param name="Version">Its own version: <c>2.7.2</c>; null where the line has none.</param>
/// <param name="At">Where.</param>
public sealed record ApplianceLine(string Product, string? Version, SourceLine At);
