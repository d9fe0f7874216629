using System.Collections.Frozen;

namespace Leakstat.Tracing;

/// <summary>
/// Functions that allocate on behalf of their caller. A stack that begins with one says nothing by it; the first frame
/// behind them asked for the memory.
/// </summary>
internal static class AllocatorFrames
{
    /// <summary>Names by where they stand in the source.</summary>
    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            // sys/kern/kern_malloc.c
            "malloc", "malloc_large", "malloc_domainset", "malloc_domainset_exec", "malloc_exec", "malloc_aligned",
            "malloc_domainset_aligned", "mallocarray", "mallocarray_domainset", "realloc", "reallocf", "contigmalloc",
            "contigmalloc_domainset", "contig_alloc", "malloc_type_allocated", "malloc_type_zone_allocated",

            // sys/libkern/strdup.c
            "strdup", "strdup_flags", "strndup",

            // sys/vm/uma_core.c
            "uma_zalloc",
            "uma_zalloc_arg",
            "uma_zalloc_smr",
            "uma_zalloc_domain",
            "uma_zalloc_pcpu",
            "uma_zalloc_pcpu_arg",
            "cache_alloc",
            "cache_alloc_retry",
            "zone_alloc_item",
            "zone_alloc_item_locked", "cache_alloc_item", "item_ctor",
            "zone_import",
            "zone_alloc_bucket",
            "bucket_alloc", "keg_fetch_slab", "keg_fetch_free_slab", "keg_alloc_slab", "page_alloc", "noobj_alloc",
            "pcpu_page_alloc", "uma_small_alloc", "slab_alloc_item",

            // sys/vm/vm_kern.c
            "kmem_malloc", "kmem_malloc_domain", "kmem_malloc_domainset", "kmem_alloc_attr", "kmem_alloc_attr_domain",
            "kmem_alloc_attr_domainset", "kmem_alloc_contig", "kmem_alloc_contig_domain", "kmem_alloc_contig_domainset",
            "kmem_back", "kmem_back_domain", "kmem_alloc_contig_pages",

            // sys/kern/kern_mbuf.c
            "m_get",
            "m_get2",
            "m_get3",
            "m_gethdr",
            "m_getcl",
            "m_getjcl",
            "m_getm2",
            "m_clget",
            "m_cljget",
            "m_get_raw",
            "m_gethdr_raw", "mb_zinit_pack",

            // sys/contrib/openzfs/module/os/freebsd/spl/spl_kmem.c
            "zfs_kmem_alloc", "kmem_cache_alloc", "kmem_asprintf", "kmem_strdup", "kmem_vasprintf", "vmem_alloc",

            // sys/compat/linuxkpi/common/src
            "lkpi_kmalloc",
            "linux_kmalloc",
            "lkpi___kmalloc",
            "lkpi_kcalloc",
            "linux_kmem_cache_alloc",
            "lkpi_kmem_cache_alloc",
            "linux_alloc_pages", "linux_alloc_kmem", "kmem_cache_alloc_noprof",
        ]);

    /// <summary>
    /// Whether a frame merely allocates. Helpers of one module count in the kernel and in that module alike.
    /// </summary>
    public static bool Contains(TraceFrame frame) => s_names.Contains(frame.Function);
}
