namespace Leakstat.Dump.Tests.Image;

/// <summary>Flags of zones and kegs (<c>sys/vm/uma.h</c>, <c>sys/vm/uma_int.h</c>, 13 to 15).</summary>
[Flags]
public enum KegTraits : uint
{
    None = 0,
    ZeroInit = 0x2,
    Contiguous = 0x4,
    NoTouch = 0x8,
    Malloc = 0x10,
    NoFree = 0x20,
    Vm = 0x80,
    NotPage = 0x100,
    Secondary = 0x200,
    NoBucket = 0x400,
    NoDump = 0x4000,
    PerCpu = 0x8000,
    FirstTouch = 0x10000,
    RoundRobin = 0x20000,
    Smr = 0x40000,
    OffPage = 0x200000,
    Hash = 0x400000,
    VtoSlab = 0x800000,
    Limit = 0x2000000,
    Cache = 0x4000000,
    Bucket = 0x10000000,
    Internal = 0x20000000,
}

/// <summary>A keg: slabs of one size of items.</summary>
public sealed class Keg
{
    public required string Name { get; init; }

    public ulong Address { get; set; }

    public int Size { get; init; }

    public int ItemSpace { get; init; }

    public int Alignment { get; init; }

    /// <summary>Pages of a slab, all copies of a per-CPU slab counted.</summary>
    public int Pages { get; init; }

    public int ItemsPerSlab { get; init; }

    public int HeaderOffset { get; init; }

    public KegTraits Flags { get; init; }

    /// <summary>Function that constructs items when a slab is made; 0 without.</summary>
    public ulong Init { get; init; }

    /// <summary>What the function does to an item.</summary>
    public Action<Item>? Construct { get; init; }

    public List<Slab> Slabs { get; } = [];

    public List<Zone> Zones { get; } = [];

    /// <summary>Table of slabs by address, where the keg looks them up so.</summary>
    public Item? HashTable { get; set; }

    public bool Is(KegTraits flag) => (Flags & flag) != KegTraits.None;
}

/// <summary>A slab of a keg.</summary>
public sealed class Slab
{
    public Slab(Keg keg, ulong header, ulong data, int domain, byte flags)
    {
        Keg = keg;
        Header = header;
        Data = data;
        Domain = domain;
        Flags = flags;
        Items = new Item[keg.ItemsPerSlab];
        for (int i = 0; i < Items.Length; i++)
        {
            Items[i] = new Item(this, i);
        }
    }

    public Keg Keg { get; }

    /// <summary>Address of its <c>struct uma_slab</c>.</summary>
    public ulong Header { get; }

    /// <summary>Address of item 0.</summary>
    public ulong Data { get; }

    public int Domain { get; }

    public byte Flags { get; }

    public Item[] Items { get; }

    /// <summary>The item of the slab-header zone that holds its header; null where the header lies in the slab.</summary>
    public Item? HeaderItem { get; init; }

    public int FreeCount => Items.Count(item => item.State == ItemState.Free);
}

/// <summary>Where an item is.</summary>
public enum ItemState
{
    /// <summary>In its slab's free set.</summary>
    Free,

    /// <summary>In use.</summary>
    Allocated,

    /// <summary>In a bucket: allocated as its slab sees it, free as its zone does.</summary>
    Cached,
}

/// <summary>One item of a slab.</summary>
public sealed class Item(Slab slab, int index) : IPlace
{
    public Slab Slab { get; } = slab;

    public int Index { get; } = index;

    public ItemState State { get; set; }

    /// <summary>The zone it was allocated from.</summary>
    public Zone? Zone { get; set; }

    /// <summary>Whether a test asked for it; the others belong to the kernel's own workings.</summary>
    public bool IsPlanted { get; set; }

    public ulong Address => Slab.Data + ((ulong)Index * (ulong)Slab.Keg.ItemSpace);

    public int Size => Slab.Keg.Size;

    public override string ToString() => $"{Zone?.Name ?? Slab.Keg.Name} 0x{Address:x}";
}
