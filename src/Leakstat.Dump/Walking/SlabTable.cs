namespace Leakstat.Dump.Walking;

/// <summary>
/// All slabs of all kegs, and the state of each of their items, in arrays side by side (one byte an item, 24 bytes a
/// slab).
/// Items are numbered through: item <c>i</c> of slab <c>s</c> is number <c>FirstItem[s] + i</c> and stands at
/// <c>FirstAddress[s] + i × Keg.Stride</c>. Slabs of one keg follow each other, and within it by ascending address.
/// </summary>
/// <remarks>
/// The slab's memory is <c>Base[s]</c> … + <c>Keg.PagesPerSlab</c> pages in virtual addresses: of the direct map (one
/// page), or of
/// the kernel map (more, or not from the direct map), where pages need not be contiguous physically. Of a per-CPU keg
/// the items
/// stand on the first page, their copies for CPU c <c>c</c> × page size further.
/// </remarks>
public sealed class SlabTable
{
    /// <summary>A table of nothing.</summary>
    public static SlabTable Empty { get; } = new()
    {
        Count = 0,
        ItemCount = 0,
        Keg = [],
        Base = [],
        FirstAddress = [],
        Header = [],
        FirstItem = [0],
        State = [],
        FirstSlabOfKeg = [0],
    };

    /// <summary>Slabs.</summary>
    public required int Count { get; init; }

    /// <summary>Items in all, also free ones.</summary>
    public required int ItemCount { get; init; }

    /// <summary>Keg of each slab, by slab.</summary>
    public required ushort[] Keg { get; init; }

    /// <summary>Virtual address of each slab's first page.</summary>
    public required ulong[] Base { get; init; }

    /// <summary>Virtual address of each slab's first item.</summary>
    public required ulong[] FirstAddress { get; init; }

    /// <summary>Virtual address of each slab's header (<c>struct uma_slab</c>).</summary>
    public required ulong[] Header { get; init; }

    /// <summary>
    /// Number of each slab's first item; one more entry at the end, which is <see cref="ItemCount"/>.
    /// </summary>
    public required int[] FirstItem { get; init; }

    /// <summary>State of each item (<see cref="ItemState"/>).</summary>
    public required byte[] State { get; init; }

    /// <summary>Slabs of a keg: first (by keg; one more entry at the end, which is <see cref="Count"/>).</summary>
    public required int[] FirstSlabOfKeg { get; init; }
}
