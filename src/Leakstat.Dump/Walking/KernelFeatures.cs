using Leakstat.Dump.Layouts;
using Leakstat.Dump.Target;

namespace Leakstat.Dump.Walking;

/// <summary>
/// Variants of the kernel, each told by what this kernel has: the member or the symbol that the change brought or took
/// away. The
/// version is asked only where the kernel carries neither (no type information, a symbol without a size). Beside each
/// stand the
/// versions between which the change was made: the last one seen without it and the first one with it.
/// </summary>
public sealed record KernelFeatures
{
    /// <summary>First version of 13 (<c>sys/sys/param.h</c>).</summary>
    private const int Version13 = 1_300_000;

    /// <summary>First version of 12.</summary>
    private const int Version12 = 1_200_000;

    /// <summary>
    /// Whether a slab's header says where its items begin (<c>us_data</c>) and to whom it belongs. 1201000 has it,
    /// 1300139 does not
    /// (<c>sys/vm/uma_int.h</c>). With the short header came new values of the flags of zones and kegs
    /// (<c>sys/vm/uma.h</c>), and
    /// the mark of a large allocation in its <c>vm_page</c> in place of a slab of its own
    /// (<c>sys/kern/kern_malloc.c</c>).
    /// </summary>
    public required bool HasLongSlabHeader { get; init; }

    /// <summary>
    /// Whether the counters of a zone are per-CPU (<c>counter_u64_t</c>) rather than plain numbers: both take eight
    /// bytes. They came
    /// with the limit's move from the keg to the zone (<c>uz_max_items</c>), after 1201000 and before 1300139.
    /// </summary>
    public required bool HasPerCpuZoneCounters { get; init; }

    /// <summary>
    /// Whether <c>__pcpu</c> is a pointer to the array of CPUs, and references to per-CPU memory are stored less its
    /// value
    /// (amd64: <c>sys/amd64/include/pcpu_aux.h</c>). 1201000 has the array itself there, 1300139 a pointer.
    /// </summary>
    public required bool HasPcpuPointer { get; init; }

    /// <summary>
    /// Whether the stacks of all threads lie in one object (<c>kstack_object</c>, <c>sys/vm/vm_glue.c</c>). In 1201000
    /// each has an
    /// object of its own, which looks like anonymous memory.
    /// </summary>
    public required bool HasStackObject { get; init; }

    /// <summary>
    /// Whether <c>vm_cnt</c> counts the pages of all queues (<c>v_free_count</c>, up to 11); from 12 on (1200000) each
    /// domain counts
    /// its own (<c>sys/sys/vmmeter.h</c>, <c>sys/vm/vm_pagequeue.h</c>).
    /// </summary>
    public required bool HasQueueCounts { get; init; }

    /// <summary>Tells the variants of a kernel.</summary>
    public static KernelFeatures Of(KernelTypes types, KernelSymbols symbols, KernelIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(symbols);
        ArgumentNullException.ThrowIfNull(identity);
        StructLayout? zone = types.Find("uma_zone");
        StructLayout? meter = types.Find("vmmeter");
        return new KernelFeatures
        {
            HasLongSlabHeader = types.Find("uma_slab") is { } slab ? slab.Has("us_data") : identity.IsBefore(Version13),
            HasPerCpuZoneCounters = zone is null ? !identity.IsBefore(Version13) : zone.Has("uz_max_items"),
            HasPcpuPointer = symbols.TryFind("__pcpu", out KernelSymbol pcpu) && pcpu.Size != 0
                ? pcpu.Size == 8
                : !identity.IsBefore(Version13),
            HasStackObject = symbols.Address("kstack_object") != 0,
            HasQueueCounts = meter is null ? identity.IsBefore(Version12) : meter.Has("v_free_count"),
        };
    }
}
