using System.Collections.Immutable;
using Leakstat.Dump.Marking;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>What blocks of one group have in common.</summary>
/// <param name="Kind">As in <see cref="LeakGroup.Kind"/>.</param>
/// <param name="Name">Zone, bucket, or the function that allocated.</param>
/// <param name="Size">Bytes of a block.</param>
internal readonly record struct LeakKey(LeakKind Kind, string Name, long Size);

/// <summary>
/// Puts lost blocks in groups, and gathers for each what its blocks look like and what may tell their type.
/// </summary>
internal sealed class LeakGrouping
{
    private const int ContentWords = 8;
    private const int EvidenceWords = 64;
    private const int MostExamined = 20_000;
    private const int ContentsKept = 16;

    private readonly KernelDump _dump;
    private readonly HeapBlocks _heap;
    private readonly LeakGraph _graph;
    private readonly int[] _owners;
    private readonly BlockContent _content;
    private readonly IReadOnlyDictionary<int, Neighbours> _neighbours;
    private readonly long _large;

    /// <summary>Groups the blocks of a graph.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="heap">Its heap.</param>
    /// <param name="graph">The lost blocks.</param>
    /// <param name="lost">The same, as bits.</param>
    public LeakGrouping(KernelDump dump, HeapBlocks heap, LeakGraph graph, BlockBits lost)
    {
        _dump = dump;
        _heap = heap;
        _graph = graph;
        _owners = LeakOwners.Find(graph);
        _content = new BlockContent(dump, heap);
        _neighbours = NeighbourSearch.Find(dump, heap, _content, lost);
        Places = [.. Enumerable.Range(0, graph.Blocks.Count).GroupBy(place => KeyOf(graph.Blocks[place])).Select(
            g => (g.Key, g.ToArray()))];
        _large = Places.Where(p => p.Key.Kind == LeakKind.Large).Total(p => p.Key.Size * p.Places.Length);
    }

    /// <summary>The places of each group in the graph.</summary>
    public IReadOnlyList<(LeakKey Key, int[] Places)> Places { get; }

    /// <summary>What a block looks like, as a person reads it.</summary>
    public static string Look(BlockContent content, int block) =>
        Look(content, block, content.Words(block, ContentWords));

    /// <summary>What the block at a place looks like.</summary>
    public string Look(int place) => Look(_content, _graph.Blocks[place]);

    /// <summary>A group of the blocks at some places, all of one key.</summary>
    public LeakGroup Make(LeakKey key, int[] places)
    {
        Examined seen = Examine(key, places);
        int[] direct = [.. places.Where(p => _graph.IsDirect[p])];
        return new LeakGroup
        {
            Kind = key.Kind,
            Name = key.Name,
            Size = key.Size,
            Count = places.Length,
            Direct = direct.Length,
            MissingPointers = places.Select(p => _owners[p]).Distinct().Count(),
            Allocated = AllocatedOf(key),
            Holders = Holders(key, places),
            Modules = [.. seen.Modules.Select(m => new ModulePointers(m.Key, m.Value))
                .OrderByDescending(m => m.Count).ThenBy(m => m.Module, StringComparer.Ordinal).Take(ContentsKept)],
            Examined = seen.Blocks,
            Addresses = [.. direct.Concat(places.Where(p => !_graph.IsDirect[p])).Select(
                p => _heap.Input.Blocks.AddressOf(_graph.Blocks[p]))],
            Candidates = key.Kind == LeakKind.Zone || (key.Name == "contigmalloc" && _dump.MallocTypes.Count == 0)
                ? []
                : Candidates(key, places, seen),
            Contents = [.. seen.Contents
                .OrderByDescending(c => c.Value.Count).ThenBy(c => c.Key.Look, StringComparer.Ordinal).ThenBy(
                    c => c.Key.Stack, StringComparer.Ordinal)
                .Take(ContentsKept)
                .Select(c => new ContentGroup(
                    c.Key.Look, c.Value.Count, _heap.Input.Blocks.AddressOf(
                        c.Value.Block), c.Value.Module, [.. c.Value.Stack ?? []]))],
            Cause = KnownUnreached.Of(key.Kind, key.Name, places.Length),
        };
    }

    /// <summary>Groups of the direct leaks that blocks went with, other than their own.</summary>
    private ImmutableArray<LeakHolder> Holders(LeakKey key, int[] places) =>
    [
        .. places
            .Select(p => KeyOf(_graph.Blocks[_owners[p]])).Where(other => other != key).GroupBy(other => other)
            .Select(other => new LeakHolder(other.Key.Kind, other.Key.Name, other.Key.Size, other.Count()))
            .OrderByDescending(other => other.Count).ThenBy(other => other.Name, StringComparer.Ordinal).ThenBy(
                other => other.Size)
            .Take(ContentsKept),
    ];

