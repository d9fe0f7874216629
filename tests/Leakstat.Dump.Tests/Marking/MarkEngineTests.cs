using Leakstat.Dump.Marking;

namespace Leakstat.Dump.Tests.Marking;

public sealed class MarkEngineTests
{
    private const ulong Base = 0xfffff80000000000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void RandomHeapsAreMarkedAsThePlainestMarkerMarksThem(int threads)
    {
        int reachedInAll = 0;
        int lostInAll = 0;
        for (int seed = 0; seed < 120; seed++)
        {
            var heap = new RandomHeap(seed);
            MarkInput input = heap.Input(threads);
            MarkResult result = MarkEngine.Mark(input);
            HashSet<int> expected = heap.Reached();
            Assert.True(expected.Order().SequenceEqual(result.Reached.Set()), $"seed {seed}");
            Assert.Equal(heap.Blocks.Where(b => b.IsAllocated && !expected.Contains(b.Number)).Select(b => b.Number), result.Lost.Set());
            Assert.Equal(expected.Count, result.Counts.Reached);
            reachedInAll += expected.Count;
            lostInAll += (int)result.Lost.Ones();
        }

        // The heaps are of use only while both sides are well filled.
        Assert.InRange(reachedInAll, 1000, int.MaxValue);
        Assert.InRange(lostInAll, 1000, int.MaxValue);
    }

