using Leakstat.Dump.Inputs;
using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>
/// Offsets of UMA's structures, bytes, as this kernel has them (<c>sys/vm/uma_int.h</c>); −1 where the release does not
/// have a
/// member. Names are those of the members without their underscores (<c>uk_rsize</c> is <see cref="UkRsize"/>); of a
/// structure as
/// a whole <c>Sizeof</c>.
/// </summary>
internal sealed record UmaLayout
{
    public required int UkLink { get; init; }
    public required int UkZones { get; init; }
    public required int UkName { get; init; }
    public required int UkSize { get; init; }
    public required int UkRsize { get; init; }
    public required int UkInit { get; init; }
    public required int UkPgoff { get; init; }
    public required int UkPpera { get; init; }
    public required int UkIpers { get; init; }
    public required int UkFlags { get; init; }
    public required int UkDomain { get; init; }
    public required int UkPages { get; init; }
    public required int UkFree { get; init; }
    public required int SizeofDomain { get; init; }
    public required int UdPages { get; init; }
    public required int UdFreeItems { get; init; }

    /// <summary>
    /// Heads of the lists of slabs: partly used, free, full; within a domain (12 and later) or the keg.
    /// </summary>
    public required (int Part, int Free, int Full) Lists { get; init; }

    public required int UsLink { get; init; }
    public required int UsFreecount { get; init; }

    /// <summary>Bytes of <c>us_freecount</c>.</summary>
    public required int UsFreecountSize { get; init; }

    public required int UsFree { get; init; }

    /// <summary><c>us_data</c> (up to 12).</summary>
    public required int UsData { get; init; }

    /// <summary>
    /// <c>uhs_data</c> less <c>uhs_slab</c>: from a slab header outside its slab to the place of its data (13 and
    /// later).
    /// </summary>
    public required int? UhsData { get; init; }

    public required int UzLink { get; init; }
    public required int UzName { get; init; }
    public required int UzFlags { get; init; }
    public required int UzSize { get; init; }
    public required int UzInit { get; init; }
    public required int UzMaxItems { get; init; }
    public required int UzAllocs { get; init; }
    public required int UzFrees { get; init; }
    public required int UzFails { get; init; }
    public required int UzSleeps { get; init; }
    public required int UzXdomain { get; init; }
    public required int UzCpu { get; init; }

    /// <summary>Pointer to the domains (12).</summary>
    public required int UzDomain { get; init; }

    /// <summary>List of buckets (10, 11).</summary>
    public required int UzBuckets { get; init; }

    public required int SizeofCache { get; init; }
    public required int UcFreebucket { get; init; }
    public required int UcAllocbucket { get; init; }
    public required int UcCrossbucket { get; init; }
    public required int UcAllocs { get; init; }
    public required int UcFrees { get; init; }

    /// <summary>Count within a cache bucket (13 and later); −1 where the cache holds plain bucket pointers.</summary>
    public required int UcbCnt { get; init; }

    public required int UbLink { get; init; }
    public required int UbCnt { get; init; }
    public required int UbBucket { get; init; }
    public required int SizeofZoneDomain { get; init; }
    public required int UzdBuckets { get; init; }
    public required int UzdCross { get; init; }
    public required int UzdNitems { get; init; }

