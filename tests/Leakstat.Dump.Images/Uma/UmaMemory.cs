namespace Leakstat.Dump.Tests.Image;

/// <summary>Writes kegs, zones, slabs and buckets as 13 to 15 keep them (<c>sys/vm/uma_int.h</c>).</summary>
public sealed class UmaMemory(Machine machine)
{
    private readonly AddressSpace _space = machine.Space;
    private readonly StructLayouts _layouts = machine.Layouts;

    public void Write()
    {
        UmaAllocator uma = machine.Uma;
        uma.HouseBuckets();
        ulong kegHead = machine.Kernel.Define("uma_kegs", 8, local: true);
        ulong cacheHead = machine.Kernel.Define("uma_cachezones", 8, local: true);

        // New kegs are put in front.
        _space.Link([.. uma.Kegs.AsEnumerable().Reverse().Select(k => k.Address)], kegHead, _layouts["uma_keg"]["uk_link"].Offset);
        _space.Link([.. uma.CacheZones.Select(z => z.Address)], cacheHead, _layouts["uma_zone"]["uz_link"].Offset);
        foreach (Keg keg in uma.Kegs)
        {
            WriteKeg(keg);
        }

        foreach (Zone zone in uma.Zones)
        {
            WriteZone(zone);
        }
    }

    /// <summary>Writes a keg and its zones anew, after something was taken from them or given back.</summary>
    public void Rewrite(Keg keg)
    {
        WriteKeg(keg);
        keg.Zones.ForEach(WriteZone);
    }

    private void WriteKeg(Keg keg)
    {
        StructAt at = machine.At("uma_keg", keg.Address);
        at["uk_align"] = (ulong)(keg.Alignment - 1);
        at["uk_size"] = (ulong)keg.Size;
        at["uk_rsize"] = (ulong)keg.ItemSpace;
        at["uk_init"] = keg.Init;
        at["uk_pgoff"] = (ulong)keg.HeaderOffset;
        at["uk_ppera"] = (ulong)keg.Pages;
        at["uk_ipers"] = (ulong)keg.ItemsPerSlab;
        at["uk_flags"] = (ulong)keg.Flags;
        at["uk_name"] = keg.Zones[0].NameAddress;
        at["uk_allocf"] = machine.Kernel.Function(
            keg.Is(KegTraits.PerCpu) ? "pcpu_page_alloc" : keg.Pages == 1 ? "uma_small_alloc" : "page_alloc");
        at["uk_freef"] = machine.Kernel.Function("page_free");
        _space.Link([.. keg.Zones.Select(z => z.Address)], at.Of("uk_zones"), _layouts["uma_zone"]["uz_link"].Offset);
        for (int domain = 0; domain < machine.Domains; domain++)
        {
            WriteDomain(keg, domain);
        }

        foreach (Slab slab in keg.Slabs)
        {
            WriteSlab(slab);
        }

        if (keg.HashTable is { } table)
        {
            WriteHash(keg, table, at.Of("uk_hash"));
        }
    }

    private void WriteDomain(Keg keg, int domain)
    {
        StructLayout layout = _layouts["uma_domain"];
        StructAt at = machine.At("uma_domain", keg.Address + (ulong)(_layouts["uma_keg"].Size + (domain * layout.Size)));
        Slab[] slabs = [.. keg.Slabs.Where(s => s.Domain == domain)];
        int link = _layouts["uma_slab"]["us_link"].Offset;
        _space.Link(Headers(s => s.FreeCount > 0 && s.FreeCount < s.Items.Length), at.Of("ud_part_slab"), link);
        _space.Link(Headers(s => s.FreeCount == s.Items.Length), at.Of("ud_free_slab"), link);
        _space.Link(Headers(s => s.FreeCount == 0), at.Of("ud_full_slab"), link);
        at["ud_pages"] = (ulong)(slabs.Length * keg.Pages);
        at["ud_free_items"] = (ulong)slabs.Sum(s => s.FreeCount);
        at["ud_free_slabs"] = (ulong)slabs.Count(s => s.FreeCount == s.Items.Length);

        ulong[] Headers(Func<Slab, bool> which) => [.. slabs.Where(which).Select(s => s.Header)];
    }

