using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>A zone's node under <c>vm.uma</c> (FreeBSD 13.0 and later, <c>sys/vm/uma_core.c</c>).</summary>
public sealed record UmaZone
{
    /// <summary>Node name: the zone's, with <c>. / \ blank -</c> as <c>_</c>, and a number behind duplicates.</summary>
    public required string Node { get; init; }

    /// <summary>Size of an item, bytes.</summary>
    public Reading? Size { get; init; }

    /// <summary>Flags as printed: <c>0x2010020&lt;LIMIT,FIRSTTOUCH,NOFREE&gt;</c>.</summary>
    public string Flags { get; init; } = "";

    /// <summary>Name of the keg; null for a cache zone, which has none.</summary>
    public string? KegName { get; init; }

    /// <summary>Whether it is a cache zone: items from elsewhere, no slabs.</summary>
    public bool IsCacheZone { get; init; }

    /// <summary>Whether it shares the keg of another zone.</summary>
    public bool IsSecondary => Flags.Contains("SECONDARY", StringComparison.Ordinal);

    /// <summary>Whether its items exist once per CPU.</summary>
    public bool IsPerCpu => Flags.Contains("PCPU", StringComparison.Ordinal);

    /// <summary>Item size in the slab, bytes.</summary>
    public Reading? KegItemSize { get; init; }

    /// <summary>Pages per slab.</summary>
    public Reading? PagesPerSlab { get; init; }

    /// <summary>Items per slab.</summary>
    public Reading? ItemsPerSlab { get; init; }

    /// <summary>Live items (<c>stats.current</c>).</summary>
    public Reading? Live { get; init; }

    /// <summary>Limit, items (<c>limit.max_items</c>); 0 = none.</summary>
    public Reading? Limit { get; init; }

    /// <summary>Pages and free items of the keg, by NUMA domain.</summary>
    public ImmutableArray<UmaDomain> Domains { get; init; } = [];

    /// <summary>Pages of the keg over all domains; null where no domain was printed.</summary>
    public long? Pages => Domains.IsEmpty ? null : Arithmetic.Sum(Domains.Select(d => d.Pages?.Value ?? 0));
}

/// <summary>A keg's or zone's share of one NUMA domain.</summary>
/// <param name="Domain">Domain number.</param>
/// <param name="Pages">Pages of the keg.</param>
/// <param name="FreeItems">Free items in the keg's slabs.</param>
/// <param name="CachedItems">Items in the zone's buckets (<c>domain.N.nitems</c>).</param>
public readonly record struct UmaDomain(int Domain, Reading? Pages, Reading? FreeItems, Reading? CachedItems);

/// <summary>All of <c>vm.uma</c>.</summary>
public sealed class UmaTable
{
    private readonly Dictionary<string, UmaZone> _byNode;

    /// <summary>Takes the zones in node order.</summary>
    public UmaTable(ImmutableArray<UmaZone> zones)
    {
        Zones = zones;
        _byNode = new Dictionary<string, UmaZone>(zones.Length);
        foreach (UmaZone zone in zones)
        {
            _byNode.TryAdd(zone.Node, zone);
        }
    }

    /// <summary>All zones, by node name ascending.</summary>
    public ImmutableArray<UmaZone> Zones { get; }

    /// <summary>The zone whose <c>vmstat -z</c> name is given; null where there is none.</summary>
    public UmaZone? Find(string zoneName) => _byNode.GetValueOrDefault(NodeOf(zoneName));

    /// <summary>The node name of a zone name (<c>sys/vm/uma_core.c</c>, <c>zone_alloc_sysctl</c>).</summary>
    public static string NodeOf(string zoneName) =>
        string.Create(zoneName.Length, zoneName, static (span, name) =>
        {
            for (int i = 0; i < name.Length; i++)
            {
                span[i] = name[i] is '.' or '/' or '\\' or ' ' or '-' ? '_' : name[i];
            }
        });
}
