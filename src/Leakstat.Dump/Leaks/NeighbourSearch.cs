using Leakstat.Dump.Marking;
using Leakstat.Dump.Target;

namespace Leakstat.Dump.Leaks;

/// <summary>Blocks that look like lost ones of their keg and are still held.</summary>
/// <param name="Alike">How many there are.</param>
/// <param name="HeldBy">How many of them each module holds: its data leads to them over two blocks of another kind at
/// most.</param>
/// <param name="IsWhole">Whether all blocks of the keg were looked at, not a sample.</param>
internal sealed record Neighbours(int Alike, IReadOnlyDictionary<string, int> HeldBy, bool IsWhole)
{
    /// <summary>None.</summary>
    public static Neighbours None { get; } = new(0, new Dictionary<string, int>(), IsWhole: true);
}

/// <summary>
/// Who holds the blocks that look like the lost ones: what leaks is mostly not lost every time, and those that were not
/// are held by
/// the data of the module they belong to.
/// </summary>
internal sealed class NeighbourSearch
{
    private const int MostLearned = 5000;
    private const int MostCompared = 20_000;
    private const int MostVisited = 30_000;

    /// <summary>
    /// Bytes read for one module, and of one block: hash tables of a machine's memory are not gone through.
    /// </summary>
    private const long MostBytes = 64 << 20;
    private const long LargestBlock = 4 << 20;

    /// <summary>
    /// Blocks of another kind between a module's data and a look-alike: a device's structure, a table.
    /// </summary>
    private const int MostBetween = 2;

    private readonly KernelDump _dump;
    private readonly HeapBlocks _heap;
    private readonly BlockBits _lost;
    private readonly Dictionary<int, BlockLook> _looks = [];
    private readonly Dictionary<string, HashSet<int>> _held = new(StringComparer.Ordinal);

    private NeighbourSearch(KernelDump dump, HeapBlocks heap, BlockBits lost)
    {
        _dump = dump;
        _heap = heap;
        _lost = lost;
    }

    /// <summary>Searches for the neighbours of all lost blocks of malloc(9).</summary>
    /// <returns>By number of the keg.</returns>
    public static IReadOnlyDictionary<int, Neighbours> Find(
        KernelDump dump, HeapBlocks heap, BlockContent content, BlockBits lost)
    {
        var search = new NeighbourSearch(dump, heap, lost);
        search.Learn(content);
        string[] modules = [.. dump.MallocTypes.Where(t => t.InUse > 0).Select(t => t.Module).OfType<string>().Where(
            m => m != "kernel").Distinct(
            StringComparer.Ordinal)];
        if (search._looks.Count == 0 || modules.Length == 0)
        {
            return new Dictionary<int, Neighbours>();
        }

        foreach (LoadedFile file in dump.Symbols.Files.Where(f => f.Id != 1 && modules.Contains(f.Name)))
        {
            search._held[file.Name] = search.HeldBy(file);
        }

        return search.Count();
    }

    /// <summary>What the lost blocks of each keg look like; of very many every n-th is looked at.</summary>
    private void Learn(BlockContent content)
    {
        var lost = new Dictionary<int, int>();
        foreach (int block in _lost.Set())
        {
            if (_heap.KegOf(block) is { IsMalloc: true } keg)
            {
                lost[keg.Index] = lost.GetValueOrDefault(keg.Index) + 1;
            }
        }

        var seen = new Dictionary<int, int>();
        foreach (int block in _lost.Set())
        {
            if (_heap.KegOf(block) is { IsMalloc: true } keg
                && ((seen[keg.Index] = seen.GetValueOrDefault(
                    keg.Index) + 1) - 1) % ((lost[keg.Index] / MostLearned) + 1) == 0)
            {
                if (!_looks.TryGetValue(keg.Index, out BlockLook? look))
                {
                    _looks[keg.Index] = look = new BlockLook(_heap, content);
                }

                look.Learn(block);
            }
        }
    }

