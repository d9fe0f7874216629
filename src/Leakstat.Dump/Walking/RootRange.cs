namespace Leakstat.Dump.Walking;

/// <summary>What a root is.</summary>
public enum RootKind
{
    /// <summary>Data, bss and linker sets of the kernel.</summary>
    KernelData,

    /// <summary>A module's writable sections, or the whole module where sections are not known.</summary>
    ModuleData,

    /// <summary>
    /// A thread's kernel stack, from its saved stack pointer (or the whole stack where that is not known) to its end.
    /// </summary>
    Stack,

    /// <summary>The registers a thread or CPU had (<c>struct pcb</c>, trap frames).</summary>
    Registers,

    /// <summary><c>struct pcpu</c> of each CPU.</summary>
    PerCpu,

    /// <summary>Dynamic per-CPU data (DPCPU).</summary>
    DynamicPerCpu,

    /// <summary>Data of a virtual network.</summary>
    Vnet,

    /// <summary>The vm_page array: pages point to objects.</summary>
    PageArray,

    /// <summary>Memory the kernel allocated at boot, before its allocators.</summary>
    Boot,

    /// <summary>
    /// Wired pages of the kernel map whose owner is not known (kmem_alloc, DMA memory, buffers of drivers).
    /// </summary>
    KernelMap,

    /// <summary>A page of the dump that belongs to no slab and is none of the above.</summary>
    UnknownPage,
}

/// <summary>A stretch of kernel virtual memory to start marking from.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Address">Kernel virtual address (a direct-map one for pages that are known by their physical address
/// only).</param>
/// <param name="Length">Bytes.</param>
/// <param name="Name">What a person would call it: <c>kernel .bss</c>, <c>zfs.ko .data</c>, <c>stack of pid 12 tid
/// 100034 (intr: irq16)</c>.</param>
public readonly record struct RootRange(RootKind Kind, ulong Address, ulong Length, string Name);
