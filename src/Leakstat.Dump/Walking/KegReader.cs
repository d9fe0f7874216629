using System.Globalization;
using Leakstat.Dump.Target;
using Leakstat.Model;

namespace Leakstat.Dump.Walking;

/// <summary>Reads <c>uma_kegs</c>: every keg and its slabs.</summary>
internal sealed class KegReader(WalkContext context, UmaLayout layout)
{
    private readonly VirtualMemory _memory = context.Memory;
    private readonly Dictionary<int, ulong[]> _zones = [];
    private SlabPages? _pages;
    private LiveSlabs? _live;
    private List<Found> _kegs = [];
    private long _slabs;

    // Each takes a pass over all pages: real kegs that pay for one are eight at most, and claims of a damaged dump are
    // many.
    private int _linksLeft = 8;

    /// <summary>A keg with the addresses of its zones.</summary>
    public readonly record struct Found(Keg Keg, ulong[] Zones);

    /// <summary>Reads the list.</summary>
    public List<Found> ReadKegs()
    {
        var kegs = new List<Found>();
        ulong zero = context.Symbols.Address("zero_init");
        ulong[] fills = [zero, context.Symbols.Address("trash_init"), context.Symbols.Address("mtrash_init")];
        foreach (ulong at in context.List(
            context.Symbols.Address("uma_kegs"), layout.UkLink, "uma_kegs", context.Limits.Zones))
        {
            if (ReadKeg(at, kegs.Count, fills) is { } keg)
            {
                ulong[] zones = [.. context.List(
                    at + (ulong)layout.UkZones, layout.UzLink, $"zones of keg {keg.Name}", context.Limits.Zones)];
                _zones[keg.Index] = zones;
                kegs.Add(new Found(keg, zones));
            }
        }

        _kegs = kegs;
        return kegs;
    }

    /// <summary>Slabs of a keg, in order of address.</summary>
    public SlabList ReadSlabs(Keg keg, out long pages, out long freeCounted)
    {
        var slabs = new SlabList();
        pages = 0;
        freeCounted = 0;
        bool broken = false;
        SlabLinks? links = null;
        bool isLive = context.IsLive && LiveSlabs.Tells(keg, layout);
        if (isLive)
        {
            slabs = (_live ??= LiveSlabs.Find(context, layout, _kegs)).Of(keg);
        }

        int domains = layout.UkDomain >= 0 ? context.Machine.Domains : 1;
        for (int domain = 0; domain < domains; domain++)
        {
            ulong lists = layout.UkDomain >= 0
                ? keg.Address + (ulong)(layout.UkDomain + (domain * layout.SizeofDomain))
                : keg.Address;
            if (layout.UdPages >= 0 && layout.UkDomain >= 0)
            {
                pages += _memory.Int32(lists, layout.UdPages);
                freeCounted += _memory.Int32(lists, layout.UdFreeItems);
            }

            if (!isLive)
            {
                broken |= !Collect(keg, lists + (ulong)layout.Lists.Part, slabs, ref links);
                broken |= !Collect(keg, lists + (ulong)layout.Lists.Full, slabs, ref links);
                broken |= !Collect(keg, lists + (ulong)layout.Lists.Free, slabs, ref links);
            }
        }

        if (layout.UdPages < 0 || layout.UkDomain < 0)
        {
            pages = _memory.Int32(keg.Address, layout.UkPages);
            freeCounted = _memory.Int32(keg.Address, layout.UkFree);
        }

        if (broken && layout.UsData < 0 && (keg.Flags & UmaFlags.PageToSlab) != UmaFlags.None)
        {
            CollectBehind(keg, slabs);
        }

        int doubles = slabs.SortUnique();
        if (doubles > 0)
        {
            context.Problems.Add(
                DiagnosticId.DamagedDump,
                $"keg {keg.Name}",
                $"{doubles} slabs stand in its lists twice; each is counted once");
        }

        // Where a list breaks off, the kernel's count of pages tells how many slabs lie behind the break.
        long missing = (pages / keg.PagesPerSlab) - slabs.Base.Count - slabs.Unreadable;
        if (broken && missing > 0)
        {
            slabs.Unreadable += (int)Math.Min(missing, int.MaxValue - slabs.Unreadable);
        }

        return slabs;
    }

