using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Leaks;

/// <summary>One word that points to what was asked for.</summary>
/// <param name="Holder">Block it stands in; −1 for a root.</param>
/// <param name="Root">Root it stands in; −1 for a block.</param>
/// <param name="Word">The word's value as stored, or the address it stands for where it is stored as an offset.</param>
/// <param name="IsReached">Whether the holder is reached from a root.</param>
public readonly record struct Referrer(int Holder, int Root, ulong Word, bool IsReached);

/// <summary>A step on the way from a root: a block, and where in it the way came in.</summary>
/// <param name="Block">Block.</param>
/// <param name="Entered">Address within it that was pointed to.</param>
public readonly record struct PathStep(int Block, ulong Entered);

/// <summary>Who points to a block, and how it is reached.</summary>
public sealed record References
{
    /// <summary>The block.</summary>
    public required int Block { get; init; }

    /// <summary>Who points to it; the first ones.</summary>
    public required IReadOnlyList<Referrer> Referrers { get; init; }

    /// <summary>How many there are in all.</summary>
    public required long Count { get; init; }

    /// <summary>Number of the root that a way begins in; −1 where there is none.</summary>
    public required int Root { get; init; }

    /// <summary>A shortest way from that root to the block, itself last; empty where nothing reaches it.</summary>
    public required IReadOnlyList<PathStep> Path { get; init; }
}

/// <summary>Finds who points to a block, and a shortest way to it from a root: breadth first, on one thread.</summary>
public static class ReferenceSearch
{
    /// <summary>Searches.</summary>
    /// <param name="input">The heap.</param>
    /// <param name="block">The block asked for.</param>
    /// <param name="most">Referrers kept.</param>
    public static References Find(MarkInput input, int block, int most)
    {
        ArgumentNullException.ThrowIfNull(input);
        var search = new Search(input, block, most);
        search.Run();
        return search.Result();
    }

    private sealed class Search(MarkInput input, int wanted, int most)
    {
        private readonly BlockScan _scan = new(input);
        private readonly int[] _parent = NewParents(input.Blocks.BlockCount);
        private readonly Dictionary<int, ulong> _entered = [];
        private readonly List<int> _queue = [];
        private readonly List<Referrer> _referrers = [];
        private long _count;
        private int _holder;
        private int _root;
        private bool _follow = true;

        public void Run()
        {
            var sink = new Sink(this);
            _holder = -1;
            for (_root = 0; _root < input.Roots.Count; _root++)
            {
                _scan.Root(input.Roots[_root], ref sink);
                Flush(ref sink);
            }

            _root = -1;
            for (int i = 0; i < _queue.Count; i++)
            {
                Read(_queue[i], ref sink);
            }

            // Lost blocks may point to it too; what they lead to is not reached by that.
            _follow = false;
            foreach (int block in input.Allocated.Set())
            {
                if (_parent[block] == 0)
                {
                    Read(block, ref sink);
                }
            }
        }

        public References Result()
        {
            var path = new List<PathStep>();
            int at = wanted;
            while (at >= 0 && _parent[at] != 0 && path.Count <= _queue.Count)
            {
                path.Add(
                    new PathStep(
                        at, _entered.TryGetValue(at, out ulong entered) ? entered : input.Blocks.AddressOf(at)));
                at = _parent[at] > 0 ? _parent[at] - 1 : _parent[at];
            }

            path.Reverse();
            return new References
            {
                Block = wanted,
                Referrers = _referrers,
                Count = _count,
                Root = path.Count > 0 ? -at - 1 : -1,
                Path = path,
            };
        }

        // A parent is a block + 1, or −(root + 1); 0 is none.
        private static int[] NewParents(int count) => new int[count];

        private void Read(int block, ref Sink sink)
        {
            _holder = block;
            _scan.Block(input.Blocks.AddressOf(block), input.Blocks.ShapeOf(block), ref sink);
            Flush(ref sink);
        }

        private void Flush(ref Sink sink)
        {
            sink.Take(_scan);
            _scan.Clear();
        }

        private void Take(ulong address, bool isOffset)
        {
            int block = isOffset ? input.Blocks.FindStoredAsOffset(address) : input.Blocks.Find(address);
            if (block < 0)
            {
                return;
            }

            if (block == wanted)
            {
                _count++;
                if (_referrers.Count < most)
                {
                    _referrers.Add(new Referrer(_holder, _root, address, _follow));
                }
            }

            if (_follow && _parent[block] == 0 && input.Allocated[block])
            {
                _parent[block] = _holder >= 0 ? _holder + 1 : -(_root + 1);
                _queue.Add(block);
                if (address != input.Blocks.AddressOf(block) && _entered.Count < 10_000_000)
                {
                    _entered[block] = address;
                }
            }
        }

        private readonly struct Sink(Search search) : ICandidateSink
        {
            public void Take(BlockScan scan)
            {
                foreach (ulong address in scan.Plain)
                {
                    search.Take(address, isOffset: false);
                }

                foreach (ulong address in scan.Offsets)
                {
                    search.Take(address, isOffset: true);
                }
            }
        }
    }
}
