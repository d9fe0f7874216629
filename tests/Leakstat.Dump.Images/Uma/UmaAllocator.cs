namespace Leakstat.Dump.Tests.Image;

/// <summary>Kegs, zones and slabs as they are made and used; <see cref="UmaMemory"/> puts them into memory.</summary>
public sealed class UmaAllocator
{
    private const byte FromBoot = 1;
    private const byte FromKernelMap = 4;
    private const byte Private = 8;

    private readonly Machine _machine;
    private readonly Zone _zones;
    private readonly Zone _kegs;
    private readonly Zone _slabsSmall;
    private readonly Zone _slabsLarge;
    private readonly Zone _hashes;
    private readonly Zone _counters;
    private readonly List<Zone> _withoutCounters = [];
    private readonly List<(int Entries, Zone Zone)> _bucketZones = [];

    /// <summary>What <c>uma_startup1</c> and <c>uma_startup2</c> leave.</summary>
    public UmaAllocator(Machine machine)
    {
        _machine = machine;
        StructLayouts layouts = machine.Layouts;
        int zoneSize = layouts["uma_zone"].Size + (layouts["uma_cache"].Size * machine.Cpus)
            + (layouts["uma_zone_domain"].Size * machine.Domains);
        int kegSize = layouts["uma_keg"].Size + (layouts["uma_domain"].Size * machine.Domains);
        ZoneSize = zoneSize;

        // The first three structures come from pages of the boot, not from a slab.
        ulong boot = machine.Space.Direct(machine.Memory.AllocateRun(6, 1, PageUse.Boot));
        _kegs = First("UMA Kegs", kegSize, boot, boot + 0x5000);
        _zones = First("UMA Zones", zoneSize, boot + 0x2800, 0);
        machine.Kernel.Define("kegs", _kegs.Address, local: true);
        machine.Kernel.Define("zones", _zones.Address, local: true);

        ZoneOptions inner = new() { Flags = KegTraits.Internal };
        bool old = machine.Release.IsOld;
        _slabsSmall = Create(old ? "UMA Slabs" : "UMA Slabs 0", old ? layouts["uma_slab"].Size : HashHeader + 8, inner);
        _slabsLarge = old ? _slabsSmall : Create("UMA Slabs 1", HashHeader + 64, inner);
        _hashes = Create("UMA Hash", 256, inner);
        foreach ((string name, int words) in ((string, int)[])
            [("2 Bucket", 4), ("4 Bucket", 6), ("8 Bucket", 10), ("16 Bucket", 16), ("32 Bucket", 32), ("64 Bucket", 64), ("128 Bucket", 128), ("256 Bucket", 256)])
        {
            _bucketZones.Add((words - (layouts["uma_bucket"].Size / 8), Create(name, words * 8, inner with { Flags = KegTraits.Internal | KegTraits.Bucket })));
        }

        _counters = PerCpuZone("pcpu-8", 8);
        foreach (Zone zone in old ? [] : _withoutCounters)
        {
            AddCounters(zone);
        }
    }

    /// <summary>Size of a zone's structure with its CPUs and domains.</summary>
    public int ZoneSize { get; }

    public List<Keg> Kegs { get; } = [];

    public List<Zone> Zones { get; } = [];

    /// <summary>Zones that are caches of something other than a keg.</summary>
    public IEnumerable<Zone> CacheZones => Zones.Where(zone => zone.Keg is null);

    private int HashHeader => _machine.Layouts["uma_hash_slab"].Size;

    public Zone PerCpuZone(string name, int size) =>
        Create(name, size, new ZoneOptions { Flags = KegTraits.PerCpu, Alignment = size });

    /// <summary>A zone with a keg of its own (<c>uma_zcreate</c>).</summary>
    public Zone Create(string name, int size, ZoneOptions options)
    {
        Keg keg = NewKeg(name, size, options);
        keg.Address = Take(_kegs).Address;
        return Add(new Zone
        {
            Name = name,
            NameAddress = NameOf(name, options),
            Keg = keg,
            Size = size,
            Flags = keg.Flags & ~(KegTraits.OffPage | KegTraits.Hash) | (options.Limit > 0 ? KegTraits.Limit : KegTraits.None),
            Limit = options.Limit,
            Address = Take(_zones).Address,
        });
    }