    /// <summary>The look-alikes that a module's data leads to.</summary>
    private HashSet<int> HeldBy(LoadedFile file)
    {
        var scan = new BlockScan(_heap.Input);
        var found = new List<int>();
        var sink = new TargetSink(_heap.Input, found);
        var held = new HashSet<int>();
        var visited = new HashSet<int>();
        var queue = new Queue<(int Block, int Between)>();
        foreach (LoadedSection section in file.Sections.Where(s => s.IsWritable))
        {
            scan.Stretch(section.Address, section.Size, 0, ref sink);
            Take(0);
        }

        long bytes = 0;
        while (bytes < MostBytes && queue.TryDequeue(out (int Block, int Between) next))
        {
            BlockShape shape = _heap.Input.Blocks.ShapeOf(next.Block);
            if (shape.Size <= LargestBlock)
            {
                bytes += shape.Size;
                scan.Block(_heap.Input.Blocks.AddressOf(next.Block), shape, ref sink);
                Take(next.Between);
            }
        }

        return held;

        void Take(int between)
        {
            sink.Take(scan);
            scan.Clear();
            foreach (int block in found)
            {
                if (visited.Count < MostVisited && _heap.Input.Allocated[block] && !_lost[block] && visited.Add(block))
                {
                    if (_heap.KegOf(block) is { } keg
                        && _looks.TryGetValue(keg.Index, out BlockLook? look)
                        && look.Matches(block))
                    {
                        // A list runs through them.
                        held.Add(block);
                        queue.Enqueue((block, between));
                    }
                    else if (between < MostBetween)
                    {
                        queue.Enqueue((block, between + 1));
                    }
                }
            }

            found.Clear();
        }
    }

    private Dictionary<int, Neighbours> Count()
    {
        var blocks = new Dictionary<int, long>();
        BlockTable table = _heap.Input.Blocks;
        for (int span = 0; span < table.SpanCount; span++)
        {
            if (KegOf(table.Spans[span].FirstBlock) is { } keg)
            {
                blocks[keg] = blocks.GetValueOrDefault(keg) + table.Shapes[table.Spans[span].Shape].Count;
            }
        }

        var alike = new Dictionary<int, int>();
        var heldBy = _looks.Keys.ToDictionary(k => k, _ => new Dictionary<string, int>(StringComparer.Ordinal));
        var skipped = new Dictionary<int, long>();
        for (int span = 0; span < table.SpanCount; span++)
        {
            SpanRow row = table.Spans[span];
            if (KegOf(row.FirstBlock) is not { } keg
                || (skipped[keg] = skipped.GetValueOrDefault(keg) + 1) % ((blocks[keg] / MostCompared) + 1) != 0)
            {
                continue;
            }

            for (int block = row.FirstBlock; block < row.FirstBlock + table.Shapes[row.Shape].Count; block++)
            {
                if (_heap.Input.Allocated[block] && !_lost[block] && _looks[keg].Matches(block))
                {
                    alike[keg] = alike.GetValueOrDefault(keg) + 1;
                    foreach ((string module, HashSet<int> held) in _held)
                    {
                        if (held.Contains(block))
                        {
                            heldBy[keg][module] = heldBy[keg].GetValueOrDefault(module) + 1;
                        }
                    }
                }
            }
        }

        return _looks.Keys.ToDictionary(
            k => k, k => new Neighbours(alike.GetValueOrDefault(k), heldBy[k], blocks[k] < MostCompared));

        int? KegOf(int block) => _heap.KegOf(block) is { } keg && _looks.ContainsKey(keg.Index) ? keg.Index : null;
    }

    private readonly struct TargetSink(MarkInput input, List<int> targets) : ICandidateSink
    {
        public void Take(BlockScan scan)
        {
            foreach (ulong address in scan.Plain)
            {
                if (input.Blocks.Find(address) is >= 0 and int block)
                {
                    targets.Add(block);
                }
            }
        }
    }
}
