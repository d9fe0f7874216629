using Leakstat.Dump.Inputs;
using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>
/// Offsets of UMA's structures, bytes, as this kernel has them (<c>sys/vm/uma_int.h</c>); −1 where the release does not have a
/// member. Names are those of the members.
/// </summary>
internal sealed record UmaLayout
{
    public required int KegLink { get; init; }
    public required int KegZones { get; init; }
    public required int KegName { get; init; }
    public required int KegSize { get; init; }
    public required int KegStride { get; init; }
    public required int KegInit { get; init; }
    public required int KegHeaderOffset { get; init; }
    public required int KegPages { get; init; }
    public required int KegItems { get; init; }
    public required int KegFlags { get; init; }
    public required int KegDomain { get; init; }
    public required int KegPageCount { get; init; }
    public required int KegFreeCount { get; init; }
    public required int DomainSize { get; init; }
    public required int DomainPages { get; init; }
    public required int DomainFree { get; init; }

    /// <summary>Heads of the lists of slabs: partly used, free, full; within a domain (12 and later) or the keg.</summary>
    public required (int Part, int Free, int Full) Lists { get; init; }

    public required int SlabLink { get; init; }
    public required int SlabFreeCount { get; init; }

    /// <summary>Bytes of <c>us_freecount</c>.</summary>
    public required int SlabFreeCountSize { get; init; }

    public required int SlabFreeBits { get; init; }

    /// <summary><c>us_data</c> (up to 12).</summary>
    public required int SlabData { get; init; }

    /// <summary><c>uhs_data</c> less <c>uhs_slab</c>: from a slab header outside its slab to the place of its data (13 and later).</summary>
    public required int? HashSlabData { get; init; }

    public required int ZoneLink { get; init; }
    public required int ZoneName { get; init; }
    public required int ZoneFlags { get; init; }
    public required int ZoneSize { get; init; }
    public required int ZoneInit { get; init; }
    public required int ZoneKeg { get; init; }
    public required int ZoneLimit { get; init; }
    public required int ZoneAllocations { get; init; }
    public required int ZoneFrees { get; init; }
    public required int ZoneFailures { get; init; }
    public required int ZoneSleeps { get; init; }
    public required int ZoneCross { get; init; }
    public required int ZoneCpu { get; init; }

    /// <summary>Pointer to the domains (12).</summary>
    public required int ZoneDomains { get; init; }

    /// <summary>List of buckets (10, 11).</summary>
    public required int ZoneBuckets { get; init; }

    public required int CacheSize { get; init; }
    public required int CacheFree { get; init; }
    public required int CacheAlloc { get; init; }
    public required int CacheCross { get; init; }
    public required int CacheAllocations { get; init; }
    public required int CacheFrees { get; init; }

    /// <summary>Count within a cache bucket (13 and later); −1 where the cache holds plain bucket pointers.</summary>
    public required int CacheBucketCount { get; init; }

    public required int BucketLink { get; init; }
    public required int BucketCount { get; init; }
    public required int BucketItems { get; init; }
    public required int ZoneDomainSize { get; init; }
    public required int ZoneDomainBuckets { get; init; }
    public required int ZoneDomainCross { get; init; }
    public required int ZoneDomainCount { get; init; }

    /// <summary>Whether counters of a zone are per-CPU (<c>counter_u64_t</c>, 13 and later) rather than plain numbers.</summary>
    public required bool PerCpuCounters { get; init; }

