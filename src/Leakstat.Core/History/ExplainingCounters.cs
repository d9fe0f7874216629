using System.Collections.Immutable;
using Leakstat.Accounting;
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
        ("malloc types", ["kern.malloc_count"]),
        ("zones", ["vm.zone_count"]),
    ];

    /// <summary>Name of the series with the number of threads (from ps or the THREAD zone).</summary>
    public const string Threads = "threads";

    /// <summary>Name of the series with the number of processes (from the PROC zone).</summary>
    public const string Processes = "processes";

    /// <summary>Name of the series with pages of files and processes: active, inactive and laundry, bytes.</summary>
    public const string PageableMemory = "pageable memory";

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
                m.Text.Contains("leaked memory on destroy", StringComparison.Ordinal)
                || m.Text.Contains(") was not empty (", StringComparison.Ordinal)));
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

        if (capture.Zones?.Find("THREAD") is { } threads)
        {
            yield return (Threads, threads.Used);
        }
        else if (capture.Processes?.Threads is { } count)
        {
            yield return (Threads, count);
        }

        if (capture.Zones?.Find("PROC") is { } processes)
        {
            yield return (Processes, processes.Used);
        }
    }
}