    /// <summary>Pages that the kernel counts for a keg, in the first domain where it counts by domain.</summary>
    private long PagesOf(Keg keg) => layout.UdPages >= 0 && layout.UkDomain >= 0
        ? _memory.Int32(keg.Address + (ulong)layout.UkDomain, layout.UdPages)
        : _memory.Int32(keg.Address, layout.UkPages);

    private Keg? ReadKeg(ulong at, int index, ulong[] fills)
    {
        string name = _memory.String(_memory.Pointer(at, layout.UkName), context.Limits.NameBytes)
            ?? $"(keg at 0x{at:x})";
        int size = (int)Math.Min(_memory.Int32(at, layout.UkSize), int.MaxValue);
        int stride = (int)Math.Min(_memory.Int32(at, layout.UkRsize), int.MaxValue);
        int pages = _memory.Int16(at, layout.UkPpera);
        int items = _memory.Int16(at, layout.UkIpers);
        uint raw = _memory.Int32(at, layout.UkFlags);
        UmaFlags flags = context.Features.HasLongSlabHeader ? OldFlags(raw) : (UmaFlags)raw;
        bool perCpu = (flags & UmaFlags.PerCpu) != UmaFlags.None;
        long room = perCpu ? _memory.PageSize : (long)pages * _memory.PageSize;
        if (pages == 0 || items == 0 || stride < 4 || (long)stride * items > room || size > stride)
        {
            context.Problems.Add(
                DiagnosticId.DamagedDump,
                $"keg {name}",
                $"contradicts itself ({items} items of {stride} bytes in {pages} pages); it is left out");
            return null;
        }

        ulong init = _memory.Pointer(at, layout.UkInit);
        bool isMalloc = IsMallocBucket(name);
        return new Keg
        {
            Index = index,
            Address = at,
            Name = name,
            ItemSize = size,
            Stride = stride,
            PagesPerSlab = pages,
            ItemsPerSlab = items,
            Flags = flags,
            Init = init,
            InitKind = init == 0 ? KegInit.None : Array.IndexOf(fills, init) >= 0 ? KegInit.Fill : KegInit.Constructor,
            HeaderOffset = (int)Math.Min(_memory.Int32(at, layout.UkPgoff), int.MaxValue),
            IsMalloc = isMalloc,
            IsBucket = (!context.Features.HasLongSlabHeader && (flags & UmaFlags.Bucket) != UmaFlags.None)
                || IsBucketName(name),
            IsData = ZoneNames.IsData(name),
        };
    }

