namespace Leakstat.Dump.Tests.Image;

/// <summary>Writes kegs, zones, slabs and buckets as 12 keeps them: plain counters, lists of kegs, one form of slab header.</summary>
public sealed class UmaMemory12(Machine machine)
{
    /// <summary>Flags that have other values before 13 (<c>sys/vm/uma.h</c>).</summary>
    private static readonly (KegTraits Trait, ulong Value)[] s_flags =
    [
        (KegTraits.ZeroInit, 0x2), (KegTraits.OffPage, 0x8), (KegTraits.Malloc, 0x10), (KegTraits.NoFree, 0x20), (KegTraits.Vm, 0x80),
        (KegTraits.Hash, 0x100), (KegTraits.Secondary, 0x200), (KegTraits.NoBucket, 0x400), (KegTraits.VtoSlab, 0x2000),
        (KegTraits.NoDump, 0x4000), (KegTraits.PerCpu, 0x8000), (KegTraits.Bucket, 0x10000000), (KegTraits.Internal, 0x20000000),
        (KegTraits.Cache, 0x80000000),
    ];

    private readonly AddressSpace _space = machine.Space;
    private readonly StructLayouts _layouts = machine.Layouts;

    public void Write()
    {
        UmaAllocator uma = machine.Uma;
        uma.HouseBuckets();
        ulong kegHead = machine.Kernel.Define("uma_kegs", 8, local: true);
        ulong cacheHead = machine.Kernel.Define("uma_cachezones", 8, local: true);
        _space.Link([.. uma.Kegs.AsEnumerable().Reverse().Select(k => k.Address)], kegHead, _layouts["uma_keg"]["uk_link"].Offset);
        _space.Link([.. uma.CacheZones.Select(z => z.Address)], cacheHead, _layouts["uma_zone"]["uz_link"].Offset);
        uma.Kegs.ForEach(WriteKeg);
        uma.Zones.ForEach(WriteZone);
    }

    private static ulong Flags(KegTraits traits) =>
        s_flags.Where(flag => (traits & flag.Trait) != KegTraits.None).Aggregate(0UL, (sum, flag) => sum | flag.Value);

    private void WriteKeg(Keg keg)
    {
        StructAt at = machine.At("uma_keg", keg.Address);
        at["uk_align"] = (ulong)(keg.Alignment - 1);
        at["uk_pages"] = (ulong)(keg.Slabs.Count * keg.Pages);
        at["uk_free"] = (ulong)keg.Slabs.Sum(s => s.FreeCount);
        at["uk_size"] = (ulong)keg.Size;
        at["uk_rsize"] = (ulong)keg.ItemSpace;
        at["uk_init"] = keg.Init;
        at["uk_pgoff"] = (ulong)keg.HeaderOffset;
        at["uk_ppera"] = (ulong)keg.Pages;
        at["uk_ipers"] = (ulong)keg.ItemsPerSlab;
        at["uk_flags"] = Flags(keg.Flags);
        at["uk_name"] = keg.Zones[0].NameAddress;
        _space.Link([.. keg.Zones.Select(z => z.Address)], at.Of("uk_zones"), _layouts["uma_zone"]["uz_link"].Offset);
        for (int domain = 0; domain < machine.Domains; domain++)
        {
            StructAt lists = machine.At("uma_domain", at.Of("uk_domain") + (ulong)(domain * _layouts["uma_domain"].Size));
            Slab[] slabs = [.. keg.Slabs.Where(s => s.Domain == domain)];
            int link = _layouts["uma_slab"]["us_type"].Offset;
            _space.Link(Headers(s => s.FreeCount > 0 && s.FreeCount < s.Items.Length), lists.Of("ud_part_slab"), link);
            _space.Link(Headers(s => s.FreeCount == s.Items.Length), lists.Of("ud_free_slab"), link);
            _space.Link(Headers(s => s.FreeCount == 0), lists.Of("ud_full_slab"), link);

            ulong[] Headers(Func<Slab, bool> which) => [.. slabs.Where(which).Select(s => s.Header)];
        }

        keg.Slabs.ForEach(WriteSlab);
        if (keg.HashTable is { } table)
        {
            WriteHash(keg, table, at.Of("uk_hash"));
        }
    }

