using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Tests.Marking;

/// <summary>
/// A random heap: shapes of all kinds in two windows, blocks in every state, words that are pointers, nearly pointers, or neither.
/// Beside it a marker that does the same in the plainest way: the blocks of each page in a list, word by word.
/// </summary>
internal sealed class RandomHeap
{
    private const ulong Direct = 0xfffff80000000000;
    private const ulong Map = 0xfffffe0000000000;
    private const ulong Offset = 0xffffffff81800000;

    private readonly Random _random;
    private readonly List<Block> _blocks = [];
    private readonly Dictionary<ulong, List<Block>> _byPage = [];
    private readonly List<MarkRoot> _roots = [];
    private readonly BlockTableBuilder _builder = new([new(Direct, Direct + (1UL << 40)), new(Map, ulong.MaxValue)]);
    private readonly Dictionary<ulong, ulong> _aliases = [];
    private ulong _nextDirect = Direct + 0x5000;
    private ulong _nextMap = Map + 0x3000;

    public RandomHeap(int seed)
    {
        _random = new Random(seed);
        int spans = _random.Next(1, 60);
        for (int i = 0; i < spans; i++)
        {
            AddSpan();
        }

        AddRoots();
        Fill();
    }

    public SyntheticMemory Memory { get; } = new();

    public IReadOnlyList<Block> Blocks => _blocks;

    public sealed record Block(int Number, ulong Address, BlockShape Shape)
    {
        public bool IsAllocated { get; init; }

        public bool IsSource { get; init; }
    }

    public MarkInput Input(int threads)
    {
        BlockTable table = _builder.Build();
        var allocated = new BlockBits(table.BlockCount);
        var sources = new BlockBits(table.BlockCount);
        foreach (Block block in _blocks)
        {
            allocated[block.Number] = block.IsAllocated;
            sources[block.Number] = block.IsSource;
        }

        return new MarkInput
        {
            Blocks = table,
            Allocated = allocated,
            Sources = sources,
            Roots = _roots,
            Memory = Memory,
            StoredOffset = Offset,
            Threads = threads,
        };
    }

    /// <summary>What is reached, by the plain marker.</summary>
    public HashSet<int> Reached()
    {
        var reached = new HashSet<int>();
        var todo = new Stack<Block>();
        foreach (MarkRoot root in _roots)
        {
            for (ulong a = root.Address; a < root.Address + root.Length; a += 8)
            {
                Take(Memory.Read(a));
            }
        }

        foreach (Block block in _blocks.Where(b => b.IsSource))
        {
            todo.Push(block);
        }

        while (todo.TryPop(out Block? block))
        {
            foreach (ulong word in Words(block))
            {
                Take(word);
            }
        }

        return reached;

        void Take(ulong word)
        {
            foreach (Block target in Targets(word))
            {
                if (target.IsAllocated && reached.Add(target.Number))
                {
                    todo.Push(target);
                }
            }
        }
    }

    /// <summary>The blocks a word refers to: at most one plainly, and one as an offset.</summary>
    public IEnumerable<Block> Targets(ulong word)
    {
        ulong address = _aliases.TryGetValue(word >> 12, out ulong page) ? (page << 12) | (word & 4095) : word;
        foreach (Block block in Near(address).Concat(Near(word + Offset)).Distinct())
        {
            if (Holds(block, address) || (block.Shape.IsStoredAsOffset && Holds(block, word + Offset)))
            {
                yield return block;
            }
        }
    }

    /// <summary>Blocks with a byte on the page of an address.</summary>
    private List<Block> Near(ulong address)
    {
        if (_byPage.Count == 0)
        {
            foreach (Block block in _blocks)
            {
                ulong last = block.Address + ((ulong)(block.Shape.Copies - 1) * (ulong)block.Shape.CopyStride) + (ulong)block.Shape.Stride - 1;
                for (ulong page = block.Address >> 12; page <= last >> 12; page++)
                {
                    if (!_byPage.TryGetValue(page, out List<Block>? there))
                    {
                        _byPage[page] = there = [];
                    }

                    there.Add(block);
                }
            }
        }

        return _byPage.GetValueOrDefault(address >> 12) ?? [];
    }

    public IEnumerable<ulong> Words(Block block)
    {
        for (int copy = 0; copy < block.Shape.Copies; copy++)
        {
            ulong start = block.Address + ((ulong)copy * (ulong)block.Shape.CopyStride);
            int words = block.Shape.Rule switch
            {
                ScanRule.Nothing => 0,
                ScanRule.FirstWord => 1,
                _ => (int)block.Shape.Size / 8,
            };
            for (int i = 0; i < words; i++)
            {
                if (block.Shape.Rule != ScanRule.Reader || (i % 3 != 2 && i < TwoOfThree.Words))
                {
                    yield return Memory.Read(start + ((ulong)i * 8));
                }
            }
        }
    }

    private static bool Holds(Block block, ulong address)
    {
        for (int copy = 0; copy < block.Shape.Copies; copy++)
        {
            if (address - (block.Address + ((ulong)copy * (ulong)block.Shape.CopyStride)) < (ulong)block.Shape.Stride)
            {
                return true;
            }
        }

        return false;
    }