    /// <summary>
    /// Whether counters of a zone are per-CPU (<c>counter_u64_t</c>, 13 and later) rather than plain numbers.
    /// </summary>
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
            UkLink = types.Offset("uma_keg", "uk_link"),
            UkZones = types.Offset("uma_keg", "uk_zones"),
            UkName = types.Offset("uma_keg", "uk_name"),
            UkSize = types.Offset("uma_keg", "uk_size"),
            UkRsize = types.Offset("uma_keg", "uk_rsize"),
            UkInit = types.Offset("uma_keg", "uk_init"),
            UkPgoff = types.Offset("uma_keg", "uk_pgoff"),
            UkPpera = types.Offset("uma_keg", "uk_ppera"),
            UkIpers = types.Offset("uma_keg", "uk_ipers"),
            UkFlags = types.Offset("uma_keg", "uk_flags"),
            UkDomain = types.Offset("uma_keg", "uk_domain"),
            UkPages = types.Offset("uma_keg", "uk_pages"),
            UkFree = types.Offset("uma_keg", "uk_free"),
            SizeofDomain = types.Size("uma_domain"),
            UdPages = types.Offset("uma_domain", "ud_pages"),
            UdFreeItems = types.Offset("uma_domain", "ud_free_items"),
            Lists = (
                types.Offset(lists, $"{head}_part_slab"),
                types.Offset(lists, $"{head}_free_slab"),
                types.Offset(lists, $"{head}_full_slab")),
            UsLink = types.Offset("uma_slab", "us_link") is >= 0 and int link
                ? link
                : types.Offset("uma_slab", "us_type"),
            UsFreecount = types.Offset("uma_slab", "us_freecount"),
            UsFreecountSize = types.Field("uma_slab", "us_freecount")?.Size ?? 0,
            UsFree = types.Offset("uma_slab", "us_free"),
            UsData = types.Offset("uma_slab", "us_data"),
            UhsData = hashData >= 0 && hashSlab >= 0 ? hashData - hashSlab : null,
            UzLink = types.Offset("uma_zone", "uz_link"),
            UzName = types.Offset("uma_zone", "uz_name"),
            UzFlags = types.Offset("uma_zone", "uz_flags"),
            UzSize = types.Offset("uma_zone", "uz_size"),
            UzInit = types.Offset("uma_zone", "uz_init"),
            UzMaxItems = types.Offset("uma_zone", "uz_max_items"),
            UzAllocs = types.Offset("uma_zone", "uz_allocs"),
            UzFrees = types.Offset("uma_zone", "uz_frees"),
            UzFails = types.Offset("uma_zone", "uz_fails"),
            UzSleeps = types.Offset("uma_zone", "uz_sleeps"),
            UzXdomain = types.Offset("uma_zone", "uz_xdomain"),
            UzCpu = types.Offset("uma_zone", "uz_cpu"),
            UzDomain = types.Offset("uma_zone", "uz_domain"),
            UzBuckets = types.Offset("uma_zone", "uz_buckets"),
            SizeofCache = types.Size("uma_cache"),
            UcFreebucket = types.Offset("uma_cache", "uc_freebucket"),
            UcAllocbucket = types.Offset("uma_cache", "uc_allocbucket"),
            UcCrossbucket = types.Offset("uma_cache", "uc_crossbucket"),
            UcAllocs = types.Offset("uma_cache", "uc_allocs"),
            UcFrees = types.Offset("uma_cache", "uc_frees"),
            UcbCnt = types.Offset("uma_cache_bucket", "ucb_cnt"),
            UbLink = types.Offset("uma_bucket", "ub_link"),
            UbCnt = types.Offset("uma_bucket", "ub_cnt"),
            UbBucket = types.Offset("uma_bucket", "ub_bucket"),
            SizeofZoneDomain = types.Size("uma_zone_domain"),
            UzdBuckets = types.Offset("uma_zone_domain", "uzd_buckets"),
            UzdCross = types.Offset("uma_zone_domain", "uzd_cross"),
            UzdNitems = types.Offset("uma_zone_domain", "uzd_nitems"),
            PerCpuCounters = features.HasPerCpuZoneCounters,
        };

        int[] needed =
        [
            layout.UkLink, layout.UkZones, layout.UkName, layout.UkSize, layout.UkRsize, layout.UkPpera, layout.UkIpers,
            layout.UkFlags, layout.Lists.Part, layout.Lists.Free, layout.Lists.Full, layout.UsLink, layout.UsFree,
            layout.UsFreecount, layout.UzLink, layout.UzName, layout.UzFlags, layout.UzSize, layout.UzCpu,
            layout.UcFreebucket, layout.UcAllocbucket, layout.UbLink, layout.UbCnt, layout.UbBucket, layout.UcAllocs,
            layout.UcFrees, layout.UzAllocs, layout.UzFrees,
        ];
        if (needed.All(n => n >= 0) && layout.SizeofCache > 0)
        {
            return layout;
        }

        problems.Add(DiagnosticId.UnknownLayout, "kernel", types.Find("uma_keg") is null
            ? "carries no type information, kernel.debug is not at hand, and there are no built-in layouts for its "
                + "release: zones cannot be read"
            : "its uma_keg, uma_slab, uma_zone or uma_cache is of a form that is not known: zones cannot be read");
        return null;
    }
}
