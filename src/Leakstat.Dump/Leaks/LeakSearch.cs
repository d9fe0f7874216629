using System.Globalization;
using Leakstat.Dump.Marking;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Leaks;

/// <summary>Finds what nothing points to in a dump: marks the heap, and puts what is lost in groups.</summary>
public static class LeakSearch
{
    private const int ContentWords = 8;
    private const int EvidenceWords = 64;
    private const int LookedAt = 20_000;
    private const int ContentsKept = 16;

    /// <summary>Searches a dump.</summary>
    public static LeakReport Run(KernelDump dump, LeakOptions options)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(options);
        HeapBlocks heap = HeapBlocks.Make(dump);
        MarkInput input = heap.Input with { Threads = options.Threads };
        var progress = new MarkProgress();
        options.Started?.Invoke(progress, heap.ScanBytes);
        MarkResult marked = MarkEngine.Mark(input, progress);
        var graph = LostGraph.Build(input, marked.Lost);
        int[] owners = LostOwners.Find(graph);
        var content = new BlockContent(dump, heap);
        IReadOnlyDictionary<int, Neighbours> neighbours = NeighbourSearch.Find(dump, heap, content, marked.Lost);
        long hidden = 0;
        var leaks = new List<LeakGroup>();
        var known = new List<LeakGroup>();
        IGrouping<(string Kind, string Name, long Size), int>[] groups =
            [.. Enumerable.Range(0, graph.Blocks.Count).GroupBy(place => KeyOf(heap, graph.Blocks[place]))];
        long large = groups.Where(g => g.Key.Kind == "large").Total(g => g.Key.Size * g.Count());
        foreach (IGrouping<(string Kind, string Name, long Size), int> places in groups)
        {
            int[] kept = WithoutBaseline(options.Baseline, places.Key, [.. places], graph, heap, content);
            hidden += places.Count() - kept.Length;
            if (kept.Length > 0)
            {
                LeakGroup group = MakeGroup(dump, heap, graph, owners, content, neighbours, large, places.Key, kept);
                (group.Cause is null ? leaks : known).Add(group);
            }
        }

