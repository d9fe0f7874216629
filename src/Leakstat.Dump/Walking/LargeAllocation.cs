namespace Leakstat.Dump.Walking;

/// <summary>How an allocation beyond UMA was made.</summary>
public enum LargeKind
{
    /// <summary>malloc(9) of more than 64 KiB.</summary>
    Malloc,

    /// <summary>contigmalloc(9).</summary>
    Contiguous,
}

/// <summary>
/// An allocation of whole pages that malloc(9) or contigmalloc(9) made without a zone (<c>sys/kern/kern_malloc.c</c>).
/// </summary>
/// <param name="Address">Kernel virtual address.</param>
/// <param name="Size">Bytes asked for (malloc: rounded up to pages).</param>
/// <param name="Kind">How it was made.</param>
public readonly record struct LargeAllocation(ulong Address, ulong Size, LargeKind Kind);
