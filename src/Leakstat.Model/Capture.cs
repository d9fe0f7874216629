using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>What one FreeBSD host said at one moment. Every part may be absent; absent is not zero.</summary>
public sealed record Capture
{
    private ImmutableDictionary<Type, object> _tables = ImmutableDictionary<Type, object>.Empty;

    /// <summary>The folder, archive or file it was read from, as given.</summary>
    public required string Source { get; init; }

    /// <summary>UTC time of the capture; null where nothing says it.</summary>
    public DateTimeOffset? TakenAt { get; init; }

    /// <summary>
    /// Its place among the captures of its host; null where it was not found among others: its time tells it then.
    /// </summary>
    public CapturePosition? Position { get; init; }

    /// <summary>Who it is.</summary>
    public required HostIdentity Host { get; init; }

    /// <summary>
    /// Whether it is a crash summary (<c>core.txt.N</c> of crashinfo(8)): the state of the host that panicked, read out
    /// of its dump, where <c>vmstat -z</c> lacks the cache zones.
    /// </summary>
    public bool IsCrashSummary { get; init; }

    /// <summary>
    /// Whether it is a crash dump itself, read with its kernel: nothing can be asked of the host any more.
    /// </summary>
    public bool IsCrashDump { get; init; }

    /// <summary>
    /// Mark of everything that was in it (SHA-256, hexadecimal): equal content, equal mark; null where it was not read
    /// from bytes.
    /// </summary>
    public string? ContentMark { get; init; }

    /// <summary>Every file that was looked at.</summary>
    public ImmutableArray<CaptureFile> Files { get; init; } = [];

    /// <summary>Problems met while reading.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>The outputs it was read from, those that are used; empty where it was not read from bytes.</summary>
    public ImmutableArray<CaptureText> Texts { get; init; } = [];

    /// <summary><c>vmstat -z</c>.</summary>
    public ZoneTable? Zones { get => Table<ZoneTable>(); init => Put(value); }

    /// <summary><c>vmstat -m</c>.</summary>
    public MallocTable? MallocTypes { get => Table<MallocTable>(); init => Put(value); }

    /// <summary><c>netstat -m</c>.</summary>
    public MbufStatistics? Mbufs { get => Table<MbufStatistics>(); init => Put(value); }

    /// <summary>sysctl values, ARC statistics among them; never null.</summary>
    public SysctlTable Sysctls { get; init; } = SysctlTable.Empty;

    /// <summary><c>vm.uma.*</c> of the sysctls, per zone; null where there is none (before 13.0).</summary>
    public UmaTable? Uma { get; init; }

    /// <summary><c>vmstat -s</c>.</summary>
    public VmstatSummary? Summary { get => Table<VmstatSummary>(); init => Put(value); }

    /// <summary>Header of <c>top</c>.</summary>
    public TopHeader? Top { get => Table<TopHeader>(); init => Put(value); }

    /// <summary><c>swapinfo</c>.</summary>
    public SwapTable? Swap { get => Table<SwapTable>(); init => Put(value); }

    /// <summary><c>kldstat</c>, preferably <c>-v</c>.</summary>
    public KernelFileTable? KernelFiles { get => Table<KernelFileTable>(); init => Put(value); }

    /// <summary><c>ps</c>.</summary>
    public ProcessTable? Processes { get => Table<ProcessTable>(); init => Put(value); }

    /// <summary><c>dmesg</c> or a log.</summary>
    public KernelMessages? Messages { get => Table<KernelMessages>(); init => Put(value); }

    /// <summary>Leaks that were found in a crash dump; null where no dump was searched.</summary>
    public LeakTable? Leaks { get => Table<LeakTable>(); init => Put(value); }

    /// <summary><c>zfs-stats</c>.</summary>
    public ZfsReport? ZfsReport { get => Table<ZfsReport>(); init => Put(value); }

    /// <summary><c>/boot/loader.conf</c> (or <c>kenv</c>).</summary>
    public LoaderConfiguration? LoaderConfiguration { get => Table<LoaderConfiguration>(); init => Put(value); }

    /// <summary><c>/etc/sysctl.conf</c>.</summary>
    public SysctlConfiguration? SysctlConfiguration { get => Table<SysctlConfiguration>(); init => Put(value); }

    /// <summary>Every table by its type. Those above are properties; a new one needs none.</summary>
    public ImmutableDictionary<Type, object> Tables { get => _tables; init => _tables = value; }

