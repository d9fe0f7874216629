using Leakstat.Dump.Marking;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>Lost memory without an owner, in groups of one size: what it looks like, and what lies beside it.</summary>
internal sealed class UnownedGroups(KernelDump dump, UnownedMemory memory)
{
    private const int Words = 8;
    private const int ContentsKept = 16;

    /// <summary>Name of groups of wired pages.</summary>
    public const string PageName = "wired page";

    /// <summary>Name of groups of ranges of the kernel arena.</summary>
    public const string RangeName = "kmem_malloc";

    /// <summary>The groups of what nothing points at.</summary>
    public static List<LeakGroup> Find(KernelDump dump, UnownedMemory memory, MarkInput input, BlockBits lost)
    {
        var groups = new UnownedGroups(dump, memory);
        return
        [
            .. UnownedSearch.Find(dump, memory, input, lost)
                .GroupBy(part => (memory.Parts[part].IsRange, memory.Parts[part].Length))
                .Select(g => groups.Make(g.Key.IsRange, g.Key.Length, [.. g])),
        ];
    }

    private LeakGroup Make(bool isRange, long size, int[] parts) => new()
    {
        Kind = isRange ? LeakKind.Range : LeakKind.Page,
        Name = isRange ? RangeName : PageName,
        Size = size,
        Count = parts.Length,
        Direct = parts.Length,
        MissingPointers = parts.Length,
        Allocated = memory.Parts.Count(p => p.IsRange == isRange && p.Length == size),
        Addresses = [.. parts.Select(part => memory.Parts[part].Address).Order()],
        Examined = parts.Length,
        Contents =
        [
            .. parts.GroupBy(Look)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Take(ContentsKept)
                .Select(g => new ContentGroup(g.Key, g.Count(), g.Min(p => memory.Parts[p].Address), null, [])),
        ],
    };

    /// <summary>What the first words are, and whose memory comes before and behind.</summary>
    private string Look(int part)
    {
        UnownedPart one = memory.Parts[part];
        var words = new List<string>();
        for (int i = 0; i < Words && dump.Memory.TryReadUInt64(one.Address + ((ulong)i * 8), out ulong word); i++)
        {
            words.Add(word == 0 ? "0"
                : dump.Symbols.FileOf(word) is not null ? dump.Symbols.Describe(word) ?? "value"
                : dump.Memory.Translation.IsKernelAddress(word) ? "→"
                : BlockContent.IsText(word) ? "text"
                : "value");
        }

        string before = Beside(one.Address - 1);
        string behind = Beside(one.Address + (ulong)one.Length);
        return $"{string.Join(", ", words)}; between {before} and {behind}";
    }

    private string Beside(ulong address)
    {
        int slot = dump.Memory.SlotOf(address);
        if (slot < 0)
        {
            return "nothing";
        }

        PageOwner owner = dump.PageOwners.Owner[slot];
        return owner == PageOwner.Slab && dump.PageOwners.Number[slot] is >= 0 and int slab
            ? dump.Heap.Kegs[dump.Heap.Slabs.Keg[slab]].Name
            : memory.PartOf(dump.Memory.Physical.AddressOf(slot)) >= 0 ? "its like" : owner.InWords();
    }
}
