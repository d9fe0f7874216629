namespace Leakstat.Engines.Metrics;

/// <summary>
/// Names of the metrics of <see cref="MetricTable"/>, which says what each of them is. Never changed once released.
/// </summary>
public static class MetricName
{
    /// <summary>Items of a UMA zone in use (vmstat -z).</summary>
    public const string ZoneUsedItems = "leakstat_zone_used_items";

    /// <summary>Items of a UMA zone kept free (vmstat -z).</summary>
    public const string ZoneFreeItems = "leakstat_zone_free_items";

    /// <summary>Items of a UMA zone in use, times their size (vmstat -z).</summary>
    public const string ZoneUsedBytes = "leakstat_zone_used_bytes";

    /// <summary>Most items that a UMA zone may have; only of zones with a limit.</summary>
    public const string ZoneLimitItems = "leakstat_zone_limit_items";

    /// <summary>Allocations from a UMA zone since boot (vmstat -z).</summary>
    public const string ZoneRequestsTotal = "leakstat_zone_requests_total";

    /// <summary>Failed allocations from a UMA zone since boot (vmstat -z).</summary>
    public const string ZoneFailuresTotal = "leakstat_zone_failures_total";

    /// <summary>Allocations from a UMA zone that slept at its limit, since boot (vmstat -z).</summary>
    public const string ZoneSleepsTotal = "leakstat_zone_sleeps_total";

    /// <summary>Size of an item of a UMA zone (vmstat -z).</summary>
    public const string ZoneItemBytes = "leakstat_zone_item_bytes";

    /// <summary>Pages that the keg of a zone holds, by node of sysctl vm.uma.</summary>
    public const string KegPages = "leakstat_keg_pages";

    /// <summary>Items of a zone in use, by node of sysctl vm.uma.</summary>
    public const string KegItems = "leakstat_keg_items";

    /// <summary>Live bytes of a malloc type (vmstat -m).</summary>
    public const string MallocUsedBytes = "leakstat_malloc_used_bytes";

    /// <summary>Live allocations of a malloc type (vmstat -m).</summary>
    public const string MallocUsedAllocations = "leakstat_malloc_used_allocations";

    /// <summary>Allocations of a malloc type since boot (vmstat -m).</summary>
    public const string MallocRequestsTotal = "leakstat_malloc_requests_total";

    /// <summary>Network buffers of a pool in use (netstat -m).</summary>
    public const string MbufUsedItems = "leakstat_mbuf_used_items";

    /// <summary>Network buffers of a pool kept in cache (netstat -m).</summary>
    public const string MbufCachedItems = "leakstat_mbuf_cached_items";

    /// <summary>Memory of network buffers in use (netstat -m).</summary>
    public const string MbufUsedBytes = "leakstat_mbuf_used_bytes";

    /// <summary>Memory of network buffers kept in cache (netstat -m).</summary>
    public const string MbufCachedBytes = "leakstat_mbuf_cached_bytes";

    /// <summary>Most network buffers that a pool may have (netstat -m); only of pools with a limit.</summary>
    public const string MbufLimitItems = "leakstat_mbuf_limit_items";

    /// <summary>Requests for network buffers that were denied, since boot (netstat -m).</summary>
    public const string MbufDeniedTotal = "leakstat_mbuf_denied_total";

    /// <summary>Requests for network buffers that had to wait, since boot (netstat -m).</summary>
    public const string MbufDelayedTotal = "leakstat_mbuf_delayed_total";

    /// <summary>Physical memory by the state of its pages (vm.stats.vm).</summary>
    public const string MemoryBytes = "leakstat_memory_bytes";

    /// <summary>Physical memory known to the kernel (hw.physmem).</summary>
    public const string PhysicalMemoryBytes = "leakstat_physical_memory_bytes";

    /// <summary>Size of a page (hw.pagesize).</summary>
    public const string PageSizeBytes = "leakstat_page_size_bytes";

    /// <summary>Memory by account of leakstat's ledger; account unaccounted is wired memory that nobody owns.</summary>
    public const string LedgerBytes = "leakstat_ledger_bytes";

    /// <summary>Size of the ARC (kstat.zfs.misc.arcstats.size).</summary>
    public const string ZfsArcBytes = "leakstat_zfs_arc_bytes";

    /// <summary>What explains growth where it grows too: vnodes, sockets, open files, processes, and more.</summary>
    public const string Level = "leakstat_level";

    /// <summary>Swap in use, by device (swapinfo).</summary>
    public const string SwapUsedBytes = "leakstat_swap_used_bytes";

    /// <summary>Swap that there is, by device (swapinfo).</summary>
    public const string SwapSizeBytes = "leakstat_swap_size_bytes";

    /// <summary>Time of boot, seconds since 1970 (kern.boottime).</summary>
    public const string BootTimeSeconds = "leakstat_boot_time_seconds";

    /// <summary>Time since boot at the capture (uptime, kern.boottime).</summary>
    public const string UptimeSeconds = "leakstat_uptime_seconds";

    /// <summary>1 at samples that stand for an hour or a day in which the host was rebooted.</summary>
    public const string Rebooted = "leakstat_rebooted";

    /// <summary>1, labelled with the release that runs (kern.osrelease).</summary>
    public const string Release = "leakstat_release";

    /// <summary>1 for each kernel module that is loaded (kldstat).</summary>
    public const string ModuleLoaded = "leakstat_module_loaded";

    /// <summary>Memory of a loaded kernel file (kldstat); the kernel has id 1.</summary>
    public const string KernelFileBytes = "leakstat_kernel_file_bytes";

    /// <summary>Value of a sysctl that leakstat judges by, where it is a number.</summary>
    public const string Sysctl = "leakstat_sysctl";

    /// <summary>
    /// 1, labelled with what the host is (kern.osrelease, hw.machine_arch, kern.ident, hw.model, kern.vm_guest).
    /// </summary>
    public const string HostInfo = "leakstat_host_info";

    /// <summary>Places of the capture that could not be read: lines, tables, files.</summary>
    public const string CaptureLostPlaces = "leakstat_capture_lost_places";

    /// <summary>
    /// 1 for the state that leakstat's verdict over the host has (wrong, fine, unknown, too-early), 0 for the others.
    /// </summary>
    public const string HostState = "leakstat_host_state";

    /// <summary>
    /// 1 for each finding of leakstat, labelled with the rule, what it is about, severity and verdict.
    /// </summary>
    public const string Finding = "leakstat_finding";

    /// <summary>Chance that a finding of leakstat is right.</summary>
    public const string FindingConfidenceRatio = "leakstat_finding_confidence_ratio";

    /// <summary>Bytes per hour by which the subject of a finding grows.</summary>
    public const string FindingGrowthBytesPerHour = "leakstat_finding_growth_bytes_per_hour";

    /// <summary>Time at which what a finding is about is expected to run out, seconds since 1970.</summary>
    public const string FindingExhaustionTimestampSeconds = "leakstat_finding_exhaustion_timestamp_seconds";
}