    /// <summary>The table of that type; null where the capture has none.</summary>
    public T? Table<T>()
        where T : class =>
        Tables.TryGetValue(typeof(T), out object? table) ? (T)table : null;

    /// <summary>
    /// Whether something of a file was lost in reading: sums over it are too small by an unknown amount.
    /// </summary>
    public bool IsDamaged(SourceFile file) => Diagnostics.Any(d => d.IsDamage && d.At.File == file);

    private void Put<T>(T? table)
        where T : class =>
        _tables = table is null ? _tables.Remove(typeof(T)) : _tables.SetItem(typeof(T), table);
}

/// <summary>Who the host of a capture is. Every part may be absent.</summary>
public sealed record HostIdentity
{
    /// <summary>Host name.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Another host that an output names itself by: outputs of two hosts were put together. Null where all agree.
    /// </summary>
    public OtherHostName? OtherName { get; init; }

    /// <summary>The name that its outputs give the host themselves; null where none does.</summary>
    public OtherHostName? OwnName { get; init; }

    /// <summary>
    /// Whether the name is a label that a person or a collector's option gave, and its outputs name another host.
    /// </summary>
    public bool IsLabelled { get; init; }

    /// <summary>Two releases that parts of the capture say; null where all agree.</summary>
    public OtherRelease? OtherRelease { get; init; }

    /// <summary>Release.</summary>
    public FreeBsdRelease? Release { get; init; }

    /// <summary>
    /// The appliance that it is (<see cref="Appliance"/>); null for FreeBSD itself, or where nothing tells.
    /// </summary>
    public string? Product { get; init; }

    /// <summary><c>__FreeBSD_version</c> (<c>kern.osreldate</c>).</summary>
    public long? VersionNumber { get; init; }

    /// <summary>Machine architecture: amd64, arm64, i386.</summary>
    public string? Architecture { get; init; }

    /// <summary>Physical memory known to the kernel, bytes (<c>hw.physmem</c>).</summary>
    public Reading? PhysicalMemory { get; init; }

    /// <summary>Page size, bytes.</summary>
    public Reading? PageSize { get; init; }

    /// <summary>Page size, bytes; 4096 where the capture does not say it, as on every tier-1 platform.</summary>
    public long BytesPerPage => PageSize?.Value is > 0 and <= 1 << 20 and { } size ? size : 4096;

    /// <summary>UTC time of boot.</summary>
    public DateTimeOffset? BootedAt { get; init; }

    /// <summary>Time since boot at the capture, seconds.</summary>
    public long? UptimeSeconds { get; init; }

    /// <summary>Whether the release is known and is at least that one.</summary>
    public bool IsAtLeast(int major, int minor = 0) => Release?.IsAtLeast(major, minor) == true;

    /// <summary>Whether the release is known and is older than that one.</summary>
    public bool IsBefore(int major, int minor = 0) => Release is { } known && !known.IsAtLeast(major, minor);
}

/// <summary>The name of a host other than the one that a capture is of.</summary>
/// <param name="Name">The name.</param>
/// <param name="At">Where it stands.</param>
public sealed record OtherHostName(string Name, SourceLine At);

/// <summary>Two places of a capture that name different releases.</summary>
/// <param name="First">One release, as it stands there.</param>
/// <param name="FirstAt">Where.</param>
/// <param name="Second">The other.</param>
/// <param name="SecondAt">Where.</param>
public sealed record OtherRelease(string First, SourceLine FirstAt, string Second, SourceLine SecondAt);

/// <summary>One file of a capture and what became of it.</summary>
/// <param name="Name">Name within the capture.</param>
/// <param name="Format">Format that was recognised (<c>vmstat-z/text</c>); <c>unknown</c> where none was.</param>
/// <param name="Rows">Rows (or values) read.</param>
/// <param name="SkippedLines">Lines that were not understood.</param>
/// <param name="Use">Whether its numbers are used.</param>
public sealed record CaptureFile(string Name, string Format, int Rows, int SkippedLines, FileUse Use);

/// <summary>What became of a file.</summary>
public enum FileUse
{
    /// <summary>Its numbers are used.</summary>
    Used,

    /// <summary>Recognised; another output of the same command is used.</summary>
    Duplicate,

    /// <summary>The output of a command that leakstat knows and does not use.</summary>
    NotUsed,

    /// <summary>Not recognised.</summary>
    Unknown,
}
