namespace Leakstat.Dump.Tests.Image;

/// <summary>A type of malloc(9).</summary>
public sealed class MallocType
{
    public required string Name { get; init; }

    public required ulong Address { get; init; }

    public required Item Statistics { get; init; }

    /// <summary>What is kept beside the type, before 13.</summary>
    public Item? Handle { get; init; }

    public long Allocated { get; set; }

    public long Freed { get; set; }

    public long Allocations { get; set; }

    public long Frees { get; set; }

    public ulong Sizes { get; set; }

    /// <summary>Which of the zones of a bucket serves it.</summary>
    public int Subzone { get; set; }

    /// <summary>Bytes in use.</summary>
    public long InUse => Allocated - Freed;
}

/// <summary>An allocation beyond the largest bucket, or a contiguous one.</summary>
public sealed class LargeBlock(ulong address, int size, bool contiguous) : IPlace
{
    public ulong Address { get; } = address;

    public int Size { get; } = size;

    public bool IsContiguous { get; } = contiguous;
}

/// <summary>malloc(9) as 13 to 15 keep it (<c>sys/kern/kern_malloc.c</c>).</summary>
public sealed class Malloc
{
    private static readonly int[] s_newSizes = [16, 32, 64, 128, 256, 384, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];

    private readonly Machine _machine;
    private readonly int[] _sizes;
    private readonly int _subzones;
    private readonly List<Zone> _zones = [];
    private readonly Zone _statistics;
    private readonly Zone? _internals;

    public Malloc(Machine machine)
    {
        _machine = machine;
        bool old = machine.Release.IsOld;
        _sizes = old ? [.. s_newSizes.Where(size => size != 384)] : s_newSizes;
        _subzones = machine.Options.MallocSubzones;
        int row = 16 + (8 * _subzones);
        ulong table = machine.Kernel.Define("kmemzones", row * (_sizes.Length + 1), ".data", local: true);
        foreach (int size in _sizes)
        {
            machine.Space.Write(table, (ulong)size, 4);
            for (int i = 0; i < _subzones; i++)
            {
                Zone zone = machine.Uma.Create(old ? $"{size}" : $"malloc-{size}", size, new ZoneOptions { Flags = KegTraits.Malloc });
                machine.Space.Write(table + 8, zone.NameAddress);
                machine.Space.Write(table + 16 + ((ulong)i * 8), zone.Address);
                _zones.Add(zone);
            }

            table += (ulong)row;
        }

        foreach (int size in (int[])[4, 16, 32])
        {
            machine.Uma.PerCpuZone($"pcpu-{size}", size);
        }

        _statistics = machine.Uma.PerCpuZone(old ? "mt_stats_zone" : "pcpu-64", 64);
        _internals = old ? machine.Uma.Create("mt_zone", machine.Layouts["malloc_type_internal"].Size, ZoneOptions.Default) : null;
    }

    public List<MallocType> Types { get; } = [];

    public List<LargeBlock> LargeBlocks { get; } = [];

    /// <summary>The zone that serves a size.</summary>
    public Zone ZoneFor(int size, int subzone = 0) => _zones[(Array.FindIndex(_sizes, s => s >= size) * _subzones) + subzone];

    /// <summary>The type of that name, in the kernel's data unless a place is given.</summary>
    public MallocType Type(string name, ulong address = 0, ulong nameAddress = 0)
    {
        if (Types.Find(t => t.Name == name) is { } known)
        {
            return known;
        }

        StructLayout layout = _machine.Layouts["malloc_type"];
        var type = new MallocType
        {
            Name = name,
            Address = address != 0 ? address : _machine.Kernel.Define($"M_{name.ToUpperInvariant().Replace(' ', '_')}", layout.Size, ".data"),
            Statistics = _machine.Uma.Take(_statistics),
            Handle = _internals is null ? null : _machine.Uma.Take(_internals),
        };
        StructAt at = _machine.At("malloc_type", type.Address);
        if (type.Handle is { } handle)
        {
            at["ks_magic"] = 877983977;
            at["ks_handle"] = handle.Address;
        }
        else
        {
            at["ks_version"] = _machine.Release.Major >= 15 ? 2024073001u : 2020110501u;
        }

        at["ks_shortdesc"] = nameAddress != 0 ? nameAddress : _machine.Kernel.Text(name);
        Types.Add(type);
        return type;
    }

