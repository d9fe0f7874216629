using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// The counters that may explain growth, by the newest of their names: what they are called on any release, and what
/// they count.
/// </summary>
public static class ExplainingCounters
{
    /// <summary>Name of the series of a counter, and the sysctls it is read from, newest first.</summary>
    public static ImmutableArray<(string Name, ImmutableArray<string> Sysctls)> All { get; } =
    [
        ("vnodes", ["vfs.vnode.stats.count", "vfs.numvnodes"]),
        ("free vnodes", ["vfs.vnode.stats.free", "vfs.freevnodes"]),
        ("name cache entries", ["vfs.cache.stats.count", "vfs.cache.numcache"]),
        ("open files", ["kern.openfiles"]),
        ("sockets", ["kern.ipc.numopensockets"]),
        ("TCP connections", ["net.inet.tcp.pcbcount"]),
        ("pipe KVA", ["kern.ipc.pipekva"]),
        ("buffer space", ["vfs.bufspace"]),
        ("ARC size", ["kstat.zfs.misc.arcstats.size"]),
        ("dirhash memory", ["vfs.ufs.dirhash_mem"]),
        ("unix sockets", ["net.local.sockcount"]),
        ("syncache entries", ["net.inet.tcp.syncache.count"]),
        ("host cache entries", ["net.inet.tcp.hostcache.count"]),
        ("ipfw states", ["net.inet.ip.fw.dyn_count"]),
        ("user page tables", ["vm.pmap.user_pt_page_count"]),
        ("ARC target", ["kstat.zfs.misc.arcstats.c"]),
        ("ARC data", ["kstat.zfs.misc.arcstats.data_size"]),
        ("ARC metadata", ["kstat.zfs.misc.arcstats.metadata_size"]),
        ("ARC headers", ["kstat.zfs.misc.arcstats.hdr_size"]),
        ("ARC anonymous", ["kstat.zfs.misc.arcstats.anon_size"]),
        ("ARC MRU", ["kstat.zfs.misc.arcstats.mru_size"]),
        ("ARC MFU", ["kstat.zfs.misc.arcstats.mfu_size"]),
        ("ARC dnodes", ["kstat.zfs.misc.arcstats.dnode_size"]),
        ("ARC dbufs", ["kstat.zfs.misc.arcstats.dbuf_size"]),
        ("malloc types", ["kern.malloc_count"]),
        ("zones", ["vm.zone_count"]),
    ];

    /// <summary>Name of the series with the number of threads that <c>ps -H</c> lists.</summary>
    public const string Threads = "threads";

    /// <summary>
    /// Name of the series with the number of processes that ps(1) lists, or top(1) where there is no ps.
    /// </summary>
    public const string Processes = "processes";

    /// <summary>
    /// Name of the series with the items of the zone PROC. It explains what goes with a process, never that zone.
    /// </summary>
    public const string ProcessItems = "processes in PROC";

    /// <summary>
    /// Name of the series with the items of the zone THREAD. It explains what goes with a thread, never that zone.
    /// </summary>
    public const string ThreadItems = "threads in THREAD";

    /// <summary>Name of the series with pages of files and processes: active, inactive and laundry, bytes.</summary>
    public const string PageableMemory = "pageable memory";

    /// <summary>Name of the series with the number of mounted file systems (<c>mount</c>).</summary>
    public const string Mounts = "mounts";

    /// <summary>Name of the series with swap in use, bytes.</summary>
    public const string SwapUsed = "swap in use";

    /// <summary>Name of the series with the number of kernel messages on memory lost at an unload.</summary>
    public const string LossMessages = "loss messages";

    /// <summary>Reads every counter that a capture has.</summary>
    public static IEnumerable<(string Name, long Value)> Of(Capture capture, Ledger ledger)
    {
        if (ledger.FindPages(AccountName.Active) is { } active)
        {
            yield return (PageableMemory, Arithmetic.Add(active.Bytes, Arithmetic.Sum(ledger.Pages
                .Where(a => a.Name is AccountName.Inactive or AccountName.Laundry).Select(a => a.Bytes))));
        }

        if (capture.Messages is { } messages)
        {
            yield return (LossMessages, messages.Messages.Count(m =>
                !m.IsQuoted
                && (m.Text.Contains("leaked memory on destroy", StringComparison.Ordinal)
                    || m.Text.Contains(") was not empty (", StringComparison.Ordinal))));
        }

        if (capture.Swap is { } swap)
        {
            yield return (SwapUsed, swap.Devices.Aggregate(0L, (sum, d) => Arithmetic.Add(sum, d.Used)));
        }

        foreach ((string name, ImmutableArray<string> sysctls) in All)
        {
            if (capture.Sysctls.Number(sysctls.AsSpan()) is { } reading)
            {
                yield return (name, reading.Value);
            }
        }

        // Processes and threads are counted by others than the zones they lie in: a zone would explain its own growth.
        // The zones speak for what goes with a process, under names of their own.
        if (capture.Processes is { Rows.Length: > 0 } listed)
        {
            yield return (Processes, listed.Rows.Select(row => row.Pid).Distinct().Count());
            if (listed.Threads is { } threads)
            {
                yield return (Threads, threads);
            }
        }
        else if (capture.Top is { CountsThreads: false, Processes: { } shown })
        {
            yield return (Processes, shown.Value);
        }

        if (capture.Table<MountTable>() is { } mounted)
        {
            yield return (Mounts, mounted.Mounts);
        }

        if (capture.Zones?.Find(KnownNames.Process) is { } processes)
        {
            yield return (ProcessItems, processes.Used);
        }

        if (capture.Zones?.Find(KnownNames.Thread) is { } items)
        {
            yield return (ThreadItems, items.Used);
        }
    }
}