    /// <summary>A second zone over a keg (<c>uma_zsecond_create</c>).</summary>
    public Zone CreateSecondary(string name, Zone primary, string? init = null) => Add(new Zone
    {
        Name = name,
        NameAddress = _machine.Kernel.Text(name),
        Keg = primary.Keg,
        Size = primary.Size,
        Flags = primary.Flags | KegTraits.Secondary,
        Init = init is null ? 0 : _machine.Kernel.Function(init),
        Address = Take(_zones).Address,
    });

    /// <summary>A zone without keg (<c>uma_zcache_create</c>).</summary>
    public Zone CreateCache(string name, int size) => Add(new Zone
    {
        Name = name,
        NameAddress = _machine.Kernel.Text(name),
        Size = size,
        Flags = KegTraits.Cache,
        Address = Take(_zones).Address,
    });

    /// <summary>Allocates an item straight from a slab.</summary>
    public Item Take(Zone zone, int domain = 0)
    {
        Keg keg = zone.Keg!;
        Slab slab = keg.Slabs.Find(s => s.Domain == domain && Array.Exists(s.Items, i => i.State == ItemState.Free))
            ?? AddSlab(keg, domain);
        Item item = slab.Items.First(i => i.State == ItemState.Free);
        if (item.Zone is not null && keg.Construct is null)
        {
            // What a test planted here was freed; the memory is another's now, who cleared it (M_ZERO).
            _machine.Space.Write(item.Address, new byte[item.Size]);
            item.IsPlanted = false;
        }

        item.State = ItemState.Allocated;
        item.Zone = zone;
        zone.Allocated++;
        zone.Allocations++;
        return item;
    }

    /// <summary>Gives an item back to its slab; what it held stays there.</summary>
    public void Free(Item item)
    {
        Leave(item);
        item.State = ItemState.Free;
    }

    /// <summary>Gives an item back to a cache of its zone; what it held stays there.</summary>
    public void Cache(Item item, BucketPlace place, int of = 0)
    {
        Leave(item);
        item.State = ItemState.Cached;
        Bucket bucket = item.Zone!.BucketAt(place, of);
        bucket.Items.Add(item);
    }

    /// <summary>Gives the page of a slab back in which nothing is in use; null where it has several.</summary>
    public ulong? Release(Slab slab)
    {
        if (slab.Keg.Pages != 1 || slab.FreeCount != slab.Items.Length || (slab.Flags & FromBoot) != 0)
        {
            return null;
        }

        slab.Keg.Slabs.Remove(slab);
        if (slab.HeaderItem is { } header)
        {
            Free(header);
        }

        ulong page = _machine.Space.Physical(slab.Data);
        _machine.Memory.Free(page);
        _machine.Pages.ForgetSlab(page);
        return page;
    }

    /// <summary>Takes an item out of a cache of its zone; null where that is empty.</summary>
    public Item? Uncache(Zone zone, BucketPlace place, int of)
    {
        if (zone.Buckets.Find(b => b.Place == place && b.Of == of) is not { Items.Count: > 0 } bucket)
        {
            return null;
        }

        Item item = bucket.Items[^1];
        bucket.Items.RemoveAt(bucket.Items.Count - 1);
        item.State = ItemState.Allocated;
        zone.Allocated++;
        zone.Allocations++;
        return item;
    }

    /// <summary>Kegs of slab headers, which change with the slabs of others.</summary>
    public IEnumerable<Keg> HeaderKegs => ((Keg[])[_slabsSmall.Keg!, _slabsLarge.Keg!]).Distinct();

    /// <summary>A slab header for a large allocation, as it was before 13.</summary>
    public Item TakeSlabHeader() => Take(_slabsSmall);

    /// <summary>Finds each bucket the item of a bucket zone that it lives in. Call before memory is written.</summary>
    public void HouseBuckets()
    {
        foreach (Zone zone in Zones.ToArray())
        {
            foreach (Bucket bucket in zone.Buckets.Where(b => b.Self is null))
            {
                (int entries, Zone house) = _bucketZones.First(b => b.Entries >= Math.Max(bucket.Items.Count + bucket.Stale.Count, 2));
                bucket.Self = Take(house);
                bucket.Entries = entries;
            }
        }
    }