    /// <summary>Goes along one list of slabs; false where it breaks off.</summary>
    private bool Collect(Keg keg, ulong head, SlabList slabs, ref SlabLinks? links)
    {
        const int Long = 1024;
        int steps = 0;
        var circle = default(CircleCheck);
        ulong page = (ulong)_memory.PageSize;
        for (ulong at = _memory.Pointer(head, 0); at != 0;)
        {
            if (++_slabs > context.SlabLimit)
            {
                context.Problems.Add(
                    DiagnosticId.TooMany,
                    "slabs",
                    $"there are more than {context.SlabLimit} slabs; the rest is not read");
                return false;
            }

            if (circle.IsCircle(at))
            {
                context.Problems.Add(
                    DiagnosticId.DamagedDump,
                    $"keg {keg.Name}",
                    "a list of its slabs runs in a circle; what stands before is used");
                return false;
            }

            ulong link = at + (ulong)layout.UsLink;
            if (++steps == Long
                && links is null
                && _linksLeft > 0
                && SlabLinks.Pays(PagesOf(keg) / keg.PagesPerSlab, _memory))
            {
                _linksLeft--;
                links = SlabLinks.Read(_memory, link);
            }

            if (!(links is null ? _memory.TryReadUInt64(link, out ulong next) : links.TryReadUInt64(link, out next)))
            {
                context.Problems.Add(
                    DiagnosticId.MissingPages,
                    $"keg {keg.Name}",
                    "the header of a slab is not in the dump; its list ends there");
                slabs.Unreadable++;
                return false;
            }

            ulong start = StartOf(keg, at);
            if (start == 0 || start % page != 0 || !_memory.Translation.IsKernelAddress(start))
            {
                slabs.Unreadable++;
                context.Problems.Add(
                    DiagnosticId.DamagedDump,
                    $"keg {keg.Name}",
                    $"a slab's items would begin at 0x{start:x}, which cannot be; it is left out");
            }
            else
            {
                slabs.Base.Add(start);
                slabs.Header.Add(at);
            }

            at = next;
        }

        return true;
    }

    /// <summary>Address of the first item's page of a slab, by its header.</summary>
    private ulong StartOf(Keg keg, ulong header) => layout.UsData >= 0
        ? _memory.Pointer(header, layout.UsData)
        : (keg.Flags & UmaFlags.OffPage) != UmaFlags.None
            ? layout.UhsData is { } data ? _memory.Pointer(header + (ulong)data, 0) : 0
            : header - (ulong)keg.HeaderOffset;

    /// <summary>
    /// Slabs behind the break of a list, by the pages that name them; headers that contradict themselves are found out
    /// later.
    /// </summary>
    private void CollectBehind(Keg keg, SlabList slabs)
    {
        _pages ??= SlabPages.Read(context);
        ulong page = (ulong)_memory.PageSize;
        HashSet<ulong> known = [.. slabs.Header];
        foreach (SlabPages.SlabPage one in _pages.Of(_zones[keg.Index]))
        {
            if (known.Contains(one.Header) || !_memory.TryReadUInt64(one.Header + (ulong)layout.UsLink, out _))
            {
                continue;
            }

            ulong start = StartOf(keg, one.Header);
            if (start != 0 && start % page == 0 && _memory.Translation.TryTranslate(start, out ulong physical)
                && (physical == one.Physical || keg.PagesPerSlab > 1) && _slabs < context.SlabLimit)
            {
                _slabs++;
                known.Add(one.Header);
                slabs.Base.Add(start);
                slabs.Header.Add(one.Header);
            }
        }
    }

    private static bool IsMallocBucket(string name) =>
        (name.StartsWith("malloc-", StringComparison.Ordinal) && IsNumber(name.AsSpan(7))) || IsNumber(name);

    private static bool IsNumber(ReadOnlySpan<char> text) =>
        text.Length is >= 2 and <= 6 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool IsBucketName(string name) =>
        name.EndsWith(" Bucket", StringComparison.Ordinal) && IsBucketCount(name.AsSpan(0, name.Length - 7));

    private static bool IsBucketCount(ReadOnlySpan<char> text) =>
        text.Length is >= 1 and <= 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>Flags up to 12 (<c>sys/vm/uma.h</c> of 10 to 12) as those of 13 and later.</summary>
    private static UmaFlags OldFlags(uint raw)
    {
        var flags = (UmaFlags)(raw & 0xc2b2);
        flags |= (raw & 0x0008) != 0 ? UmaFlags.OffPage : UmaFlags.None;
        flags |= (raw & 0x0100) != 0 ? UmaFlags.Hash : UmaFlags.None;
        flags |= (raw & 0x2000) != 0 ? UmaFlags.PageToSlab : UmaFlags.None;
        flags |= (raw & 0x2000_0000) != 0 ? UmaFlags.Internal : UmaFlags.None;
        return flags;
    }
}
