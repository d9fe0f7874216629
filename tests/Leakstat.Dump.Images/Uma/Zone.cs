namespace Leakstat.Dump.Tests.Image;

/// <summary>Where a bucket hangs.</summary>
public enum BucketPlace
{
    /// <summary><c>uc_allocbucket</c> of a CPU.</summary>
    Allocate,

    /// <summary><c>uc_freebucket</c> of a CPU.</summary>
    Free,

    /// <summary><c>uc_crossbucket</c> of a CPU.</summary>
    Cross,

    /// <summary>The list of a domain.</summary>
    Domain,

    /// <summary><c>uzd_cross</c> of a domain.</summary>
    DomainCross,
}

/// <summary>A bucket of free items.</summary>
public sealed class Bucket
{
    public required BucketPlace Place { get; init; }

    /// <summary>CPU or domain.</summary>
    public required int Of { get; init; }

    public List<Item> Items { get; } = [];

    /// <summary>What the slots beyond the count still hold.</summary>
    public List<ulong> Stale { get; } = [];

    /// <summary>The bucket itself, an item of a bucket zone.</summary>
    public Item? Self { get; set; }

    public int Entries { get; set; }
}

/// <summary>A zone: a cache of items in front of a keg or of something else.</summary>
public sealed class Zone
{
    public required string Name { get; init; }

    public required ulong NameAddress { get; init; }

    public ulong Address { get; set; }

    /// <summary>Null for a zone that is a cache only.</summary>
    public Keg? Keg { get; init; }

    public int Size { get; init; }

    public KegTraits Flags { get; init; }

    public ulong Limit { get; init; }

    public ulong Init { get; init; }

    public List<Bucket> Buckets { get; } = [];

    /// <summary>Items in use, and the kernel's counters of what came and went.</summary>
    public long Allocated { get; set; }

    public long Allocations { get; set; }

    public long Frees { get; set; }

    /// <summary>Per-CPU counters: allocations, frees, failures, from other domains.</summary>
    public Item?[] Counters { get; } = new Item?[4];

    /// <summary>The bucket of that place, made when asked for first.</summary>
    public Bucket BucketAt(BucketPlace place, int of)
    {
        Bucket? found = place == BucketPlace.Domain ? null : Buckets.Find(b => b.Place == place && b.Of == of);
        if (found is null)
        {
            found = new Bucket { Place = place, Of = of };
            Buckets.Add(found);
        }

        return found;
    }
}