        return new LeakReport
        {
            Leaks = [.. Sorted(leaks)],
            Known = [.. Sorted(known)],
            InBaseline = hidden,
            Counts = marked.Counts,
            Objects = heap.Objects,
            Roots = input.Roots.Count,
            ZonesWalked = dump.Heap.Zones.Count(z => z.Keg is not null),
            ZonesUnreadable = dump.Heap.Zones.Count(z => z.Keg is { } keg && dump.Heap.Counts[keg].UnreadableSlabs > 0),
            MissingPages = MissingPages(dump),
            IsWhole = heap.Objects > 0 && MissingPages(dump) == 0 && dump.Notes.All.All(n => n.Subject != "uma_kegs"),
            Notes = Notes(dump, heap.Objects),
            Heap = heap,
        };
    }

    /// <summary>A baseline of what a report found.</summary>
    public static LeakBaseline Baseline(KernelDump dump, LeakReport report)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(report);
        var baseline = new LeakBaseline { Kernel = dump.Identity.Version.Trim() };
        var content = new BlockContent(dump, report.Heap);
        foreach (LeakGroup group in report.Leaks.Concat(report.Known))
        {
            foreach (ulong address in group.Addresses)
            {
                baseline.Add(group.Kind, group.Name, group.Size, ContentOf(content, report.Heap.Input.Blocks.Find(address)), 1);
            }
        }

        return baseline;
    }

    private static IEnumerable<LeakGroup> Sorted(List<LeakGroup> groups) => groups
        .OrderByDescending(g => g.Bytes).ThenBy(g => g.Kind, StringComparer.Ordinal).ThenBy(g => g.Name, StringComparer.Ordinal).ThenBy(g => g.Size);

    private static (string Kind, string Name, long Size) KeyOf(HeapBlocks heap, int block) => heap.KegOf(block) is { } keg
        ? (keg.IsMalloc ? "malloc" : "zone", keg.Name, keg.ItemSize)
        : ("large", heap.LargeOf(block) is { Kind: LargeKind.Contiguous } ? "contigmalloc" : "malloc", heap.SizeOf(block));

    private static int[] WithoutBaseline(
        LeakBaseline? baseline, (string Kind, string Name, long Size) key, int[] places, LostGraph graph, HeapBlocks heap, BlockContent content)
    {
        if (baseline is null)
        {
            return places;
        }

        var left = new Dictionary<string, long>(StringComparer.Ordinal);
        var kept = new List<int>();
        foreach (int place in places)
        {
            string look = ContentOf(content, graph.Blocks[place]);
            if (!left.TryGetValue(look, out long count))
            {
                count = baseline.Count(key.Kind, key.Name, key.Size, look);
            }

            left[look] = count - 1;
            if (count <= 0)
            {
                kept.Add(place);
            }
        }

        return [.. kept];
    }

    private static LeakGroup MakeGroup(
        KernelDump dump,
        HeapBlocks heap,
        LostGraph graph,
        int[] owners,
        BlockContent content,
        IReadOnlyDictionary<int, Neighbours> neighbours,
        long large,
        (string Kind, string Name, long Size) key,
        int[] places)
    {
        var contents = new Dictionary<(string Look, string Stack), (int Count, int Block, string? Module, IReadOnlyList<string>? Stack)>();
        var modules = new Dictionary<string, int>(StringComparer.Ordinal);
        var locks = new Dictionary<string, int>(StringComparer.Ordinal);
        int looked = Math.Min(places.Length, LookedAt);
        for (int i = 0; i < looked; i++)
        {
            int block = graph.Blocks[places[i]];
            ulong[] words = content.Words(block, EvidenceWords);
            string look = ContentOf(content, block, words);
            string? module = null;
            IReadOnlyList<string>? stack = key.Kind == "zone" ? null : RedzoneHeader.Stack(dump, heap.Input.Blocks.AddressOf(block), key.Size);
            IEnumerable<string> callers = (stack ?? []).Select(f => f.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? f[..end] : "kernel");
            foreach (string named in words.Select(w => content.Symbol(w).Module).OfType<string>().Concat(callers).Where(m => m != "kernel").Distinct(StringComparer.Ordinal))
            {
                modules[named] = modules.GetValueOrDefault(named) + 1;
                module ??= named;
            }

            foreach (string name in key.Kind == "zone" ? [] : LockNames.In(dump, content, words))
            {
                locks[name] = locks.GetValueOrDefault(name) + 1;
            }

            (string Look, string Stack) same = (look, stack is null ? "" : string.Join('\n', stack));
            contents[same] = contents.TryGetValue(same, out (int Count, int Block, string? Module, IReadOnlyList<string>? Stack) seen)
                ? seen with { Count = seen.Count + 1 }
                : (1, block, module, stack);
        }

        int[] heads = [.. places.Where(p => graph.IsHead[p])];
        return new LeakGroup
        {
            Kind = key.Kind,
            Name = key.Name,
            Size = key.Size,
            Heads = heads.Length,
            Losses = places.Select(p => owners[p]).Distinct().Count(),
            Allocated = AllocatedOf(dump.Heap, key),
            HangsOn = [.. places
                .Select(p => KeyOf(heap, graph.Blocks[owners[p]])).Where(other => other != key).GroupBy(other => other)
                .Select(other => new HangingBlocks(other.Key.Kind, other.Key.Name, other.Key.Size, other.Count()))
                .OrderByDescending(other => other.Count).ThenBy(other => other.Name, StringComparer.Ordinal).ThenBy(other => other.Size)
                .Take(ContentsKept)],
            Modules = [.. modules.Select(m => new ModulePointers(m.Key, m.Value))
                .OrderByDescending(m => m.Count).ThenBy(m => m.Module, StringComparer.Ordinal).Take(ContentsKept)],
            LookedAt = looked,
            Addresses = [.. heads.Concat(places.Where(p => !graph.IsHead[p])).Select(p => heap.Input.Blocks.AddressOf(graph.Blocks[p]))],
            Candidates = key.Kind == "zone" || key.Name == "contigmalloc" && dump.MallocTypes.Count == 0
                ? []
                : TypeCandidates.Find(dump, new LostEvidence
                {
                    Size = key.Size,
                    Lost = places.Length,
                    Bytes = key.Kind == "large" ? large : key.Size * places.Length,
                    Looked = looked,
                    HasStacks = contents.Keys.Any(c => c.Stack.Length > 0),
                    Modules = modules,
                    Locks = locks,
                    Alike = contents.Where(c => !IsPlain(c.Key.Look)).Select(c => c.Value.Count).DefaultIfEmpty().Max(),
                    Neighbours = heap.KegOf(graph.Blocks[places[0]]) is { } keg && neighbours.TryGetValue(keg.Index, out Neighbours? near) ? near : Neighbours.None,
                }),
            Contents = [.. contents
                .OrderByDescending(c => c.Value.Count).ThenBy(c => c.Key.Look, StringComparer.Ordinal).ThenBy(c => c.Key.Stack, StringComparer.Ordinal)
                .Take(ContentsKept)
                .Select(c => new ContentGroup(
                    c.Key.Look, c.Value.Count, heap.Input.Blocks.AddressOf(c.Value.Block), c.Value.Module, c.Value.Stack))],
            Cause = KnownUnreached.Of(key.Kind, key.Name, places.Length),
        };
    }

    /// <summary>Whether a content says nothing: numbers, or nothing at all.</summary>
    private static bool IsPlain(string content) => content.Replace("value", "", StringComparison.Ordinal).AsSpan().IndexOfAnyExcept("0, ") < 0;

    private static string ContentOf(BlockContent content, int block) => ContentOf(content, block, content.Words(block, ContentWords));

    private static string ContentOf(BlockContent content, int block, ulong[] words) =>
        string.Join(", ", words.Take(ContentWords).Select(w => content.Class(block, w)));

    private static long AllocatedOf(KernelHeap heap, (string Kind, string Name, long Size) key) => key.Kind == "large"
        ? heap.Large.Count(l => (long)l.Size == key.Size && l.Kind == LargeKind.Contiguous == (key.Name == "contigmalloc"))
        : heap.Kegs.Where(k => k.Name == key.Name && k.ItemSize == key.Size).Total(k => heap.Counts[k.Index].NotInSlabs - heap.Counts[k.Index].Cached);

    private static long MissingPages(KernelDump dump) => dump.Memory.Physical.PagesCutOff
        + dump.Heap.Kegs.Where(HeapBlocks.CanHold).Total(k => (long)dump.Heap.Counts[k.Index].UnreadableSlabs * k.PagesPerSlab);

    private static List<string> Notes(KernelDump dump, long objects)
    {
        var notes = new List<string>();
        if (objects == 0)
        {
            notes.Add("no allocated block could be read: nothing is known of leaks");
        }

        string[] unreadable =
            [.. dump.Heap.Kegs.Where(k => HeapBlocks.CanHold(k) && dump.Heap.Counts[k.Index].UnreadableSlabs > 0).Select(k => k.Name)];
        if (unreadable.Length > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"slabs of {unreadable.Length} {(unreadable.Length == 1 ? "keg" : "kegs")} are not in the dump; what only they point to may be called lost: {string.Join(", ", unreadable.Take(12))}"));
        }

        if (dump.Memory.Physical.PagesCutOff > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"the dump is cut: {dump.Memory.Physical.PagesCutOff} of {(long)dump.Memory.Physical.PageCount + dump.Memory.Physical.PagesCutOff} pages are missing; what only they point to may be called lost"));
        }

        if (dump.File.IsLive)
        {
            notes.Add("the kernel went on running while this dump was written: a few blocks that changed hands meanwhile may be called lost");
        }

        return notes;
    }
}
