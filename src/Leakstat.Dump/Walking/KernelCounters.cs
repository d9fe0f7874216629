using Leakstat.Dump.Layouts;
using Leakstat.Dump.Target;

namespace Leakstat.Dump.Walking;

/// <summary>A number that sysctl(8) would print, read out of the dump.</summary>
/// <param name="Name">Name: <c>vm.stats.vm.v_wire_count</c>.</param>
/// <param name="Value">Value.</param>
public readonly record struct KernelCounter(string Name, long Value);

/// <summary>Reads what sysctl(8) would say of memory: counters of the VM system, limits, targets.</summary>
internal sealed class KernelCounters(WalkContext context)
{
    /// <summary>Members of <c>vm_cnt</c> (<c>struct vmmeter</c>), printed as <c>vm.stats.vm.NAME</c>.</summary>
    private static readonly string[] s_meters =
    [
        "v_page_size", "v_page_count", "v_wire_count", "v_free_reserved", "v_free_target", "v_free_min",
        "v_inactive_target", "v_swappgsin", "v_swappgsout", "v_pdshortfalls", "v_pdpages",
    ];

    /// <summary>
    /// Variables that a sysctl shows as they are: name, symbol (<c>sys/kern</c>, <c>sys/vm</c>, <c>sys/amd64</c>).
    /// </summary>
    private static readonly (string Name, string Symbol)[] s_variables =
    [
        ("kern.osreldate", "osreldate"),
        ("kern.smp.cpus", "mp_ncpus"),
        ("kern.smp.maxid", "mp_maxid"),
        ("vm.ndomains", "vm_ndomains"),
        ("vm.kmem_map_size", "uma_kmem_total"),
        ("vm.kmem_size", "vm_kmem_size"),
        ("vm.stats.vm.v_user_wire_count", "vm_user_wire_count"),
        ("kern.ipc.nmbufs", "nmbufs"),
        ("kern.ipc.nmbclusters", "nmbclusters"),
        ("kern.ipc.nmbjumbop", "nmbjumbop"),
        ("kern.ipc.nmbjumbo9", "nmbjumbo9"),
        ("kern.ipc.nmbjumbo16", "nmbjumbo16"),
        ("kern.maxvnodes", "desiredvnodes"),
        ("vfs.numvnodes", "numvnodes"),
        ("vfs.freevnodes", "freevnodes"),
        ("kern.maxfiles", "maxfiles"),
        ("kern.openfiles", "openfiles"),
        ("kern.maxproc", "maxproc"),
        ("kern.kstack_pages", "kstack_pages"),
    ];

    /// <summary>
    /// First version of 14. A counter of page tables has eight bytes before and after it became per-CPU, and nothing
    /// but the version
    /// tells which it is.
    /// </summary>
    private const int Version14 = 1_400_000;

    /// <summary>Per-CPU counters: name, symbol (<c>sys/amd64/amd64/pmap.c</c>, 14 and later).</summary>
    private static readonly (string Name, string Symbol)[] s_counters =
    [
        ("vm.pmap.kernel_pt_page_count", "kernel_pt_page_count"),
        ("vm.pmap.user_pt_page_count", "user_pt_page_count"),
        ("vm.pmap.pv_page_count", "pv_page_count"),
    ];

    private readonly VirtualMemory _memory = context.Memory;
    private readonly List<KernelCounter> _found = [];

    /// <summary>Reads all; what is not in the dump is left out.</summary>
    public List<KernelCounter> Read()
    {
        Meters();
        Queues();
        foreach ((string name, string symbol) in s_variables)
        {
            if (context.Symbols.TryFind(symbol, out KernelSymbol at))
            {
                Add(name, at.Size == 8 ? (long?)_memory.UInt64(at.Address) : (int?)_memory.UInt32(at.Address));
            }
        }

        foreach ((string name, string symbol) in s_counters)
        {
            if (!context.Identity.IsBefore(Version14)
                && context.Symbols.TryFind(symbol, out KernelSymbol at)
                && _memory.UInt64(at.Address) is { } stored)
            {
                Add(name, (long?)_memory.Counter(stored, context.Machine));
            }
        }

        if (context.Symbols.TryFind("physmem", out KernelSymbol physical)
            && _memory.UInt64(physical.Address) is { } pages and < 1UL << 40)
        {
            Add("hw.physmem", (long)pages * _memory.PageSize);
        }

        Add("hw.pagesize", _memory.PageSize);
        Buffers();
        Times();
        return _found;
    }