    private void WriteSlab(Slab slab)
    {
        Keg keg = slab.Keg;
        StructAt at = machine.At("uma_slab", slab.Header);
        at["us_freecount"] = (ulong)slab.FreeCount;
        at["us_flags"] = slab.Flags;
        at["us_domain"] = (ulong)slab.Domain;
        for (int word = 0; word < (slab.Items.Length + 63) / 64; word++)
        {
            ulong free = 0;
            for (int bit = 0; bit < 64 && (word * 64) + bit < slab.Items.Length; bit++)
            {
                free |= slab.Items[(word * 64) + bit].State == ItemState.Free ? 1UL << bit : 0;
            }

            _space.Write(at.Of("us_free") + (ulong)(word * 8), free);
        }

        if (slab.HeaderItem is { } header)
        {
            machine.At("uma_hash_slab", header.Address).Set("uhs_data", slab.Data);
        }

        if (keg.Is(KegTraits.VtoSlab))
        {
            for (int page = 0; page < keg.Pages; page++)
            {
                machine.Pages.SetSlab(_space.Physical(slab.Data + ((ulong)page * PhysicalMemory.PageSize)), slab.Header, keg.Zones[0].Address);
            }
        }
    }

    private void WriteHash(Keg keg, Item table, ulong at)
    {
        int size = table.Size / 8;
        StructAt hash = machine.At("uma_hash", at);
        hash["uh_slab_hash"] = table.Address;
        hash["uh_hashsize"] = (ulong)size;
        hash["uh_hashmask"] = (ulong)(size - 1);
        foreach (IGrouping<ulong, Slab> chain in keg.Slabs.GroupBy(s => (s.Data >> 12) & (ulong)(size - 1)))
        {
            _space.Link([.. chain.Select(s => s.HeaderItem!.Address)], table.Address + (chain.Key * 8), 0);
        }
    }

    private void WriteZone(Zone zone)
    {
        StructAt at = machine.At("uma_zone", zone.Address);
        at["uz_flags"] = (ulong)zone.Flags;
        at["uz_size"] = (ulong)zone.Size;
        at["uz_max_items"] = zone.Limit;
        at["uz_bucket_size"] = 16;
        at["uz_bucket_size_max"] = 254;
        at["uz_keg"] = zone.Keg?.Address ?? 0;
        at["uz_import"] = machine.Kernel.Function(zone.Keg is null ? "cache_import" : "zone_import");
        at["uz_release"] = machine.Kernel.Function("zone_release");
        at["uz_arg"] = zone.Address;
        at["uz_init"] = zone.Init;
        at["uz_items"] = zone.Limit > 0 ? (ulong)zone.Allocated : 0;
        at["uz_name"] = zone.NameAddress;
        at["uz_ctlname"] = zone.NameAddress;
        WriteCounters(zone, at);
        int cpuAt = _layouts["uma_zone"].Size;
        int cpuSize = _layouts["uma_cache"].Size;
        for (int cpu = 0; cpu < machine.Cpus; cpu++)
        {
            StructAt cache = machine.At("uma_cache", zone.Address + (ulong)(cpuAt + (cpu * cpuSize)));
            Attach(zone, BucketPlace.Free, cpu, cache.Of("uc_freebucket"), (ulong)zone.Flags);
            Attach(zone, BucketPlace.Allocate, cpu, cache.Of("uc_allocbucket"), (ulong)zone.Size);
            Attach(zone, BucketPlace.Cross, cpu, cache.Of("uc_crossbucket"), 0);
        }

        for (int domain = 0; domain < machine.Domains; domain++)
        {
            ulong address = zone.Address + (ulong)(cpuAt + (machine.Cpus * cpuSize) + (domain * _layouts["uma_zone_domain"].Size));
            WriteZoneDomain(zone, domain, machine.At("uma_zone_domain", address));
        }
    }

