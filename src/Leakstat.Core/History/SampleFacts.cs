using System.Collections.Immutable;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// What places a capture on its host's time line and tells what changed since the one before: times, counters that only
/// a reboot resets, release, modules and settings. Little enough to be kept of every capture.
/// </summary>
public sealed record SampleFacts
{
    /// <summary>The capture's source.</summary>
    public required string Source { get; init; }

    /// <summary>Time; null where unknown.</summary>
    public DateTimeOffset? TakenAt { get; init; }

    /// <summary>Boot time, where known.</summary>
    public DateTimeOffset? BootedAt { get; init; }

    /// <summary>Time since boot, seconds, where known.</summary>
    public long? UptimeSeconds { get; init; }

    /// <summary>
    /// Whether the host is known to have been rebooted since the capture before, however the counters look.
    /// </summary>
    public bool IsRebooted { get; init; }

    /// <summary>The name that the outputs give the host themselves, where they do.</summary>
    public OtherHostName? OwnName { get; init; }

    /// <summary>Release as printed, where known.</summary>
    public string? Release { get; init; }

    /// <summary>Allocations since boot of <see cref="BusyZones"/>, by zone.</summary>
    public ImmutableSortedDictionary<string, long> Requests { get; init; } = None<long>();

    /// <summary>
    /// Kernel files other than the kernel, and where they stand; null where the capture has no kldstat.
    /// </summary>
    public ImmutableSortedDictionary<string, SourceLine>? Modules { get; init; }

    /// <summary>Values of <see cref="Settings"/>, by sysctl.</summary>
    public ImmutableSortedDictionary<string, Reading> Tunables { get; init; } = None<Reading>();

    /// <summary>
    /// Zones that every kernel allocates from all the time, so that their REQ only falls with a reboot.
    /// </summary>
    public static ImmutableArray<string> BusyZones { get; } = [.. ZoneFacts.NamesWith(ZoneTraits.Busy)];

    /// <summary>Settings whose change matters to memory.</summary>
    public static ImmutableArray<string> Settings { get; } =
    [
        "kern.maxvnodes",
        "kern.maxfiles",
        "kern.maxproc",
        "kern.ipc.maxsockets",
        "kern.ipc.nmbufs",
        "kern.ipc.nmbclusters",
        "kern.ipc.nmbjumbop", "kern.ipc.nmbjumbo9", "kern.ipc.nmbjumbo16", "kern.ipc.maxmbufmem", "vm.kmem_size",
        "vm.max_user_wired", "vm.max_wired", "vfs.zfs.arc.max", "vfs.zfs.arc.min", "vfs.zfs.arc_max", "vfs.zfs.arc_min",
        "vfs.zfs.arc_meta_limit", "vfs.nullfs.cache_vnodes", "net.inet.ip.fw.dyn_max",
    ];

    /// <summary>The facts of a capture.</summary>
    public static SampleFacts Of(Capture capture)
    {
        ImmutableSortedDictionary<string, long>.Builder requests = None<long>().ToBuilder();
        foreach (string name in BusyZones)
        {
            if (capture.Zones?.Find(name) is { } zone)
            {
                requests[name] = zone.Requests;
            }
        }

        ImmutableSortedDictionary<string, Reading>.Builder tunables = None<Reading>().ToBuilder();
        foreach (string name in Settings)
        {
            if (capture.Sysctls.Number(name) is { } reading)
            {
                tunables[name] = reading;
            }
        }

        ImmutableSortedDictionary<string, SourceLine>.Builder? modules = null;
        if (capture.KernelFiles is { } kernelFiles)
        {
            modules = None<SourceLine>().ToBuilder();
            foreach (KernelFile file in kernelFiles.Files.Where(f => !f.IsKernel))
            {
                modules.TryAdd(file.Name, file.At);
            }
        }

        return new SampleFacts
        {
            Source = capture.Source,
            TakenAt = capture.TakenAt,
            BootedAt = capture.Host.BootedAt,
            UptimeSeconds = capture.Host.UptimeSeconds,
            OwnName = capture.Host.OwnName,
            Release = capture.Host.Release?.Text,
            Requests = requests.ToImmutable(),
            Modules = modules?.ToImmutable(),
            Tunables = tunables.ToImmutable(),
        };
    }

    private static ImmutableSortedDictionary<string, T> None<T>() =>
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
}
