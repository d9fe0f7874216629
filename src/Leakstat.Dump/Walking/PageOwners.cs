namespace Leakstat.Dump.Walking;

/// <summary>What a page of the dump belongs to.</summary>
public enum PageOwner : byte
{
    /// <summary>Nothing that is known claims it.</summary>
    Unknown = 0,

    /// <summary>A slab (its number is in <see cref="PageOwners.Number"/>).</summary>
    Slab,

    /// <summary>A large allocation (its number is in <see cref="PageOwners.Number"/>).</summary>
    Large,

    /// <summary>Kernel text and data.</summary>
    Kernel,

    /// <summary>A module.</summary>
    Module,

    /// <summary>A kernel stack that a thread has.</summary>
    Stack,

    /// <summary>A kernel stack in the cache: nobody's.</summary>
    CachedStack,

    /// <summary>A page table: entries are physical addresses with flags, no pointers.</summary>
    PageTable,

    /// <summary>The vm_page array.</summary>
    PageArray,

    /// <summary>Reverse mappings (<c>struct pv_chunk</c>): holds user addresses and links of its own.</summary>
    PvChunk,

    /// <summary>Free by its vm_page: what it holds is stale.</summary>
    Free,

    /// <summary>Data of files or of user memory (buffer cache, page cache): holds no kernel pointers.</summary>
    Data,

    /// <summary>The message buffer.</summary>
    MessageBuffer,
}

/// <summary>Owners of pages in words.</summary>
public static class PageOwnerText
{
    /// <summary>The owner as reports print it.</summary>
    public static string InWords(this PageOwner owner) => owner switch
    {
        PageOwner.Slab => "slabs",
        PageOwner.Large => "large allocations",
        PageOwner.Kernel => "kernel",
        PageOwner.Module => "modules",
        PageOwner.Stack => "kernel stacks",
        PageOwner.CachedStack => "cached kernel stacks",
        PageOwner.PageTable => "page tables",
        PageOwner.PageArray => "vm_page array",
        PageOwner.PvChunk => "pv entries",
        PageOwner.Free => "free pages",
        PageOwner.Data => "file and user data",
        PageOwner.MessageBuffer => "message buffer",
        _ => "other",
    };
}

/// <summary>What each page of the dump belongs to, in arrays by slot (5 bytes a page).</summary>
public sealed class PageOwners
{
    /// <summary>Owner by slot.</summary>
    public required PageOwner[] Owner { get; init; }

    /// <summary>
    /// Number of the slab (<see cref="SlabTable"/>) or large allocation by slot; −1 for other owners.
    /// </summary>
    public required int[] Number { get; init; }
}