    /// <summary>The layout; null with a problem where members that every release has are not known.</summary>
    public static UmaLayout? From(KernelTypes types, KernelFeatures features, DumpProblems problems)
    {
        bool perDomain = types.Offset("uma_keg", "uk_domain") >= 0;
        string lists = perDomain ? "uma_domain" : "uma_keg";
        int hashData = types.Offset("uma_hash_slab", "uhs_data");
        int hashSlab = types.Offset("uma_hash_slab", "uhs_slab");
        string head = perDomain ? "ud" : "uk";
        var layout = new UmaLayout
        {
            KegLink = types.Offset("uma_keg", "uk_link"),
            KegZones = types.Offset("uma_keg", "uk_zones"),
            KegName = types.Offset("uma_keg", "uk_name"),
            KegSize = types.Offset("uma_keg", "uk_size"),
            KegStride = types.Offset("uma_keg", "uk_rsize"),
            KegInit = types.Offset("uma_keg", "uk_init"),
            KegHeaderOffset = types.Offset("uma_keg", "uk_pgoff"),
            KegPages = types.Offset("uma_keg", "uk_ppera"),
            KegItems = types.Offset("uma_keg", "uk_ipers"),
            KegFlags = types.Offset("uma_keg", "uk_flags"),
            KegDomain = types.Offset("uma_keg", "uk_domain"),
            KegPageCount = types.Offset("uma_keg", "uk_pages"),
            KegFreeCount = types.Offset("uma_keg", "uk_free"),
            DomainSize = types.Size("uma_domain"),
            DomainPages = types.Offset("uma_domain", "ud_pages"),
            DomainFree = types.Offset("uma_domain", "ud_free_items"),
            Lists = (
                types.Offset(lists, $"{head}_part_slab"),
                types.Offset(lists, $"{head}_free_slab"),
                types.Offset(lists, $"{head}_full_slab")),
            SlabLink = types.Offset("uma_slab", "us_link") is >= 0 and int link ? link : types.Offset("uma_slab", "us_type"),
            SlabFreeCount = types.Offset("uma_slab", "us_freecount"),
            SlabFreeCountSize = types.Field("uma_slab", "us_freecount")?.Size ?? 0,
            SlabFreeBits = types.Offset("uma_slab", "us_free"),
            SlabData = types.Offset("uma_slab", "us_data"),
            HashSlabData = hashData >= 0 && hashSlab >= 0 ? hashData - hashSlab : null,
            ZoneLink = types.Offset("uma_zone", "uz_link"),
            ZoneName = types.Offset("uma_zone", "uz_name"),
            ZoneFlags = types.Offset("uma_zone", "uz_flags"),
            ZoneSize = types.Offset("uma_zone", "uz_size"),
            ZoneInit = types.Offset("uma_zone", "uz_init"),
            ZoneKeg = types.Offset("uma_zone", "uz_keg"),
            ZoneLimit = types.Offset("uma_zone", "uz_max_items"),
            ZoneAllocations = types.Offset("uma_zone", "uz_allocs"),
            ZoneFrees = types.Offset("uma_zone", "uz_frees"),
            ZoneFailures = types.Offset("uma_zone", "uz_fails"),
            ZoneSleeps = types.Offset("uma_zone", "uz_sleeps"),
            ZoneCross = types.Offset("uma_zone", "uz_xdomain"),
            ZoneCpu = types.Offset("uma_zone", "uz_cpu"),
            ZoneDomains = types.Offset("uma_zone", "uz_domain"),
            ZoneBuckets = types.Offset("uma_zone", "uz_buckets"),
            CacheSize = types.Size("uma_cache"),
            CacheFree = types.Offset("uma_cache", "uc_freebucket"),
            CacheAlloc = types.Offset("uma_cache", "uc_allocbucket"),
            CacheCross = types.Offset("uma_cache", "uc_crossbucket"),
            CacheAllocations = types.Offset("uma_cache", "uc_allocs"),
            CacheFrees = types.Offset("uma_cache", "uc_frees"),
            CacheBucketCount = types.Offset("uma_cache_bucket", "ucb_cnt"),
            BucketLink = types.Offset("uma_bucket", "ub_link"),
            BucketCount = types.Offset("uma_bucket", "ub_cnt"),
            BucketItems = types.Offset("uma_bucket", "ub_bucket"),
            ZoneDomainSize = types.Size("uma_zone_domain"),
            ZoneDomainBuckets = types.Offset("uma_zone_domain", "uzd_buckets"),
            ZoneDomainCross = types.Offset("uma_zone_domain", "uzd_cross"),
            ZoneDomainCount = types.Offset("uma_zone_domain", "uzd_nitems"),
            PerCpuCounters = features.HasPerCpuZoneCounters,
        };

        int[] needed =
        [
            layout.KegLink, layout.KegZones, layout.KegName, layout.KegSize, layout.KegStride, layout.KegPages, layout.KegItems,
            layout.KegFlags, layout.Lists.Part, layout.Lists.Free, layout.Lists.Full, layout.SlabLink, layout.SlabFreeBits,
            layout.SlabFreeCount, layout.ZoneLink, layout.ZoneName, layout.ZoneFlags, layout.ZoneSize, layout.ZoneCpu,
            layout.CacheFree, layout.CacheAlloc, layout.BucketLink, layout.BucketCount, layout.BucketItems, layout.CacheAllocations,
            layout.CacheFrees, layout.ZoneAllocations, layout.ZoneFrees,
        ];
        if (needed.All(n => n >= 0) && layout.CacheSize > 0)
        {
            return layout;
        }

        problems.Add(DiagnosticId.UnknownLayout, "kernel", types.Find("uma_keg") is null
            ? "carries no type information, kernel.debug is not at hand, and there are no built-in layouts for its release: zones cannot be read"
            : "its uma_keg, uma_slab, uma_zone or uma_cache is of a form that is not known: zones cannot be read");
        return null;
    }
}