    /// <summary>A block out of a bucket.</summary>
    public Item Allocate(string type, int size)
    {
        Zone zone = ZoneFor(size, Type(type).Subzone);
        Item item = _machine.Uma.Take(zone);
        Count(Type(type), zone.Size, 1UL << Array.IndexOf(_sizes, zone.Size));
        return item;
    }

    /// <summary>Frees a block to its slab, or to a cache.</summary>
    public void Free(string type, Item item, BucketPlace? cache = null, int of = 0)
    {
        MallocType of_ = Type(type);
        of_.Freed += item.Zone!.Size;
        of_.Frees++;
        if (cache is { } place)
        {
            _machine.Uma.Cache(item, place, of);
        }
        else
        {
            _machine.Uma.Free(item);
        }
    }

    /// <summary>A block of whole pages in the kernel map; the page of its first byte says so.</summary>
    public LargeBlock AllocateLarge(string type, int size, bool contiguous = false)
    {
        int pages = (size + PhysicalMemory.PageSize - 1) / PhysicalMemory.PageSize;
        ulong address;
        if (contiguous)
        {
            ulong physical = _machine.Memory.AllocateRun(pages, 1);
            address = _machine.Space.ReserveKernel(pages);
            for (int i = 0; i < pages; i++)
            {
                _machine.Space.Map(address + ((ulong)i * PhysicalMemory.PageSize), physical + ((ulong)i * PhysicalMemory.PageSize));
            }
        }
        else
        {
            address = _machine.Space.AllocateKernel(pages);
        }

        int rounded = pages * PhysicalMemory.PageSize;
        var block = new LargeBlock(address, rounded, contiguous);
        ulong mark = contiguous ? ((ulong)size << _machine.Release.LargeShift) | 2 : ((ulong)rounded << _machine.Release.LargeShift) | 1;
        if (_machine.Release.IsOld)
        {
            MarkOld(address, rounded, contiguous);
        }
        else if (!contiguous || _machine.Release.Major >= 14)
        {
            _machine.Pages.SetSlab(_machine.Space.Physical(address), mark, 0);
        }

        LargeBlocks.Add(block);
        Count(Type(type), rounded, 0);
        return block;
    }

    public void Write()
    {
        ulong next = 0;
        foreach (MallocType type in Types)
        {
            StructAt at = _machine.At("malloc_type", type.Address);
            at["ks_next"] = next;
            next = type.Address;
            StructAt own = _machine.At("malloc_type_internal", type.Handle?.Address ?? at.Of("ks_mti"));
            if (_subzones > 1)
            {
                own["mti_zone"] = (ulong)type.Subzone;
            }

            own["mti_stats"] = _machine.PerCpuPointer(type.Statistics.Address);
            WriteStatistics(type);
        }

        _machine.Kernel.Define("kmemstatistics", next, local: true);
        _machine.Kernel.Define("kmemcount", (ulong)Types.Count, 4, local: true);
    }

    /// <summary>Before 13 a large block has a slab header of its own, with its size in place of the links.</summary>
    private void MarkOld(ulong address, int size, bool contiguous)
    {
        if (contiguous)
        {
            return;
        }

        Item header = _machine.Uma.TakeSlabHeader();
        StructAt slab = _machine.At("uma_slab", header.Address);
        slab["us_type"] = (ulong)size;
        slab["us_data"] = address;
        slab["us_flags"] = 0x24;
        _machine.Pages.SetSlab(_machine.Space.Physical(address), 0, header.Address);
    }

    private void Count(MallocType type, int bytes, ulong sizes)
    {
        type.Allocated += bytes;
        type.Allocations++;
        type.Sizes |= sizes;
    }

    /// <summary>Freed on another CPU than allocated: only sums mean something.</summary>
    private void WriteStatistics(MallocType type)
    {
        for (int cpu = 0; cpu < _machine.Cpus; cpu++)
        {
            bool last = cpu == _machine.Cpus - 1;
            StructAt at = _machine.At("malloc_type_stats", _machine.PerCpuCopy(type.Statistics.Address, cpu));
            at["mts_memalloced"] = cpu == 0 ? (ulong)type.Allocated : 0;
            at["mts_memfreed"] = last ? (ulong)type.Freed : 0;
            at["mts_numallocs"] = cpu == 0 ? (ulong)type.Allocations : 0;
            at["mts_numfrees"] = last ? (ulong)type.Frees : 0;
            at["mts_size"] = cpu == 0 ? type.Sizes : 0;
        }
    }
}