    private Zone First(string name, int size, ulong zone, ulong kegAddress)
    {
        Keg keg = NewKeg(name, size, new ZoneOptions { Flags = KegTraits.Internal, Alignment = 128 });
        keg.Address = kegAddress != 0 ? kegAddress : Take(_kegs).Address;
        return Add(new Zone
        {
            Name = name,
            NameAddress = _machine.Kernel.Text(name),
            Keg = keg,
            Size = size,
            Flags = KegTraits.Internal,
            Address = zone,
        });
    }

    private Zone Add(Zone zone)
    {
        Zones.Add(zone);
        zone.Keg?.Zones.Add(zone);
        if (_counters is null)
        {
            _withoutCounters.Add(zone);
        }
        else if (!_machine.Release.IsOld)
        {
            AddCounters(zone);
        }

        return zone;
    }

    private void AddCounters(Zone zone)
    {
        for (int i = 0; i < zone.Counters.Length; i++)
        {
            zone.Counters[i] = Take(_counters);
        }
    }

    private ulong NameOf(string name, ZoneOptions options) =>
        options.NameAddress != 0 ? options.NameAddress : _machine.Kernel.Text(name);

    private Keg NewKeg(string name, int size, ZoneOptions options)
    {
        var shape = KegShape.Of(size, options, _machine.Layouts["uma_slab"].Size, _machine.Cpus, _machine.Release.IsOld ? 256 : 512);
        var keg = new Keg
        {
            Name = name,
            Size = size,
            ItemSpace = shape.ItemSpace,
            Alignment = options.Alignment,
            Pages = shape.Pages,
            ItemsPerSlab = shape.Items,
            HeaderOffset = shape.HeaderOffset,
            Flags = shape.Flags,
            Init = options.Init is null ? 0 : _machine.Kernel.Function(options.Init),
            Construct = options.Construct,
        };
        Kegs.Add(keg);
        return keg;
    }

    private Slab AddSlab(Keg keg, int domain)
    {
        if (keg.Is(KegTraits.Hash) && keg.HashTable is null)
        {
            keg.HashTable = Take(_hashes);
        }

        PageUse use = keg.Is(KegTraits.NoDump) ? PageUse.NotDumped : PageUse.Kernel;
        bool small = keg.Pages == 1;
        ulong data = small
            ? _machine.Space.Direct(_machine.Memory.AllocatePage(use))
            : keg.Is(KegTraits.Contiguous)
                ? Contiguous(keg.Pages, use)
                : _machine.Space.AllocateKernel(keg.Pages, use, withObject: !keg.Is(KegTraits.PerCpu));
        byte flags = keg == _kegs?.Keg && keg.Slabs.Count == 0 ? (byte)(FromBoot | Private) : small ? Private : FromKernelMap;
        Slab slab;
        if (keg.Is(KegTraits.OffPage))
        {
            Item header = Take(keg.ItemsPerSlab <= 64 ? _slabsSmall : _slabsLarge);
            ulong at = header.Address + (_machine.Release.IsOld ? 0 : (ulong)_machine.Layouts["uma_hash_slab"]["uhs_slab"].Offset);
            slab = new Slab(keg, at, data, domain, flags) { HeaderItem = header };
        }
        else
        {
            slab = new Slab(keg, data + (ulong)keg.HeaderOffset, data, domain, flags);
        }

        keg.Slabs.Add(slab);
        if (keg.Construct is not null)
        {
            Array.ForEach(slab.Items, keg.Construct);
        }

        return slab;
    }

    private ulong Contiguous(int pages, PageUse use)
    {
        ulong physical = _machine.Memory.AllocateRun(pages, 1, use);
        ulong address = _machine.Space.ReserveKernel(pages);
        for (int i = 0; i < pages; i++)
        {
            _machine.Space.Map(address + ((ulong)i * PhysicalMemory.PageSize), physical + ((ulong)i * PhysicalMemory.PageSize));
        }

        return address;
    }

    private static void Leave(Item item)
    {
        if (item.State != ItemState.Allocated)
        {
            throw new InvalidOperationException($"{item} is not allocated");
        }

        item.Zone!.Allocated--;
        item.Zone.Frees++;
    }
}
