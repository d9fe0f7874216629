namespace Leakstat.Dump.Walking;

/// <summary>
/// How this kernel stores references to items, besides their plain address in the direct map or the kernel map.
/// </summary>
public sealed record PointerForms
{
    /// <summary>
    /// What is subtracted from the address of a per-CPU item before it is stored (<c>counter_u64_t</c>,
    /// <c>uma_zalloc_pcpu</c>):
    /// the value of <c>__pcpu</c> on amd64 from 13.0 on, 0 where plain addresses are stored
    /// (<c>sys/amd64/include/pcpu_aux.h</c>).
    /// A word <c>w</c> then refers to the per-CPU item at <c>w + PerCpuBase</c>.
    /// </summary>
    public required ulong PerCpuBase { get; init; }

    /// <summary>Bytes from one CPU's copy of a per-CPU item to the next one's.</summary>
    public required int PerCpuStride { get; init; }

    /// <summary>CPU ids: <c>mp_maxid</c> + 1.</summary>
    public required int Cpus { get; init; }
}
