namespace Leakstat.Dump.Tests.Image;

/// <summary>What a zone is asked to be.</summary>
public sealed record ZoneOptions
{
    public static ZoneOptions Default { get; } = new();

    public int Alignment { get; init; } = 8;

    public KegTraits Flags { get; init; }

    /// <summary>Pages of a slab (of one CPU's copy); 0 for as few as hold an item.</summary>
    public int Pages { get; init; }

    /// <summary>Slab headers away from the items, even where they would fit.</summary>
    public bool OffPage { get; init; }

    /// <summary>Name of the function that constructs items.</summary>
    public string? Init { get; init; }

    public Action<Item>? Construct { get; init; }

    public ulong Limit { get; init; }

    /// <summary>Address of the name, where it is not a text of the kernel.</summary>
    public ulong NameAddress { get; init; }
}

/// <summary>How items lie in slabs (<c>keg_layout</c> of <c>sys/vm/uma_core.c</c>, 13 to 15).</summary>
public sealed record KegShape(int ItemSpace, int Pages, int Items, int HeaderOffset, KegTraits Flags)
{
    public static KegShape Of(int size, ZoneOptions options, int headerSize, int cpus, int mostItems = 512)
    {
        int space = (Math.Max(size, 8) + options.Alignment - 1) / options.Alignment * options.Alignment;
        int pages = options.Pages > 0 ? options.Pages : (space + PhysicalMemory.PageSize - 1) / PhysicalMemory.PageSize;
        int bytes = pages * PhysicalMemory.PageSize;
        KegTraits flags = options.Flags;

        // An item of a whole page or more leaves no room for a header in a slab of its own size.
        bool away = options.OffPage || (flags & KegTraits.NoTouch) != KegTraits.None
            || (flags & KegTraits.Internal) == KegTraits.None && (bytes - Header(headerSize, 1, mostItems)) / space < bytes / space && space * 8 > bytes;
        int items = Math.Min(mostItems, bytes / space);
        int at = 0;
        if (away)
        {
            flags |= KegTraits.OffPage;
        }
        else
        {
            while ((items * space) + Header(headerSize, items, mostItems) > bytes)
            {
                items--;
            }

            at = bytes - Header(headerSize, items, mostItems);
        }

        if (away || (items - 1) * space >= PhysicalMemory.PageSize)
        {
            flags |= (flags & KegTraits.NotPage) != KegTraits.None ? KegTraits.Hash : KegTraits.VtoSlab;
        }

        if ((flags & KegTraits.Malloc) != KegTraits.None)
        {
            flags |= KegTraits.VtoSlab;
        }

        return new KegShape(space, (flags & KegTraits.PerCpu) != KegTraits.None ? pages * cpus : pages, items, at, flags);
    }

    /// <summary>Size of a slab header with its set of free items; before 13 the set is part of the structure.</summary>
    private static int Header(int fixedSize, int items, int mostItems) =>
        mostItems == 256 ? fixedSize : fixedSize + (((items + 63) / 64) * 8);
}
