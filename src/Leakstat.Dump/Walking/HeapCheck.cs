using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>Where a counter that the kernel keeps is not what was counted by walking.</summary>
/// <param name="Name">Zone or keg.</param>
/// <param name="What">What was counted.</param>
/// <param name="Counted">The kernel's counter.</param>
/// <param name="Walked">What there is.</param>
/// <param name="Cause">Why it has to be so, where that is known; null where it is not.</param>
public readonly record struct Disagreement(string Name, string What, long Counted, long Walked, string? Cause = null);

/// <summary>Holds the kernel's counters against what was walked.</summary>
public static class HeapCheck
{
    /// <summary>
    /// Why zones of early boot have more items than they count: until counter(9) works their counters are one place
    /// that is
    /// thrown away (<c>EARLY_COUNTER</c> in <c>zone_ctor</c> and <c>uma_startup_pcpu</c>, <c>sys/vm/uma_core.c</c>).
    /// </summary>
    private const string EarlyCounter = "the zone is older than the kernel's counters, which miss what was allocated "
        + "before them (EARLY_COUNTER)";

    /// <summary>
    /// Every disagreement. Kegs with slabs that could not be read are left out of the comparison of items: theirs
    /// cannot agree.
    /// In a dump of a running kernel differences of a few items are ordinary.
    /// </summary>
    public static IReadOnlyList<Disagreement> Disagreements(KernelHeap heap)
    {
        var found = new List<Disagreement>();

        // New kegs stand in front. Those behind malloc(9)'s, which come at SI_SUB_KMEM, are older than SI_SUB_COUNTER.
        int malloc = heap.Kegs.Where(k => k.IsMalloc).Select(k => k.Index).DefaultIfEmpty(int.MaxValue).Max();
        foreach (Keg keg in heap.Kegs)
        {
            KegCount count = heap.Counts[keg.Index];
            if (count.UnreadableSlabs == 0)
            {
                // Items taken out of slabs are handed out by, or cached in, one of the keg's zones.
                long used = keg.Zones.Total(z => heap.Zones[z].Used);
                Add(
                    $"{keg.Name}",
                    keg.Zones.Count > 1 ? "items in use of all its zones" : "items in use",
                    used,
                    count.NotInSlabs - count.Cached,
                    keg.Index > malloc);
                Add(keg.Name, "items free in slabs", count.FreeInSlabsCounted, count.FreeInSlabs);
                Add(keg.Name, "pages", count.Pages, (long)count.Slabs * keg.PagesPerSlab);
            }
        }

        foreach (Zone zone in heap.Zones)
        {
            Add(zone.Name, "items in buckets of domains", zone.CachedInDomainsCounted, zone.CachedInDomains);
            Add(zone.Name, "items in buckets of CPUs", zone.CachedOnCpusCounted, zone.CachedOnCpus);
        }

        return found;

        void Add(string name, string what, long counted, long walked, bool isEarly = false)
        {
            if (counted != walked)
            {
                found.Add(
                    new Disagreement(name, what, counted, walked, isEarly && counted < walked ? EarlyCounter : null));
            }
        }
    }
}
