namespace Leakstat.Dump.Marking;

/// <summary>
/// How leaked blocks refer to each other: which points to which, and which are direct leaks. A direct leak is one that
/// no other leaked block points to; of a cycle that nothing outside it points to, its lowest block is taken for it.
/// </summary>
public sealed class LeakGraph
{
    private readonly int[] _firstEdge;
    private readonly int[] _edges;

    private LeakGraph(int[] blocks, int[] firstEdge, int[] edges)
    {
        Blocks = blocks;
        _firstEdge = firstEdge;
        _edges = edges;
        IsDirect = DirectLeaks.Find(this);
    }

    /// <summary>The leaked blocks, ascending; numbers below are places in here.</summary>
    public IReadOnlyList<int> Blocks { get; }

    /// <summary>Whether each is a direct leak; the others are indirect ones.</summary>
    public IReadOnlyList<bool> IsDirect { get; }

    /// <summary>The leaked blocks (places) that a leaked block points to, each once, itself not.</summary>
    public ReadOnlySpan<int> From(int place) =>
        _edges.AsSpan(_firstEdge[place], _firstEdge[place + 1] - _firstEdge[place]);

    /// <summary>Reads the leaked blocks once more and keeps what they point to among themselves.</summary>
    public static LeakGraph Build(MarkInput input, BlockBits lost)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(lost);
        int[] blocks = [.. lost.Set()];
        var ranks = new BlockRanks(lost);
        var scan = new BlockScan(input);
        var first = new int[blocks.Length + 1];
        var edges = new List<int>();
        var targets = new List<int>();
        for (int place = 0; place < blocks.Length; place++)
        {
            first[place] = edges.Count;
            targets.Clear();
            var sink = new EdgeSink(input.Blocks, lost, targets);
            scan.Block(input.Blocks.AddressOf(blocks[place]), input.Blocks.ShapeOf(blocks[place]), ref sink);
            sink.Take(scan);
            scan.Clear();
            targets.Sort();
            int before = -1;
            foreach (int target in targets)
            {
                if (target != before && target != blocks[place])
                {
                    edges.Add(ranks.Of(target));
                }

                before = target;
            }
        }

        first[blocks.Length] = edges.Count;
        return new LeakGraph(blocks, first, [.. edges]);
    }

    private readonly struct EdgeSink(BlockTable blocks, BlockBits lost, List<int> targets) : ICandidateSink
    {
        public void Take(BlockScan scan)
        {
            foreach (ulong address in scan.Plain)
            {
                Add(blocks.Find(address));
            }

            foreach (ulong address in scan.Offsets)
            {
                Add(blocks.FindStoredAsOffset(address));
            }
        }

        private void Add(int block)
        {
            if (block >= 0 && lost[block])
            {
                targets.Add(block);
            }
        }
    }
}

/// <summary>The place of a set block among all that are set, in constant time.</summary>
internal sealed class BlockRanks
{
    private readonly BlockBits _bits;
    private readonly int[] _before;

    public BlockRanks(BlockBits bits)
    {
        _bits = bits;
        _before = new int[bits.Words.Length];
        int sum = 0;
        for (int i = 0; i < _before.Length; i++)
        {
            _before[i] = sum;
            sum += System.Numerics.BitOperations.PopCount(bits.Words[i]);
        }
    }

    public int Of(int block) =>
        _before[block >> 6] + System.Numerics.BitOperations.PopCount(_bits.Words[block >> 6] & ((1UL << block) - 1));
}
