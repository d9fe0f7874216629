using System.Collections.Immutable;
using System.Globalization;
using Leakstat.Fleet;
using Leakstat.Model;

namespace Leakstat.Engines.Metrics;

/// <summary>Metrics that say what a host is, since when it runs, and how it is set up.</summary>
internal static class HostMetrics
{

    /// <summary>Value of the label <c>zone_table</c> where <c>vmstat -z</c> has the column XDOMAIN.</summary>
    public const string WithCrossDomain = "xdomain";

    /// <summary>Labels of <see cref="MetricName.HostInfo"/>.</summary>
    public static ImmutableArray<string> InfoLabels { get; } =
    [
        "release", "osreldate", "arch", "ident", "model", "hypervisor", "network_drivers", "malloc_precision",
        "zone_table",
    ];

    public static ImmutableArray<Metric> All { get; } =
    [
        new(MetricName.BootTimeSeconds, "Time of boot, seconds since 1970 (kern.boottime).")
        {
            OfSample = s => s.BootedAt is { } time ? [new MetricValue(time.ToUnixTimeMilliseconds() / 1000.0)] : [],
        },
        new(MetricName.UptimeSeconds, "Time since boot at the capture (uptime, kern.boottime).")
        {
            OfSample = s => s.UptimeSeconds is { } seconds ? [new MetricValue(seconds)] : [],
        },
        new(MetricName.Rebooted, "1 at samples that stand for an hour or a day in which the host was rebooted.")
        {
            OfSample = s => s.IsRebooted ? [new MetricValue(1)] : [],
        },
        new(MetricName.Release, "1, labelled with the release that runs (kern.osrelease).")
        {
            Labels = ["release"],
            OfSample = s => s.Release is { Length: > 0 } release ? [new MetricValue(1, release)] : [],
        },
        new(MetricName.ModuleLoaded, "1 for each kernel module that is loaded (kldstat).")
        {
            Labels = ["module"],
            OfSample = s => (s.Modules?.Keys ?? []).Select(name => new MetricValue(1, name)),
        },
        new(MetricName.KernelFileBytes, "Memory of a loaded kernel file (kldstat); the kernel has id 1.")
        {
            Labels = ["file", "id", "address"],
            OfLatest = c => (c.KernelFiles?.Files ?? []).DistinctBy(f => (f.Name, f.Id, f.Address))
                .Where(f => f.Size is > 0 and < long.MaxValue / 2)
                .Select(f => new MetricValue(
                    f.Size,
                    f.Name,
                    f.Id.ToString(CultureInfo.InvariantCulture),
                    string.Create(CultureInfo.InvariantCulture, $"0x{f.Address:x}"))),
        },
        new(MetricName.Sysctl, "Value of a sysctl that leakstat judges by, where it is a number.")
        {
            Labels = ["name"],
            OfSample = s => s.Tunables.Select(t => new MetricValue(t.Value.Value, t.Key)),
            OfLatest = c => JudgedSysctls.Of(c.Sysctls).Select(v => new MetricValue(v.Value, v.Name)),
        },
        new(
            MetricName.HostInfo,
            "1, labelled with what the host is (kern.osrelease, hw.machine_arch, kern.ident, hw.model, "
                + "kern.vm_guest).")
        {
            Labels = InfoLabels,
            OfLatest = c => [new MetricValue(1, InfoOf(c))],
        },
    ];

    private static ImmutableArray<string> InfoOf(Capture capture) =>
    [
        capture.Host.Release?.Text ?? "",
        capture.Host.VersionNumber?.ToString(CultureInfo.InvariantCulture) ?? "",
        capture.Host.Architecture ?? "",
        capture.Sysctls.Text("kern.ident") ?? "",
        capture.Sysctls.Text("hw.model") ?? "",
        capture.Sysctls.Text("kern.vm_guest") ?? "",
        HostTraits.Of(capture).Of(new HostTrait(TraitKind.NetworkDrivers, "")) ?? "",
        capture.MallocTypes?.Precision switch
        {
            MemoryPrecision.Bytes => "bytes",
            MemoryPrecision.Kibibytes => "kibibytes",
            MemoryPrecision.Humanized => "humanized",
            _ => "",
        },
        capture.Zones is { HasCrossDomain: true } ? WithCrossDomain : "",
    ];
}