    private void Meters()
    {
        ulong meter = context.Symbols.Address("vm_cnt");
        foreach (string name in s_meters)
        {
            if (meter != 0 && context.Types.Field("vmmeter", name) is { } field)
            {
                // Counters are per-CPU since 12; gauges that never change are plain.
                Add("vm.stats.vm." + name, field.Size == 8
                    ? _memory.UInt64(meter + (ulong)field.Offset) is { } stored
                    ? (long?)_memory.Counter(stored, context.Machine)
                    : null
                    : _memory.UInt32(meter + (ulong)field.Offset));
            }
        }
    }

    /// <summary>Page queues: of each domain since 12, of all in <c>vm_cnt</c> before.</summary>
    private void Queues()
    {
        int size = context.Types.Size("vm_domain");
        int free = context.Types.Offset("vm_domain", "vmd_free_count");
        int queue = context.Types.Size("vm_pagequeue");
        int count = context.Types.Offset("vm_pagequeue", "pq_cnt");
        FieldLayout? queues = context.Types.Field("vm_domain", "vmd_pagequeues");
        ulong domains = context.Symbols.Address("vm_dom");
        if (context.Features.HasQueueCounts)
        {
            ulong meter = context.Symbols.Address("vm_cnt");
            foreach (string name in (ReadOnlySpan<string>)[
                "v_free_count", "v_active_count", "v_inactive_count", "v_laundry_count", "v_cache_count"])
            {
                if (meter != 0 && context.Types.Field("vmmeter", name) is { Size: 4 } field)
                {
                    Add("vm.stats.vm." + name, _memory.UInt32(meter + (ulong)field.Offset));
                }
            }

            return;
        }

        if (domains == 0 || size == 0 || free < 0 || queue == 0 || count < 0 || queues is not { } first)
        {
            return;
        }

        // PQ_INACTIVE, PQ_ACTIVE, PQ_LAUNDRY, PQ_UNSWAPPABLE (sys/vm/vm_page.h); laundry is the last two.
        var sums = new long[4];
        long freePages = 0;
        for (int domain = 0; domain < context.Machine.Domains; domain++)
        {
            ulong at = domains + ((ulong)domain * (ulong)size);
            if (_memory.UInt32(at + (ulong)free) is not { } pages)
            {
                return;
            }

            freePages += pages;
            for (int i = 0; i < sums.Length && (i + 1) * queue <= first.Size; i++)
            {
                sums[i] += (int)_memory.Int32(at, first.Offset + (i * queue) + count);
            }
        }

        Add("vm.stats.vm.v_free_count", freePages);
        Add("vm.stats.vm.v_inactive_count", sums[0]);
        Add("vm.stats.vm.v_active_count", sums[1]);
        Add("vm.stats.vm.v_laundry_count", sums[2] + sums[3]);
    }

    /// <summary><c>vfs.bufspace</c>: the sum over the buffer domains (<c>sys/kern/vfs_bio.c</c>).</summary>
    private void Buffers()
    {
        int size = context.Types.Size("bufdomain");
        int space = context.Types.Offset("bufdomain", "bd_bufspace");
        if (size == 0 || space < 0 || !context.Symbols.TryFind("buf_domains", out KernelSymbol number)
            || !context.Symbols.TryFind("bdomain", out KernelSymbol domains)
            || _memory.UInt32(number.Address) is not { } count
            || count > 64)
        {
            return;
        }

        long sum = 0;
        for (uint i = 0; i < count; i++)
        {
            if (_memory.UInt64(domains.Address + (i * (ulong)size) + (ulong)space) is not { } bytes)
            {
                return;
            }

            sum += (long)bytes;
        }

        Add("vfs.bufspace", sum);
    }

    private void Times()
    {
        if (context.Symbols.TryFind("time_uptime", out KernelSymbol uptime)
            && _memory.UInt64(uptime.Address) is { } seconds and < 1UL << 40)
        {
            Add("time_uptime", (long)seconds);
            if (context.Symbols.TryFind("time_second", out KernelSymbol second)
                && _memory.UInt64(second.Address) is { } now and < 1UL << 40)
            {
                Add("time_second", (long)now);
            }
        }
    }

    private void Add(string name, long? value)
    {
        if (value is { } known)
        {
            _found.Add(new KernelCounter(name, known));
        }
    }
}
