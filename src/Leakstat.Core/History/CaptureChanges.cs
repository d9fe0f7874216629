using Leakstat.Model;

namespace Leakstat.History;

/// <summary>What changed on a host between two captures: modules, release, tunables, the clock.</summary>
internal static class CaptureChanges
{
    /// <summary>Settings whose change matters to memory.</summary>
    private static readonly string[] Tunables =
    [
        "kern.maxvnodes", "kern.maxfiles", "kern.maxproc", "kern.ipc.maxsockets", "kern.ipc.nmbufs", "kern.ipc.nmbclusters",
        "kern.ipc.nmbjumbop", "kern.ipc.nmbjumbo9", "kern.ipc.nmbjumbo16", "kern.ipc.maxmbufmem", "vm.kmem_size",
        "vm.max_user_wired", "vm.max_wired", "vfs.zfs.arc.max", "vfs.zfs.arc.min", "vfs.zfs.arc_max", "vfs.zfs.arc_min",
        "vfs.zfs.arc_meta_limit", "vfs.nullfs.cache_vnodes", "net.inet.ip.fw.dyn_max",
    ];

    /// <summary>Events between two captures of one host.</summary>
    public static IEnumerable<HistoryEvent> Between(int sample, Capture before, Capture after)
    {
        if (before.TakenAt is { } earlier && after.TakenAt is { } later && later < earlier)
        {
            yield return new HistoryEvent(
                sample, "clock", $"the clock went back from {earlier:u} to {later:u}", null);
        }

        if (before.Host.Release is { } oldRelease && after.Host.Release is { } newRelease
            && oldRelease.Text != newRelease.Text)
        {
            yield return new HistoryEvent(sample, "release", $"{oldRelease} → {newRelease}", null);
        }

        foreach (HistoryEvent change in ModuleChanges(sample, before, after))
        {
            yield return change;
        }

        foreach (string name in Tunables)
        {
            if (before.Sysctls.Number(name) is { } old && after.Sysctls.Number(name) is { } now && old.Value != now.Value)
            {
                yield return new HistoryEvent(sample, "tunable", $"{name}: {old.Value} → {now.Value}", now.At);
            }
        }
    }

    /// <summary>The part of a capture that <see cref="Between"/> needs of it later.</summary>
    public static Capture Remainder(Capture capture) => new()
    {
        Source = capture.Source,
        TakenAt = capture.TakenAt,
        Host = capture.Host,
        KernelFiles = capture.KernelFiles,
        Sysctls = capture.Sysctls.Select(Tunables),
    };

    private static IEnumerable<HistoryEvent> ModuleChanges(int sample, Capture before, Capture after)
    {
        if (before.KernelFiles is not { } old || after.KernelFiles is not { } now)
        {
            yield break;
        }

        var oldNames = old.Files.Select(f => f.Name).ToHashSet();
        var newNames = now.Files.Select(f => f.Name).ToHashSet();
        foreach (KernelFile file in now.Files.Where(f => !f.IsKernel && !oldNames.Contains(f.Name)))
        {
            yield return new HistoryEvent(sample, "module loaded", file.Name, file.At);
        }

        foreach (KernelFile file in old.Files.Where(f => !f.IsKernel && !newNames.Contains(f.Name)))
        {
            yield return new HistoryEvent(sample, "module unloaded", file.Name, null);
        }
    }
}
