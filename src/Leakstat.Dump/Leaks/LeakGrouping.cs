using Leakstat.Dump.Marking;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Leaks;

/// <summary>What blocks of one group have in common.</summary>
/// <param name="Kind">As in <see cref="LeakGroup.Kind"/>.</param>
/// <param name="Name">Zone, bucket, or the function that allocated.</param>
/// <param name="Size">Bytes of a block.</param>
internal readonly record struct LeakKey(string Kind, string Name, long Size);

/// <summary>Puts lost blocks in groups, and gathers for each what its blocks look like and what may tell their type.</summary>
internal sealed class LeakGrouping
{
    private const int ContentWords = 8;
    private const int EvidenceWords = 64;
    private const int LookedAt = 20_000;
    private const int ContentsKept = 16;

    private readonly KernelDump _dump;
    private readonly HeapBlocks _heap;
    private readonly LostGraph _graph;
    private readonly int[] _owners;
    private readonly BlockContent _content;
    private readonly IReadOnlyDictionary<int, Neighbours> _neighbours;
    private readonly long _large;

    /// <summary>Groups the blocks of a graph.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="heap">Its heap.</param>
    /// <param name="graph">The lost blocks.</param>
    /// <param name="lost">The same, as bits.</param>
    public LeakGrouping(KernelDump dump, HeapBlocks heap, LostGraph graph, BlockBits lost)
    {
        _dump = dump;
        _heap = heap;
        _graph = graph;
        _owners = LostOwners.Find(graph);
        _content = new BlockContent(dump, heap);
        _neighbours = NeighbourSearch.Find(dump, heap, _content, lost);
        Places = [.. Enumerable.Range(0, graph.Blocks.Count).GroupBy(place => KeyOf(graph.Blocks[place])).Select(g => (g.Key, g.ToArray()))];
        _large = Places.Where(p => p.Key.Kind == "large").Total(p => p.Key.Size * p.Places.Length);
    }

    /// <summary>The places of each group in the graph.</summary>
    public IReadOnlyList<(LeakKey Key, int[] Places)> Places { get; }

    /// <summary>What a block looks like, as a person reads it.</summary>
    public static string Look(BlockContent content, int block) => Look(content, block, content.Words(block, ContentWords));

    /// <summary>What the block at a place looks like.</summary>
    public string Look(int place) => Look(_content, _graph.Blocks[place]);

    /// <summary>A group of the blocks at some places, all of one key.</summary>
    public LeakGroup Make(LeakKey key, int[] places)
    {
        Examined seen = Examine(key, places);
        int[] heads = [.. places.Where(p => _graph.IsHead[p])];
        return new LeakGroup
        {
            Kind = key.Kind,
            Name = key.Name,
            Size = key.Size,
            Heads = heads.Length,
            Losses = places.Select(p => _owners[p]).Distinct().Count(),
            Allocated = AllocatedOf(key),
            HangsOn = [.. places
                .Select(p => KeyOf(_graph.Blocks[_owners[p]])).Where(other => other != key).GroupBy(other => other)
                .Select(other => new HangingBlocks(other.Key.Kind, other.Key.Name, other.Key.Size, other.Count()))
                .OrderByDescending(other => other.Count).ThenBy(other => other.Name, StringComparer.Ordinal).ThenBy(other => other.Size)
                .Take(ContentsKept)],
            Modules = [.. seen.Modules.Select(m => new ModulePointers(m.Key, m.Value))
                .OrderByDescending(m => m.Count).ThenBy(m => m.Module, StringComparer.Ordinal).Take(ContentsKept)],
            LookedAt = seen.Blocks,
            Addresses = [.. heads.Concat(places.Where(p => !_graph.IsHead[p])).Select(p => _heap.Input.Blocks.AddressOf(_graph.Blocks[p]))],
            Candidates = key.Kind == "zone" || key.Name == "contigmalloc" && _dump.MallocTypes.Count == 0
                ? []
                : TypeCandidates.Find(_dump, new LostEvidence
                {
                    Size = key.Size,
                    Lost = places.Length,
                    Bytes = key.Kind == "large" ? _large : key.Size * places.Length,
                    Looked = seen.Blocks,
                    HasStacks = seen.Contents.Keys.Any(c => c.Stack.Length > 0),
                    Modules = seen.Modules,
                    Locks = seen.Locks,
                    Alike = seen.Contents.Where(c => !IsPlain(c.Key.Look)).Select(c => c.Value.Count).DefaultIfEmpty().Max(),
                    Neighbours = _heap.KegOf(_graph.Blocks[places[0]]) is { } keg && _neighbours.TryGetValue(keg.Index, out Neighbours? near) ? near : Neighbours.None,
                }),
            Contents = [.. seen.Contents
                .OrderByDescending(c => c.Value.Count).ThenBy(c => c.Key.Look, StringComparer.Ordinal).ThenBy(c => c.Key.Stack, StringComparer.Ordinal)
                .Take(ContentsKept)
                .Select(c => new ContentGroup(
                    c.Key.Look, c.Value.Count, _heap.Input.Blocks.AddressOf(c.Value.Block), c.Value.Module, c.Value.Stack))],
            Cause = KnownUnreached.Of(key.Kind, key.Name, places.Length),
        };
    }