    [Fact]
    public void EveryAddressFindsTheBlockThePlainestSearchFinds()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var heap = new RandomHeap(seed);
            BlockTable table = heap.Input(1).Blocks;
            var random = new Random(seed);
            foreach (RandomHeap.Block block in heap.Blocks)
            {
                ulong inside = block.Address + (ulong)random.NextInt64(block.Shape.Stride);
                Assert.Equal(block.Number, table.Find(inside));
                Assert.Equal(block.Address, table.AddressOf(block.Number));
                ulong near = block.Address + (ulong)random.NextInt64(-10_000, 10_000);
                RandomHeap.Block? expected = heap.Targets(near).FirstOrDefault(b => !b.Shape.IsStoredAsOffset || b.Address <= near);
                Assert.Equal(expected?.Number ?? -1, table.Find(near));
            }
        }
    }

    [Fact]
    public void LongChainIsFollowedToItsEndByAnyNumberOfThreads()
    {
        const int Count = 200_000;
        var memory = new SyntheticMemory();
        var builder = new BlockTableBuilder([new(Base, Base + (1UL << 32))]);
        var shape = new BlockShape { Stride = 64, Size = 64, Count = 64 };
        for (int span = 0; span < Count / 64; span++)
        {
            builder.Add(Base + ((ulong)span * 4096), shape);
        }

        // Each block points to one far away, so that every span comes up again and again.
        var random = new Random(1);
        int[] order = [.. Enumerable.Range(0, builder.BlockCount)];
        random.Shuffle(order);
        for (int i = 0; i + 1 < order.Length; i++)
        {
            memory.Write(Base + ((ulong)order[i] * 64) + 8, Base + ((ulong)order[i + 1] * 64) + 17);
        }

        memory.Write(0xffffffff80200000, Base + ((ulong)order[0] * 64));
        BlockTable table = builder.Build();
        foreach (int threads in (int[])[1, 3])
        {
            MarkResult result = MarkEngine.Mark(new MarkInput
            {
                Blocks = table,
                Allocated = AllOf(table.BlockCount),
                Roots = [new(0xffffffff80200000, 8)],
                Memory = memory,
                Threads = threads,
            });
            Assert.Equal(table.BlockCount, result.Counts.Reached);
            Assert.Equal(0, result.Lost.Ones());
        }
    }

    [Fact]
    public void OfRecordsOnlyTheNamedWordsAreRoots()
    {
        var memory = new SyntheticMemory();
        var builder = new BlockTableBuilder([new(Base, Base + (1UL << 32))]);
        builder.Add(Base, new BlockShape { Stride = 8, Size = 8, Count = 512 });
        ulong root = 0xffffffff80200000;
        const int Records = 5000;
        for (int i = 0; i < Records; i++)
        {
            memory.Write(root + ((ulong)i * 104) + 32, Base + ((ulong)(i % 200) * 8));
            memory.Write(root + ((ulong)i * 104) + 40, Base + (300 * 8));
        }

        MarkResult result = MarkEngine.Mark(new MarkInput
        {
            Blocks = builder.Build(),
            Allocated = AllOf(512),
            Roots = [new(root, Records * 104, 104, 32, 8)],
            Memory = memory,
            Threads = 2,
        });
        Assert.Equal(Enumerable.Range(0, 200), result.Reached.Set());
        Assert.Equal(Records * 8, result.Counts.RootBytes);
    }

    [Fact]
    public void HeadsAreWhatNothingPointsTo()
    {
        // A list of three, a cycle of three with a tail of one, a block alone that points to itself.
        var memory = new SyntheticMemory();
        int[][] edges = [[1], [2], [], [4], [5], [3, 6], [], [7]];
        MarkInput input = Plain(memory, edges);
        var graph = LeakGraph.Build(input, MarkEngine.Mark(input).Lost);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], graph.Blocks);
        Assert.Equal([true, false, false, true, false, false, false, true], graph.IsDirect);
    }

    [Fact]
    public void CycleThatAnotherLostBlockPointsToHasNoHeadOfItsOwn()
    {
        var memory = new SyntheticMemory();
        MarkInput input = Plain(memory, [[1], [0], [0]]);
        var graph = LeakGraph.Build(input, MarkEngine.Mark(input).Lost);
        Assert.Equal([false, false, true], graph.IsDirect);
    }

    [Fact]
    public void MissingAndAbsurdMemoryIsPassedOver()
    {
        var memory = new SyntheticMemory();
        var builder = new BlockTableBuilder([new(Base, ulong.MaxValue)]);
        var page = new BlockShape { Stride = 4096, Size = 4096, Count = 1 };
        Assert.Equal(-1, builder.Add(0x1000, page));
        Assert.Equal(-1, builder.Add(Base, new BlockShape { Stride = long.MaxValue, Size = 8, Count = int.MaxValue }));
        Assert.Equal(-1, builder.Add(Base, new BlockShape { Stride = 8, Size = 16, Count = 1 }));
        Assert.Equal(-1, builder.Add(Base - 4096, page));
        Assert.Equal(4, builder.RefusedSpans);
        Assert.Equal(0, builder.Add(Base, page));
        Assert.Equal(1, builder.Add(Base, page));
        BlockTable table = builder.Build();
        Assert.Equal(0, table.Find(Base + 5));
        memory.Write(ulong.MaxValue - 4095, Base);
        MarkResult result = MarkEngine.Mark(new MarkInput
        {
            Blocks = table,
            Allocated = AllOf(2),
            Roots = [new(ulong.MaxValue - 8191, 9000), new(ulong.MaxValue - 8191, 8000), new(0, 0), new(0x7000, 1 << 20)],
            Memory = memory,
        });
        Assert.Equal([0], result.Reached.Set());
    }

    private static MarkInput Plain(SyntheticMemory memory, int[][] edges)
    {
        var builder = new BlockTableBuilder([new(Base, Base + (1UL << 32))]);
        builder.Add(Base, new BlockShape { Stride = 64, Size = 64, Count = edges.Length });
        for (int i = 0; i < edges.Length; i++)
        {
            for (int j = 0; j < edges[i].Length; j++)
            {
                memory.Write(Base + ((ulong)i * 64) + ((ulong)j * 8), Base + ((ulong)edges[i][j] * 64) + 3);
            }
        }

        return new MarkInput { Blocks = builder.Build(), Allocated = AllOf(edges.Length), Roots = [], Memory = memory };
    }

    private static BlockBits AllOf(int count)
    {
        var bits = new BlockBits(count);
        for (int i = 0; i < count; i++)
        {
            bits[i] = true;
        }

        return bits;
    }
}