    private void WriteSlab(Slab slab)
    {
        StructAt at = machine.At("uma_slab", slab.Header);
        at["us_keg"] = slab.Keg.Address;
        at["us_data"] = slab.Data;
        at["us_freecount"] = (ulong)slab.FreeCount;
        at["us_flags"] = slab.Flags | (slab.HeaderItem is null ? 0u : 0x10);
        at["us_domain"] = (ulong)slab.Domain;
        for (int word = 0; word < 4; word++)
        {
            ulong free = 0;
            for (int bit = 0; bit < 64 && (word * 64) + bit < slab.Items.Length; bit++)
            {
                free |= slab.Items[(word * 64) + bit].State == ItemState.Free ? 1UL << bit : 0;
            }

            _space.Write(at.Of("us_free") + (ulong)(word * 8), free);
        }

        if (slab.Keg.Is(KegTraits.VtoSlab))
        {
            for (int page = 0; page < slab.Keg.Pages; page++)
            {
                machine.Pages.SetSlab(_space.Physical(slab.Data + ((ulong)page * PhysicalMemory.PageSize)), 0, slab.Header);
            }
        }
    }

    /// <summary>Chains of single links.</summary>
    private void WriteHash(Keg keg, Item table, ulong at)
    {
        int size = table.Size / 8;
        StructAt hash = machine.At("uma_hash", at);
        hash["uh_slab_hash"] = table.Address;
        hash["uh_hashsize"] = (ulong)size;
        hash["uh_hashmask"] = (ulong)(size - 1);
        foreach (Slab slab in keg.Slabs)
        {
            ulong head = table.Address + (((slab.Data >> 12) & (ulong)(size - 1)) * 8);
            machine.At("uma_slab", slab.Header).Set("us_hlink", _space.Read64(head));
            _space.Write(head, slab.Header);
        }
    }

    private void WriteZone(Zone zone)
    {
        StructAt at = machine.At("uma_zone", zone.Address);
        int cpuSize = _layouts["uma_cache"].Size;
        ulong domains = at.Of("uz_cpu") + (ulong)(machine.Cpus * cpuSize);
        at["uz_name"] = zone.NameAddress;
        at["uz_domain"] = domains;
        at["uz_flags"] = Flags(zone.Flags);
        at["uz_size"] = (ulong)zone.Size;
        at["uz_init"] = zone.Init;
        at["uz_import"] = machine.Kernel.Function(zone.Keg is null ? "cache_import" : "zone_import");
        at["uz_arg"] = zone.Address;
        at["uz_count"] = 16;
        if (zone.Keg is { } keg)
        {
            StructAt link = machine.At("uma_klink", at.Of("uz_klink"));
            at["uz_lockptr"] = keg.Address;
            at["uz_kegs"] = link.Address;
            _space.Write(link.Of("kl_link") + 8, at.Of("uz_kegs"));
            link["kl_keg"] = keg.Address;
        }

        // Half of what CPU 0 counted has been sent to the zone.
        at["uz_allocs"] = (ulong)(zone.Allocations / 2);
        at["uz_frees"] = (ulong)(zone.Frees / 2);
        for (int cpu = 0; cpu < machine.Cpus; cpu++)
        {
            StructAt cache = machine.At("uma_cache", at.Of("uz_cpu") + (ulong)(cpu * cpuSize));
            cache["uc_allocs"] = cpu == 0 ? (ulong)(zone.Allocations - (zone.Allocations / 2)) : 0;
            cache["uc_frees"] = cpu == machine.Cpus - 1 ? (ulong)(zone.Frees - (zone.Frees / 2)) : 0;
            cache["uc_freebucket"] = Attached(zone, BucketPlace.Free, cpu);
            cache["uc_allocbucket"] = Attached(zone, BucketPlace.Allocate, cpu);
        }

        for (int domain = 0; domain < machine.Domains; domain++)
        {
            StructAt own = machine.At("uma_zone_domain", domains + (ulong)(domain * _layouts["uma_zone_domain"].Size));
            Bucket[] buckets = [.. zone.Buckets.Where(b => b.Place == BucketPlace.Domain && b.Of == domain)];
            Array.ForEach(buckets, WriteBucket);
            _space.Link([.. buckets.Select(b => b.Self!.Address)], own.Of("uzd_buckets"), 0);
            own["uzd_nitems"] = (ulong)buckets.Sum(b => b.Items.Count);
        }
    }

    private ulong Attached(Zone zone, BucketPlace place, int cpu)
    {
        if (zone.Buckets.Find(b => b.Place == place && b.Of == cpu) is not { } bucket)
        {
            return 0;
        }

        WriteBucket(bucket);
        return bucket.Self!.Address;
    }

    private void WriteBucket(Bucket bucket)
    {
        StructAt at = machine.At("uma_bucket", bucket.Self!.Address);
        at["ub_cnt"] = (ulong)bucket.Items.Count;
        at["ub_entries"] = (ulong)bucket.Entries;
        ulong slot = at.Of("ub_bucket");
        foreach (ulong item in bucket.Items.Select(i => i.Address).Concat(bucket.Stale).Take(bucket.Entries))
        {
            _space.Write(slot, item);
            slot += 8;
        }
    }
}