    private void AddSpan()
    {
        // Items up to 640 bytes; now and then some that are longer than a page, and some of 40,000.
        int stride = _random.Next(12) switch { 0 => _random.Next(600, 2000) * 8, 1 => 40_000, _ => _random.Next(1, 80) * 8 };
        bool isPerCpu = stride <= 640 && _random.Next(8) == 0;
        bool isLarge = !isPerCpu && _random.Next(8) == 0;
        int pages = stride > 640 ? (stride * 3 / 4096) + 1 : isPerCpu ? _random.Next(1, 3) : _random.Next(4) == 0 ? _random.Next(2, 6) : 1;
        ScanRule rule = _random.Next(6) switch { 0 => ScanRule.FirstWord, 1 => ScanRule.Nothing, 2 => ScanRule.Reader, _ => ScanRule.All };

        // A slab may begin behind its header, and a large allocation end within a page.
        int header = _random.Next(3) == 0 ? _random.Next(1, 12) * 8 : 0;
        int room = (pages * 4096) - header;
        int large = room - (_random.Next(2) * _random.Next(400) * 8);
        var shape = new BlockShape
        {
            Stride = isLarge ? large : stride,
            Size = isLarge ? large : Math.Max(8, stride - (_random.Next(3) * 8)),
            Count = isLarge ? 1 : room / stride,
            Rule = rule,
            Reader = rule == ScanRule.Reader ? new TwoOfThree() : null,
            Copies = isPerCpu ? 3 : 1,
            CopyStride = isPerCpu ? (pages * 4096) + (_random.Next(3) * 4096) + (_random.Next(4) == 0 ? 24 : 0) : 0,
            IsStoredAsOffset = isPerCpu,
        };
        bool inMap = isPerCpu || pages > 1 || _random.Next(3) == 0;
        ref ulong next = ref inMap ? ref _nextMap : ref _nextDirect;
        ulong first = next + (ulong)header;
        next += (ulong)(((header + shape.Extent + 4095) / 4096) + _random.Next(3)) * 4096;
        if (_random.Next(20) == 0)
        {
            next += 0x40000000;
        }

        int number = _builder.Add(first, shape);
        for (int i = 0; i < shape.Count; i++)
        {
            int state = _random.Next(10);
            _blocks.Add(new Block(number + i, first + ((ulong)i * (ulong)shape.Stride), shape) { IsAllocated = state < 7, IsSource = state == 9 });
        }

        if (inMap && !isPerCpu)
        {
            for (int page = 0; page < pages; page++)
            {
                ulong alias = _nextDirect + ((ulong)_random.Next(1, 4) * 4096);
                _nextDirect = alias + 4096;
                _builder.AddAlias(alias, first + ((ulong)page * 4096));
                _aliases[alias >> 12] = (first >> 12) + (ulong)page;
            }
        }
    }

    private void AddRoots()
    {
        for (int i = _random.Next(1, 5); i > 0; i--)
        {
            ulong length = (ulong)_random.Next(1, 3000) * 8;
            _roots.Add(new MarkRoot(0xffffffff80200000 + ((ulong)i << 20), length));
            for (ulong at = 0; at < length; at += 8)
            {
                Memory.Write(_roots[^1].Address + at, _random.Next(200) == 0 ? Pointer() : Noise());
            }
        }
    }

    private void Fill()
    {
        foreach (Block block in _blocks)
        {
            for (int copy = 0; copy < block.Shape.Copies; copy++)
            {
                for (int at = 0; at < block.Shape.Stride; at += 8)
                {
                    ulong address = block.Address + ((ulong)copy * (ulong)block.Shape.CopyStride) + (ulong)at;
                    Memory.Write(address, _random.Next(60) == 0 ? Pointer() : Noise());
                }
            }
        }
    }

    private ulong Pointer()
    {
        Block target = _blocks[_random.Next(_blocks.Count)];
        ulong address = target.Address + (ulong)_random.Next((int)target.Shape.Stride);
        if (target.Shape.IsStoredAsOffset && _random.Next(4) != 0)
        {
            return address - Offset + (ulong)(_random.Next(target.Shape.Copies) * target.Shape.CopyStride);
        }

        KeyValuePair<ulong, ulong> alias = _aliases.FirstOrDefault(a => a.Value == address >> 12);
        return alias.Value != 0 && _random.Next(2) == 0 ? (alias.Key << 12) | (address & 4095) : address;
    }

    private ulong Noise() => _random.Next(8) switch
    {
        0 => Direct + (ulong)_random.NextInt64(1L << 34),
        1 => Map + (ulong)_random.NextInt64(1L << 34),
        2 => ulong.MaxValue - (ulong)_random.Next(1000),
        3 => (ulong)_random.Next(100_000),
        4 => (ulong)_random.NextInt64(),
        _ => 0,
    };

    private sealed class TwoOfThree : BlockReader
    {
        public const int Words = 45;

        public override int Read(ReadOnlySpan<ulong> words, Span<WordRun> runs)
        {
            int written = 0;
            for (int i = 0; i < Math.Min(words.Length, Words); i += 3)
            {
                runs[written++] = new WordRun(i, Math.Min(2, words.Length - i));
            }

            return written;
        }
    }
}
