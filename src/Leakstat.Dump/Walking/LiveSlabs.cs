using System.Numerics;

namespace Leakstat.Dump.Walking;

/// <summary>
/// Slabs of a kernel that ran on while it was read. Its lists of slabs lead from one moment into another: a slab that
/// changed lists takes the rest of its list along, and one that was freed leads into the list of whoever has its page
/// now. So pages are asked instead, each for itself: where they name the slab (<c>vsetzoneslab</c>) by that, else by
/// the header in the page, which belongs to the keg whose list, or whose slabs, its own links lead to.
/// </summary>
internal sealed class LiveSlabs
{
    private readonly WalkContext _context;
    private readonly UmaLayout _layout;
    private readonly Dictionary<int, SlabList> _ofKeg = [];

    private LiveSlabs(WalkContext context, UmaLayout layout)
    {
        _context = context;
        _layout = layout;
    }

    /// <summary>Whether the slabs of a keg can be told by its pages.</summary>
    public static bool Tells(Keg keg, UmaLayout layout) =>
        layout.UsData < 0 && ((keg.Flags & UmaFlags.PageToSlab) != UmaFlags.None || IsWithin(keg));

    /// <summary>Finds them all.</summary>
    public static LiveSlabs Find(WalkContext context, UmaLayout layout, IReadOnlyList<KegReader.Found> kegs)
    {
        var live = new LiveSlabs(context, layout);
        SlabPages pages = SlabPages.Read(context);
        var taken = new HashSet<ulong>();
        foreach ((Keg keg, ulong[] zones) in kegs.Where(k => (k.Keg.Flags & UmaFlags.PageToSlab) != UmaFlags.None))
        {
            live._ofKeg[keg.Index] = live.ByPages(keg, pages.Of(zones), taken);
        }

        ulong[] others =
        [
            .. PageArray.Find(context)?.Pages()
                .Where(p => p is { Object: 0, IsFree: false } && !taken.Contains(p.Physical))
                .Select(p => p.Physical) ?? [],
        ];
        foreach (IGrouping<int, KegReader.Found> group in kegs.Where(k => IsWithin(k.Keg)).GroupBy(
            k => k.Keg.HeaderOffset))
        {
            live.ByLinks([.. group.Select(k => k.Keg)], others);
        }

        return live;
    }

    /// <summary>Slabs of a keg, as they were found; not yet in order.</summary>
    public SlabList Of(Keg keg) => _ofKeg.TryGetValue(keg.Index, out SlabList? slabs) ? slabs : new SlabList();

    /// <summary>Whether a keg's slabs are single pages with the header in them, and pages do not name it.</summary>
    private static bool IsWithin(Keg keg) => keg.PagesPerSlab == 1
        && (keg.Flags & (UmaFlags.PageToSlab | UmaFlags.OffPage | UmaFlags.Hash | UmaFlags.PerCpu)) == UmaFlags.None;

    private SlabList ByPages(Keg keg, IEnumerable<SlabPages.SlabPage> pages, HashSet<ulong> taken)
    {
        var slabs = new SlabList();
        var known = new HashSet<ulong>();
        foreach (SlabPages.SlabPage page in pages)
        {
            // Two kegs that name one page are two moments: the first has it.
            if (!taken.Add(page.Physical) || !known.Add(page.Header))
            {
                continue;
            }

            ulong start = (keg.Flags & UmaFlags.OffPage) != UmaFlags.None
                ? _layout.UhsData is { } data ? _context.Memory.Pointer(page.Header + (ulong)data, 0) : 0
                : page.Header - (ulong)keg.HeaderOffset;
            if (start == 0 || start % (ulong)_context.Memory.PageSize != 0
                || !_context.Memory.Translation.TryTranslate(start, out ulong physical)
                || (physical != page.Physical && keg.PagesPerSlab == 1) || !IsSound(keg, page.Header))
            {
                slabs.Unreadable++;
                continue;
            }

            slabs.Base.Add(start);
            slabs.Header.Add(page.Header);
        }

        return slabs;
    }

    /// <summary>Gives each page whose header links to a list of a keg, or to a slab of it, to that keg.</summary>
    private void ByLinks(Keg[] kegs, ulong[] pages)
    {
        int offset = kegs[0].HeaderOffset;
        var owner = new Dictionary<ulong, Keg>();
        var byTarget = new Dictionary<ulong, List<ulong>>();
        foreach (ulong page in pages)
        {
            ulong header = _context.Memory.Translation.ToDirectMap(page) + (ulong)offset;
            if (_context.Memory.TryReadUInt64(header + (ulong)_layout.UsLink, out ulong next)
                && _context.Memory.TryReadUInt64(header + (ulong)_layout.UsLink + 8, out ulong back)
                && _context.Memory.Translation.IsKernelAddress(back) && back % 8 == 0)
            {
                Note(back, header);
                if (next != 0)
                {
                    Note(next + (ulong)_layout.UsLink, header);
                }
            }
        }

        var open = new Queue<(ulong Target, Keg Keg)>(kegs.SelectMany(keg => Heads(keg).Select(head => (head, keg))));
        while (open.TryDequeue(out (ulong Target, Keg Keg) one))
        {
            foreach (ulong header in byTarget.TryGetValue(one.Target, out List<ulong>? headers) ? headers : [])
            {
                if (!owner.ContainsKey(header) && IsSound(one.Keg, header))
                {
                    owner[header] = one.Keg;
                    open.Enqueue((header + (ulong)_layout.UsLink, one.Keg));
                }
            }
        }

        foreach ((ulong header, Keg keg) in owner)
        {
            if (!_ofKeg.TryGetValue(keg.Index, out SlabList? slabs))
            {
                _ofKeg[keg.Index] = slabs = new SlabList();
            }

            slabs.Base.Add(header - (ulong)offset);
            slabs.Header.Add(header);
        }

        void Note(ulong target, ulong header)
        {
            if (!byTarget.TryGetValue(target, out List<ulong>? headers))
            {
                byTarget[target] = headers = [];
            }

            headers.Add(header);
        }
    }

    private IEnumerable<ulong> Heads(Keg keg)
    {
        for (int domain = 0; domain < (_layout.UkDomain >= 0 ? _context.Machine.Domains : 1); domain++)
        {
            ulong lists = _layout.UkDomain >= 0
                ? keg.Address + (ulong)(_layout.UkDomain + (domain * _layout.SizeofDomain))
                : keg.Address;
            yield return lists + (ulong)_layout.Lists.Part;
            yield return lists + (ulong)_layout.Lists.Full;
            yield return lists + (ulong)_layout.Lists.Free;
        }
    }

    /// <summary>Whether a header counts as many free items as it marks, and none beyond the keg's.</summary>
    private bool IsSound(Keg keg, ulong header)
    {
        int words = (keg.ItemsPerSlab + 63) / 64;
        int free = 0;
        for (int word = 0; word < words; word++)
        {
            if (!_context.Memory.TryReadUInt64(header + (ulong)(_layout.UsFree + (word * 8)), out ulong set))
            {
                return false;
            }

            int left = keg.ItemsPerSlab - (word * 64);
            if (left < 64 && set >> left != 0)
            {
                return false;
            }

            free += BitOperations.PopCount(set);
        }

        return free == (_layout.UsFreecountSize == 1
            ? _context.Memory.Int8(header, _layout.UsFreecount)
            : _context.Memory.Int16(header, _layout.UsFreecount));
    }
}
