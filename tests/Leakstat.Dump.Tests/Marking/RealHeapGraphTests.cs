using System.IO.Compression;
using System.Text.Json;
using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Tests.Marking;

/// <summary>
/// The reference graph of a real heap (99,629 items of FreeBSD 14.2), laid out again at addresses of our own: what an exact reader
/// of that dump found unreached must be found here.
/// </summary>
public sealed class RealHeapGraphTests
{
    private const ulong Direct = 0xfffff80000000000;
    private const ulong Map = 0xfffffe0000000000;
    private const ulong PerCpuBase = 0xffffffff82400000;
    private const ulong RootBase = 0xffffffff81000000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void EngineGetsWhatTheGraphSays(int threads)
    {
        using var truth = JsonDocument.Parse(File.ReadAllText(PathOf("truth.json")));
        var expected = truth.RootElement.GetProperty("simple_reader").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());
        Graph graph = Graph.Read();
        MarkResult result = MarkEngine.Mark(graph.Input(threads));
        Assert.Equal(expected, graph.CountByKeg(result.Lost.Set()));
    }

    /// <summary>
    /// By the rules of the reader (<c>HeapBlocks</c>): headers of slabs hold nothing, free packets hold their cluster, pipes and
    /// the like own nothing while free. Counted with another program from the graph. A simple reader's 381 clusters are 200 of
    /// those that were lost and 181 of packets that wait in a cache.
    /// </summary>
    [Fact]
    public void TheRulesOfTheKernelFindNearlyAllThatWasPlanted()
    {
        Graph graph = Graph.Read();
        Dictionary<string, int> found = graph.CountByKeg(MarkEngine.Mark(graph.Input(2, kernelRules: true)).Lost.Set());
        Assert.Equal(
            new Dictionary<string, int> { ["malloc-256"] = 2498, ["leakmod item"] = 1000, ["mbuf"] = 399, ["mbuf_cluster"] = 399, ["kenv"] = 4 },
            found);
    }

    [Fact]
    public void LostBlocksOfTheGraphHaveFewerHeadsThanMembers()
    {
        Graph graph = Graph.Read();
        MarkInput input = graph.Input(1);
        var lost = LeakGraph.Build(input, MarkEngine.Mark(input).Lost);
        Dictionary<string, int> heads = graph.CountByKeg(lost.Blocks.Where((_, i) => lost.IsDirect[i]));

        // Counted with another program: lost blocks that no other lost block points to. Rings of malloc blocks have one more each.
        Assert.Equal((1000, 399, 181, 4), (heads["leakmod item"], heads["mbuf"], heads["mbuf_cluster"], heads["kenv"]));
        Assert.InRange(heads["malloc-256"], 1988, 2496);
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Data", "heap-graph-14.2", name);

    private sealed class Graph
    {
        private readonly List<(string Name, int Size, uint Flags, bool HasInit)> _kegs = [];
        private readonly List<(int Keg, bool IsCached)> _nodes = [];
        private readonly List<(string From, int To, bool IsPerCpu, bool IsFirst)> _edges = [];

        public static Graph Read()
        {
            var graph = new Graph();
            foreach (string[] f in Rows("kegs.tsv.gz"))
            {
                graph._kegs.Add((f[1], int.Parse(f[2]), Convert.ToUInt32(f[3], 16), f[4] == "1"));
            }

            foreach (string[] f in Rows("nodes.tsv.gz"))
            {
                graph._nodes.Add((int.Parse(f[1]), f[2] == "1"));
            }

            foreach (string[] f in Rows("edges.tsv.gz"))
            {
                graph._edges.Add((f[0], int.Parse(f[1]), f[2] == "pcpu", f[3] == "1"));
            }

            return graph;
        }

        public Dictionary<string, int> CountByKeg(IEnumerable<int> blocks) => blocks
            .GroupBy(b => _kegs[_nodes[_itemOf[b]].Keg].Name is "mbuf_packet" ? "mbuf" : _kegs[_nodes[_itemOf[b]].Keg].Name)
            .ToDictionary(g => g.Key, g => g.Count());

        public MarkInput Input(int threads, bool kernelRules = false)
        {
            var memory = new SyntheticMemory();
            var builder = new BlockTableBuilder([new(Direct, Direct + (1UL << 40)), new(Map, ulong.MaxValue)]);
            ulong[] addresses = Place(builder, kernelRules);
            BlockTable table = builder.Build();
            var allocated = new BlockBits(table.BlockCount);
            var sources = new BlockBits(table.BlockCount);
            var held = new BlockBits(table.BlockCount);
            for (int i = 0; i < _nodes.Count; i++)
            {
                (int keg, bool cached) = _nodes[i];
                allocated[_blockOf[i]] = !cached;
                bool ownsNothing = kernelRules && _kegs[keg].Name is "pipe" or "tcp_inpcb" or "udp_inpcb" or "udplite_inpcb" or "ripcb" or "VM OBJECT";
                sources[_blockOf[i]] = cached && _kegs[keg].HasInit && !ownsNothing;
                held[_blockOf[i]] = kernelRules && !cached && IsBookkeeping(_kegs[keg].Name);
            }

            ulong root = RootBase;
            var filled = new int[_nodes.Count];
            foreach ((string from, int to, bool isPerCpu, bool isFirst) in _edges)
            {
                // An odd address within the item: interior and tagged pointers count.
                ulong word = addresses[to] + (ulong)(to % Math.Max(1, _kegs[_nodes[to].Keg].Size)) - (isPerCpu ? PerCpuBase : 0);
                bool packet = kernelRules && int.TryParse(from, out int mbuf) && _nodes[mbuf].IsCached
                    && _kegs[_nodes[mbuf].Keg].Name == "mbuf" && _kegs[_nodes[to].Keg].Name == "mbuf_cluster";
                if (packet || from is "root" or "free-constructed")
                {
                    memory.Write(root, word);
                    root += 8;
                }
                else if (int.TryParse(from, out int item))
                {
                    int place = isFirst ? 0 : 1 + filled[item]++;
                    memory.Write(addresses[item] + ((ulong)place * 8), word);
                }
            }

            return new MarkInput
            {
                Blocks = table,
                Allocated = allocated,
                Sources = sources,
                Held = held,
                Roots = [new(RootBase, root - RootBase)],
                Memory = memory,
                StoredOffset = PerCpuBase,
                Threads = threads,
            };
        }

        private readonly Dictionary<int, int> _itemOf = [];
        private readonly Dictionary<int, int> _blockOf = [];

        /// <summary>
        /// Items of a keg side by side, a page or a few at a time. Words that the graph has more of than fit in an item's size
        /// (it names each word, at 8 bytes) widen the keg.
        /// </summary>
        private ulong[] Place(BlockTableBuilder builder, bool kernelRules)
        {
            var words = new int[_nodes.Count];
            foreach ((string from, _, _, bool isFirst) in _edges)
            {
                if (!isFirst && int.TryParse(from, out int item))
                {
                    words[item]++;
                }
            }

            var addresses = new ulong[_nodes.Count];
            ulong direct = Direct + 0x10000;
            ulong map = Map + 0x10000;
            foreach (IGrouping<int, int> keg in Enumerable.Range(0, _nodes.Count).GroupBy(i => _nodes[i].Keg).OrderBy(g => g.Key))
            {
                (string name, int size, uint flags, _) = _kegs[keg.Key];
                int stride = Math.Max((size + 7) & ~7, 8 * (1 + keg.Max(i => words[i])));
                bool isPerCpu = (flags & 0x8000) != 0;
                bool inMap = stride > 4096 || isPerCpu;
                var shape = new BlockShape
                {
                    Stride = stride,
                    Size = stride,
                    Count = Math.Max(1, 4096 / stride),
                    Rule = kernelRules && IsBookkeeping(name) ? ScanRule.Nothing
                        : name.EndsWith(" Bucket", StringComparison.Ordinal) ? ScanRule.FirstWord
                        : ScanRule.All,
                    IsStoredAsOffset = isPerCpu,
                };
                int first = -1;
                int used = shape.Count;
                foreach (int item in keg)
                {
                    if (used == shape.Count)
                    {
                        ref ulong next = ref inMap ? ref map : ref direct;
                        first = builder.Add(next, shape);
                        Assert.True(first >= 0);
                        addresses[item] = next;
                        next += (ulong)((shape.Extent + 4095) / 4096 * 4096);
                        used = 0;
                    }
                    else
                    {
                        addresses[item] = addresses[_itemOf[first]] + (ulong)(used * stride);
                    }

                    _itemOf[first + used] = item;
                    _blockOf[item] = first + used;
                    used++;
                }
            }

            return addresses;
        }

        private static bool IsBookkeeping(string keg) => keg is "UMA Slabs 0" or "UMA Slabs 1" or "vmem btag";

        private static IEnumerable<string[]> Rows(string name)
        {
            using var file = File.OpenRead(PathOf(name));
            using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
            text.ReadLine();
            while (text.ReadLine() is { } line)
            {
                yield return line.Split('\t');
            }
        }
    }
}
