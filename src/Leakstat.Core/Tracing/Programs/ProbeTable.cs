using Leakstat.Model;

namespace Leakstat.Tracing.Programs;

/// <summary>
/// Which functions can be probed on which release. A probe that does not exist keeps the whole program from starting,
/// unless that is allowed (<c>zdefs</c>). The truth for 14 is a list of a running 14.2 kernel; for others the
/// declarations in
/// <c>sys/sys/malloc.h</c>, <c>sys/vm/uma.h</c>, <c>sys/vm/vm_extern.h</c> of that release, and what a compiler may
/// inline away (static functions) is not known.
/// </summary>
internal sealed class ProbeTable(FreeBsdRelease? release)
{
    private int Major => release?.Major ?? 0;

    /// <summary>Release for comments; null where unknown.</summary>
    public FreeBsdRelease? Release => release;

    /// <summary>Whether every function named here was seen on this release.</summary>
    public bool IsSeen => Major == 14;

    /// <summary>
    /// Functions that return a new malloc(9) block from a return instruction of their own. <c>malloc_exec</c>,
    /// <c>malloc_aligned</c> and <c>mallocarray</c> end in one of these by a jump.
    /// </summary>
    public IEnumerable<string> MallocReturns
    {
        get
        {
            yield return "malloc";

            // kern_malloc.c: malloc_domainset since 12; malloc() of more than 64 KiB jumps to malloc_large since 13,
            // which alone knows the address then.
            if (Major is 0 or >= 12)
            {
                yield return "malloc_domainset";
            }

            if (Major is 0 or >= 13)
            {
                yield return "malloc_large";
            }

            yield return "contigmalloc";
            if (Major is 0 or >= 12)
            {
                yield return "contigmalloc_domainset";
            }
        }
    }

    /// <summary>
    /// Functions that a module calls for a malloc(9) block, with the size as an expression of their arguments. Entered
    /// by the module, one of these or of <see cref="MallocReturns"/> returns to it.
    /// </summary>
    public IEnumerable<(string Function, string Bytes)> MallocEntries
    {
        get
        {
            yield return ("malloc", "arg0");
            if (Major is 0 or >= 13)
            {
                yield return ("malloc_exec", "arg0");
                yield return ("malloc_domainset_exec", "arg0");
            }

            // The aligned ones and mallocarray_domainset came within 12: 12.3 has them, 12.1 does not.
            if (Major is 0 or >= 12)
            {
                yield return ("malloc_domainset", "arg0");
                yield return ("malloc_aligned", "arg0");
                yield return ("malloc_domainset_aligned", "arg0");
                yield return ("mallocarray", "arg0 * arg1");
                yield return ("mallocarray_domainset", "arg0 * arg1");
            }

            yield return ("realloc", "arg1");
            yield return ("reallocf", "arg1");
            yield return ("contigmalloc", "arg0");
            if (Major is 0 or >= 12)
            {
                yield return ("contigmalloc_domainset", "arg0");
            }
        }
    }

    /// <summary>Functions that release a malloc(9) block: address in arg0, type in the argument named.</summary>
    public IEnumerable<(string Function, string Type)> MallocReleases
    {
        get
        {
            yield return ("free", "arg1");
            if (Major is 0 or >= 13)
            {
                yield return ("zfree", "arg1");
            }

            if (Major == 12)
            {
                yield return ("free_domain", "arg1");
            }

            // 14 jumps on to free; before, contigfree has a body of its own.
            yield return ("contigfree", "arg2");
        }
    }

    /// <summary>Functions that return an item of the zone in arg0 of their entry.</summary>
    public IEnumerable<string> ZoneAllocations
    {
        get
        {
            yield return "uma_zalloc_arg";
            if (Major is 0 or >= 13)
            {
                yield return "uma_zalloc_smr";
            }

            if (Major is 0 or >= 12)
            {
                yield return "uma_zalloc_domain";
            }
        }
    }

    /// <summary>
    /// Functions that <see cref="ZoneAllocations"/> jump to: then only these return. The first two when the cache of
    /// the processor is empty; the others, which the kernel's own 14.2 for amd64 has inlined, on every allocation where
    /// a compiler did not.
    /// </summary>
    public IEnumerable<string> ZoneSlowPaths => Major is 12
        ? ["zone_alloc_item"]
        : ["cache_alloc_retry", "zone_alloc_item", "cache_alloc_item", "item_ctor"];

    /// <summary>
    /// Functions that zero an item and return it in place of the allocator: since 13 <c>item_ctor</c> ends in
    /// <c>return (memset(item, 0, size))</c> (<c>sys/vm/uma_core.c</c>), a jump, so that an allocation with M_ZERO
    /// passes no return probe of the allocator on amd64, where memset(9) is one of these two
    /// (<c>sys/amd64/amd64/support.S</c>), chosen at boot. On arm64 the return probe fires at the jump, with the item.
    /// </summary>
    public IEnumerable<string> ZoneZeroing => Major is 0 or >= 13 ? ["memset_std", "memset_erms"] : [];

    /// <summary>
    /// Functions of <see cref="ZoneAllocations"/> and <see cref="MallocEntries"/> that can go on in another of them by
    /// a
    /// jump: both are then one request.
    /// </summary>
    public IEnumerable<string> Forwarding =>
    [
        "uma_zalloc_domain", "malloc_exec", "malloc_aligned", "malloc_domainset_aligned", "mallocarray",
        "mallocarray_domainset", "realloc",
    ];

    /// <summary>Functions that release an item: zone in arg0, item in arg1.</summary>
    public IEnumerable<string> ZoneReleases
    {
        get
        {
            yield return "uma_zfree_arg";
            if (Major is 0 or >= 13)
            {
                yield return "uma_zfree_smr";
            }

            if (Major is 12 or 13)
            {
                yield return "uma_zfree_domain";
            }
        }
    }

    /// <summary>
    /// Functions that take pages for the kernel: size in arg1, address returned. <c>kmem_malloc</c> jumps to the first.
    /// </summary>
    public IEnumerable<string> KmemAllocations =>
        ["kmem_malloc_domainset", "kmem_alloc_contig_domainset", "kmem_alloc_attr_domainset"];
}