    /// <summary>
    /// Candidates for the type of blocks. Zones of one name are told apart where the kernel has several for each
    /// bucket: what is
    /// lost of each speaks for as large a part of the whole.
    /// </summary>
    private ImmutableArray<TypeCandidate> Candidates(LeakKey key, int[] places, Examined seen)
    {
        if (key.Kind == LeakKind.Large || _dump.MallocSubzones.Count == 0)
        {
            return [.. Candidates(key, places, seen, subzone: null)];
        }

        var parts = places.GroupBy(p => SubzoneOf(_graph.Blocks[p])).Select(
            g => (Subzone: g.Key, Places: g.ToArray())).ToArray();
        return
        [
            .. parts.SelectMany(part => Candidates(key, part.Places, Examine(key, part.Places), part.Subzone)
                    .Select(c => c with
                    {
                        Confidence = Math.Round(c.Confidence * part.Places.Length / places.Length, 2),
                    }))
                .GroupBy(c => (c.Type, c.Module)).Select(same => same.First() with
                {
                    Confidence = same.Sum(c => c.Confidence),
                })
                .OrderByDescending(c => c.Confidence).ThenBy(c => c.Type, StringComparer.Ordinal).Take(
                    TypeCandidates.Most),
        ];

        int? SubzoneOf(int block) =>
            _heap.KegOf(block) is { } keg && _dump.MallocSubzones.TryGetValue(keg.Index, out int subzone)
                ? subzone
                : null;
    }

    private IReadOnlyList<TypeCandidate> Candidates(LeakKey key, int[] places, Examined seen, int? subzone) =>
        TypeCandidates.Find(_dump, new TypeEvidence
        {
            Size = key.Size,
            IsLarge = key.Kind == LeakKind.Large,
            Subzone = subzone,
            Live = key.Kind == LeakKind.Large ? AllocatedOf(key) : 0,
            Lost = places.Length,
            Bytes = key.Kind == LeakKind.Large ? _large : key.Size * places.Length,
            Looked = seen.Blocks,
            HasStacks = seen.Contents.Keys.Any(c => c.Stack.Length > 0),
            Modules = seen.Modules,
            Locks = seen.Locks,
            Alike = seen.Contents.Where(c => !IsPlain(c.Key.Look)).Select(c => c.Value.Count).DefaultIfEmpty().Max(),
            Neighbours = _heap.KegOf(_graph.Blocks[places[0]]) is { } keg
                && _neighbours.TryGetValue(keg.Index, out Neighbours? near)
                ? near
                : Neighbours.None,
        });

    private static string Look(BlockContent content, int block, ulong[] words) =>
        string.Join(", ", words.Take(ContentWords).Select(w => content.Class(block, w)));

    /// <summary>Whether a look says nothing: numbers, or nothing at all.</summary>
    private static bool IsPlain(string look) =>
        look.Replace("value", "", StringComparison.Ordinal).AsSpan().IndexOfAnyExcept("0, ") < 0;

    /// <summary>Looks at blocks of a group, at the first of very many.</summary>
    private Examined Examine(LeakKey key, int[] places)
    {
        var contents = new Dictionary<(string Look, string Stack), Content>();
        var modules = new Dictionary<string, int>(StringComparer.Ordinal);
        var locks = new Dictionary<string, int>(StringComparer.Ordinal);
        int looked = Math.Min(places.Length, MostExamined);
        for (int i = 0; i < looked; i++)
        {
            int block = _graph.Blocks[places[i]];
            ulong[] words = _content.Words(block, EvidenceWords);
            string look = Look(_content, block, words);
            string? module = null;
            IReadOnlyList<string>? stack = key.Kind == LeakKind.Zone
                ? null
                : RedzoneHeader.Stack(_dump, _heap.Input.Blocks.AddressOf(block), key.Size);
            IEnumerable<string> callers = (stack
                ?? []).Select(f => f.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? f[..end] : "kernel");
            foreach (string named in words.Select(w => _content.Symbol(w).Module).OfType<string>().Concat(
                callers).Where(
                m => m != "kernel").Distinct(
                StringComparer.Ordinal))
            {
                modules[named] = modules.GetValueOrDefault(named) + 1;
                module ??= named;
            }

            foreach (string name in key.Kind == LeakKind.Zone ? [] : LockNames.In(_dump, _content, words))
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
        ? new LeakKey(keg.IsMalloc ? LeakKind.Malloc : LeakKind.Zone, keg.Name, keg.ItemSize)
        : new LeakKey(
            LeakKind.Large,
            _heap.LargeOf(block) is { Kind: LargeKind.Contiguous } ? "contigmalloc" : "malloc",
            _heap.SizeOf(block));

    private long AllocatedOf(LeakKey key) => key.Kind == LeakKind.Large
        ? _dump.Heap.Large.Count(
            l => (long)l.Size == key.Size && l.Kind == LargeKind.Contiguous == (key.Name == "contigmalloc"))
        : _dump.Heap.Kegs.Where(k => k.Name == key.Name && k.ItemSize == key.Size)
            .Total(k => _dump.Heap.Counts[k.Index].NotInSlabs - _dump.Heap.Counts[k.Index].Cached);

    /// <summary>Blocks that look alike and were allocated by the same stack.</summary>
    private sealed record Content(int Count, int Block, string? Module, IReadOnlyList<string>? Stack);

    /// <summary>What was seen in the blocks of a group.</summary>
    private sealed record Examined(
        int Blocks, Dictionary<(string Look, string Stack), Content> Contents, Dictionary<string, int> Modules,
            Dictionary<string, int> Locks);
}
