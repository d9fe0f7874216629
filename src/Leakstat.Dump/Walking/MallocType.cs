namespace Leakstat.Dump.Walking;

/// <summary>
/// A malloc(9) type with the sums of its per-CPU statistics (<c>struct malloc_type</c>, <c>sys/sys/malloc.h</c>).
/// </summary>
/// <param name="Address">Address of the structure; it lies in the data of the module that declares it.</param>
/// <param name="Name">Short description. Not unique.</param>
/// <param name="BytesAllocated">Bytes allocated since boot.</param>
/// <param name="BytesFreed">Bytes freed since boot.</param>
/// <param name="Allocations">Allocations since boot.</param>
/// <param name="Frees">Frees since boot.</param>
/// <param name="SizeMask">Bit i: bucket i was used (16, 32, 64, 128, 256, [384], 512 …).</param>
/// <param name="Subzone">Which of several sets of zones it allocates from (<c>mti_zone</c>); 0 in usual kernels, which
/// have one.</param>
/// <param name="Module">File whose data the structure lies in; null where it lies in none.</param>
public readonly record struct MallocType(
    ulong Address, string Name, ulong BytesAllocated, ulong BytesFreed, ulong Allocations, ulong Frees, ulong SizeMask,
    int Subzone, string? Module)
{
    /// <summary>Bytes in use; negative where the sums of a live dump do not fit.</summary>
    public long BytesInUse => (long)(BytesAllocated - BytesFreed);

    /// <summary>Live allocations.</summary>
    public long InUse => (long)(Allocations - Frees);
}