    private static string Look(BlockContent content, int block, ulong[] words) =>
        string.Join(", ", words.Take(ContentWords).Select(w => content.Class(block, w)));

    /// <summary>Whether a look says nothing: numbers, or nothing at all.</summary>
    private static bool IsPlain(string look) => look.Replace("value", "", StringComparison.Ordinal).AsSpan().IndexOfAnyExcept("0, ") < 0;

    /// <summary>Looks at blocks of a group, at the first of very many.</summary>
    private Examined Examine(LeakKey key, int[] places)
    {
        var contents = new Dictionary<(string Look, string Stack), Content>();
        var modules = new Dictionary<string, int>(StringComparer.Ordinal);
        var locks = new Dictionary<string, int>(StringComparer.Ordinal);
        int looked = Math.Min(places.Length, LookedAt);
        for (int i = 0; i < looked; i++)
        {
            int block = _graph.Blocks[places[i]];
            ulong[] words = _content.Words(block, EvidenceWords);
            string look = Look(_content, block, words);
            string? module = null;
            IReadOnlyList<string>? stack = key.Kind == "zone" ? null : RedzoneHeader.Stack(_dump, _heap.Input.Blocks.AddressOf(block), key.Size);
            IEnumerable<string> callers = (stack ?? []).Select(f => f.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? f[..end] : "kernel");
            foreach (string named in words.Select(w => _content.Symbol(w).Module).OfType<string>().Concat(callers).Where(m => m != "kernel").Distinct(StringComparer.Ordinal))
            {
                modules[named] = modules.GetValueOrDefault(named) + 1;
                module ??= named;
            }

            foreach (string name in key.Kind == "zone" ? [] : LockNames.In(_dump, _content, words))
            {
                locks[name] = locks.GetValueOrDefault(name) + 1;
            }

            (string Look, string Stack) same = (look, stack is null ? "" : string.Join('\n', stack));
            contents[same] = contents.TryGetValue(same, out Content? seen)
                ? seen with { Count = seen.Count + 1 }
                : new Content(1, block, module, stack);
        }

        return new Examined(looked, contents, modules, locks);
    }

    private LeakKey KeyOf(int block) => _heap.KegOf(block) is { } keg
        ? new LeakKey(keg.IsMalloc ? "malloc" : "zone", keg.Name, keg.ItemSize)
        : new LeakKey("large", _heap.LargeOf(block) is { Kind: LargeKind.Contiguous } ? "contigmalloc" : "malloc", _heap.SizeOf(block));

    private long AllocatedOf(LeakKey key) => key.Kind == "large"
        ? _dump.Heap.Large.Count(l => (long)l.Size == key.Size && l.Kind == LargeKind.Contiguous == (key.Name == "contigmalloc"))
        : _dump.Heap.Kegs.Where(k => k.Name == key.Name && k.ItemSize == key.Size)
            .Total(k => _dump.Heap.Counts[k.Index].NotInSlabs - _dump.Heap.Counts[k.Index].Cached);

    /// <summary>Blocks that look alike and were allocated by the same stack.</summary>
    private sealed record Content(int Count, int Block, string? Module, IReadOnlyList<string>? Stack);

    /// <summary>What was seen in the blocks of a group.</summary>
    private sealed record Examined(
        int Blocks, Dictionary<(string Look, string Stack), Content> Contents, Dictionary<string, int> Modules, Dictionary<string, int> Locks);
}