    /// <summary>What is not yet in the counters stands in the caches of the CPUs.</summary>
    private void WriteCounters(Zone zone, StructAt at)
    {
        string[] names = ["uz_allocs", "uz_frees", "uz_fails", "uz_xdomain"];
        for (int i = 0; i < names.Length; i++)
        {
            at[names[i]] = machine.PerCpuPointer(zone.Counters[i]!.Address);
        }

        long allocations = zone.Allocations;
        long frees = zone.Frees;
        for (int cpu = 0; cpu < machine.Cpus; cpu++)
        {
            // One CPU may free what another allocated: single values run below zero, their sum is right.
            long part = cpu == machine.Cpus - 1 ? allocations : allocations / 3;
            long freed = cpu == machine.Cpus - 1 ? frees : frees / 2;
            allocations -= part;
            frees -= freed;
            StructAt cache = machine.At(
                "uma_cache", zone.Address + (ulong)(_layouts["uma_zone"].Size + (cpu * _layouts["uma_cache"].Size)));
            cache["uc_allocs"] = (ulong)(part / 2);
            cache["uc_frees"] = (ulong)(freed / 2);
            _space.Write(machine.PerCpuCopy(zone.Counters[0]!.Address, cpu), (ulong)(part - (part / 2)));
            _space.Write(machine.PerCpuCopy(zone.Counters[1]!.Address, cpu), (ulong)(freed - (freed / 2)));
        }
    }

    private void Attach(Zone zone, BucketPlace place, int cpu, ulong at, ulong spare)
    {
        StructAt cache = machine.At("uma_cache_bucket", at);
        cache["ucb_spare"] = spare;
        if (zone.Buckets.Find(b => b.Place == place && b.Of == cpu) is { } bucket)
        {
            // The count of an attached bucket is kept outside it; its own is what it was when it came.
            WriteBucket(bucket, count: bucket.Entries);
            cache["ucb_bucket"] = bucket.Self!.Address;
            cache["ucb_cnt"] = (ulong)bucket.Items.Count;
            cache["ucb_entries"] = (ulong)bucket.Entries;
        }
    }

    private void WriteZoneDomain(Zone zone, int domain, StructAt at)
    {
        ulong from = at.Of("uzd_buckets");
        _space.Write(from, 0);
        _space.Write(from + 8, from);
        long items = 0;
        foreach (Bucket bucket in zone.Buckets.Where(b => b.Place == BucketPlace.Domain && b.Of == domain))
        {
            WriteBucket(bucket, bucket.Items.Count);
            _space.Write(from, bucket.Self!.Address);
            from = bucket.Self.Address + (ulong)_layouts["uma_bucket"]["ub_link"].Offset;
            _space.Write(at.Of("uzd_buckets") + 8, from);
            items += bucket.Items.Count;
        }

        at["uzd_nitems"] = (ulong)items;
        at["uzd_imax"] = (ulong)items;
        if (zone.Buckets.Find(b => b.Place == BucketPlace.DomainCross && b.Of == domain) is { } cross)
        {
            WriteBucket(cross, cross.Items.Count);
            at["uzd_cross"] = cross.Self!.Address;
        }
    }

    private void WriteBucket(Bucket bucket, int count)
    {
        StructAt at = machine.At("uma_bucket", bucket.Self!.Address);
        at["ub_link"] = 0;
        at["ub_cnt"] = (ulong)count;
        at["ub_entries"] = (ulong)bucket.Entries;
        ulong slot = at.Of("ub_bucket");
        foreach (ulong item in bucket.Items.Select(i => i.Address).Concat(bucket.Stale).Take(bucket.Entries))
        {
            _space.Write(slot, item);
            slot += 8;
        }
    }
}
