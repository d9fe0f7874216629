using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Leaks;

/// <summary>Memory in use that no slab, large allocation, stack, page table, file or other known user has.</summary>
/// <param name="Address">Its first address: in the kernel map, or for a page that is in none of it in the direct
/// map.</param>
/// <param name="Length">Bytes.</param>
/// <param name="IsRange">Whether it is a range of the kernel arena (<c>kmem_malloc(9)</c>), not a wired page without
/// object.</param>
public readonly record struct UnownedPart(ulong Address, long Length, bool IsRange);

/// <summary>
/// All pages of a dump that <see cref="PageOwners"/> gives to nobody, as parts: ranges of the kernel arena that no
/// keg holds, wired pages without object, and what is known well enough to be no loss. Every such page is in exactly
/// one of the three.
/// </summary>
public sealed class UnownedMemory
{
    private readonly KernelDump _dump;
    private readonly Dictionary<ulong, int> _partOfPage = [];
    private readonly List<UnownedPart> _parts = [];

    private UnownedMemory(KernelDump dump)
    {
        _dump = dump;
    }

    /// <summary>The parts, ranges first, each by address.</summary>
    public IReadOnlyList<UnownedPart> Parts => _parts;

    /// <summary>
    /// Pages in no part: taken at boot, per-CPU data, of a device or an unknown object, or in the kernel map without
    /// a range of their own.
    /// </summary>
    public long PagesOfOthers { get; private set; }

    /// <summary>Pages that nobody owns, in parts or not: what the ledger and the summary call other.</summary>
    public long Pages { get; private set; }

    /// <summary>Finds them.</summary>
    public static UnownedMemory Find(KernelDump dump)
    {
        ArgumentNullException.ThrowIfNull(dump);
        var memory = new UnownedMemory(dump);
        HashSet<int> named = memory.Named();
        memory.AddRanges(named);
        memory.AddPages(named);
        return memory;
    }

    /// <summary>The part that has the page of a physical address; −1 where none has.</summary>
    public int PartOf(ulong physical) =>
        _partOfPage.TryGetValue(physical & ~((ulong)_dump.Memory.PageSize - 1), out int part) ? part : -1;

    /// <summary>Physical addresses of the pages of the parts.</summary>
    internal IEnumerable<ulong> PartPages => _partOfPage.Keys;

    /// <summary>
    /// Pages that a root has by a name of its own: their owner keeps no pointer that could be followed
    /// (<c>pc_dynamic</c>).
    /// </summary>
    private HashSet<int> Named()
    {
        var named = new HashSet<int>();
        ulong page = (ulong)_dump.Memory.PageSize;
        IEnumerable<(ulong Start, ulong Length)> roots = _dump.Roots
            .Where(r => r.Kind is not (RootKind.UnknownPage or RootKind.KernelMap)).Select(r => (r.Address, r.Length));
        foreach ((ulong start, ulong length) in roots.Concat(DynamicData()))
        {
            for (ulong at = start & ~(page - 1); at < start + length; at += page)
            {
                if (_dump.Memory.SlotOf(at) is >= 0 and int slot)
                {
                    named.Add(slot);
                }
            }
        }

        return named;
    }

    /// <summary>
    /// Dynamic per-CPU data by <c>dpcpu_off</c>: copies less the template (<c>sys/kern/subr_pcpu.c</c>).
    /// </summary>
    private IEnumerable<(ulong Start, ulong Length)> DynamicData()
    {
        ulong offsets = _dump.Symbols.Address("dpcpu_off");
        ulong start = _dump.Symbols.Address("__start_set_pcpu");
        ulong stop = _dump.Symbols.Address("__stop_set_pcpu");
        for (int cpu = 0; offsets != 0 && start < stop && stop - start < 64 << 20 && cpu < _dump.Machine.CpuIds; cpu++)
        {
            if (_dump.Memory.TryReadUInt64(offsets + ((ulong)cpu * 8), out ulong offset) && offset != 0)
            {
                yield return (start + offset, stop - start);
            }
        }
    }

    private void AddRanges(HashSet<int> named)
    {
        ulong page = (ulong)_dump.Memory.PageSize;
        ulong most = (ulong)_dump.Memory.Physical.Bytes;
        foreach ((ulong start, ulong length) in _dump.KernelRanges.OrderBy(r => r.Key))
        {
            var pages = new List<int>();
            bool isUnowned = start % page == 0 && length % page == 0 && length <= most;
            for (ulong at = start; isUnowned && at - start < length; at += page)
            {
                int slot = _dump.Memory.SlotOf(at);
                isUnowned = slot >= 0 && IsUnowned(slot, PageClass.KernelObject) && !named.Contains(slot);
                pages.Add(slot);
            }

            if (isUnowned && pages.Count > 0)
            {
                Add(new UnownedPart(start, (long)length, IsRange: true), pages);
            }
        }
    }

    private void AddPages(HashSet<int> named)
    {
        for (int slot = 0; slot < _dump.PageOwners.Owner.Length; slot++)
        {
            if (_dump.PageOwners.Owner[slot] != PageOwner.Unknown)
            {
                continue;
            }

            Pages++;
            ulong physical = _dump.Memory.Physical.AddressOf(slot);
            if (_partOfPage.ContainsKey(physical))
            {
                continue;
            }

            if (IsUnowned(slot, PageClass.NoObject) && _dump.Survey.KernelAddress[slot] == 0 && !named.Contains(slot))
            {
                ulong address = _dump.Memory.Translation.ToDirectMap(physical);
                Add(new UnownedPart(address, _dump.Memory.PageSize, IsRange: false), [slot]);
            }
            else
            {
                PagesOfOthers++;
            }
        }
    }

    private bool IsUnowned(int slot, PageClass kind) =>
        _dump.PageOwners.Owner[slot] == PageOwner.Unknown && _dump.Survey.Class[slot] == kind;

    private void Add(UnownedPart part, List<int> slots)
    {
        foreach (int slot in slots)
        {
            _partOfPage[_dump.Memory.Physical.AddressOf(slot)] = _parts.Count;
        }

        _parts.Add(part);
    }
}
