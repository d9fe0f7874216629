using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Tests.Scenarios;
using Leakstat.Model;

namespace Leakstat.Dump.Tests.Leaks;

/// <summary>What was planted as lost is found, all of it and nothing else; what is lost follows from the test's own notes.</summary>
public sealed class LeakSearchTests
{
    public static TheoryData<string> Layouts => [.. Heaps.Layouts.Keys];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void EveryLayoutOfSlabsGivesWhatIsLostAndNothingElse(string layout) =>
        Check(Heaps.WithLosses(new MachineOptions(), Heaps.Layouts[layout]));

    [Theory]
    [InlineData("12")]
    [InlineData("13")]
    [InlineData("15")]
    [InlineData("arm")]
    public void EveryReleaseGivesWhatIsLostAndNothingElse(string name) =>
        Check(Heaps.WithLosses(Writer.MachineTests.OptionsOf(name), ZoneOptions.Default));

    [Fact]
    public void LargeAllocationsAreBlocksLikeOthers()
    {
        var heap = new Scenario();
        LargeBlock kept = heap.Large("bigbuf", 300_000);
        heap.Point(heap.Variable("big"), kept, inside: 70_000);
        LargeBlock direct = heap.Large("bigbuf", 200_000);
        heap.Point(heap.Variable("big_direct"), direct, inside: 8192, form: PointerForm.Direct);
        Item held = heap.Block("bigbuf", 100);
        heap.Point(kept, held);
        heap.Large("bigbuf", 300_000);
        heap.Large("bigbuf", 90_000, contiguous: true);
        LargeBlock lost = heap.Large("bigbuf", 100_000);
        heap.Point(lost, heap.Block("bigbuf", 100));
        LeakReport report = Check(heap);

        Assert.Equal(3, report.Leaks.Where(l => l.Kind == LeakKind.Large).Sum(l => l.Count));
        Assert.Equal(1, report.Leaks.Where(l => l is { Kind: LeakKind.Large, Name: "contigmalloc" }).Sum(l => l.Count));
    }

    [Theory]
    [InlineData("12")]
    [InlineData("14")]
    public void ClustersAreHeldByMbufsThatHaveThemAndByNothingElse(string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        Mbufs mbufs = heap.Mbufs;
        (Item kept, _) = mbufs.WithCluster();
        heap.Point(heap.Variable("queue"), kept);
        mbufs.FreePacket();
        (_, Item lostCluster) = mbufs.WithCluster();
        mbufs.Packet();

        // An mbuf in use without a cluster: what its last user left where m_ext would be holds nothing.
        Item plain = mbufs.Plain();
        heap.Point(heap.Variable("plain"), plain).Stale(plain, lostCluster, at: 96 + (release == "12" ? 8 : 16));
        LeakReport report = Check(heap);

        Assert.Equal(2, report.Leaks.Single(l => l.Name == "mbuf").Count);
        Assert.Equal(2, report.Leaks.Single(l => l.Name == "mbuf_cluster").Count);
        Assert.Equal(0, report.Leaks.Single(l => l.Name == "mbuf_cluster").Direct);
    }

    [Fact]
    public void BaselineLeavesOutWhatWasThereBefore()
    {
        using var healthy = Opened.Minidump(Lossy(3).Crash());
        LeakReport before = LeakSearch.Run(healthy.Dump, new LeakOptions());
        var file = new MemoryStream();
        LeakSearch.Baseline(healthy.Dump, before).Write(file);
        LeakBaseline? baseline = LeakBaseline.Read(file.ToArray(), out string? problem);
        Assert.Null(problem);

        using var later = Opened.Minidump(Lossy(10).Crash());
        LeakReport after = LeakSearch.Run(later.Dump, new LeakOptions { Baseline = baseline });
        Assert.Equal(3, before.Leaks.Sum(l => l.Count));
        Assert.Equal(7, after.Leaks.Sum(l => l.Count));
        Assert.Equal(3, after.InBaseline);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"schema\":\"leakstat.dumpbaseline/1\",\"kernel\":\"x\",\"unreached\":[{}]}")]
    [InlineData("{\"schema\":\"leakstat.dumpbaseline/1\",\"kernel\":\"x\",\"unreached\":[{\"kind\":\"zone\",\"name\":\"a\",\"size\":8,\"content\":\"\",\"count\":-1}]}")]
    public void WhatIsNoBaselineIsTold(string text)
    {
        Assert.Null(LeakBaseline.Read(System.Text.Encoding.UTF8.GetBytes(text), out string? problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void ReferencesAndWaysAreFound()
    {
        var heap = new Scenario();
        Zone zone = heap.Zone("link", 64);
        Item[] items = heap.Many(zone, 4);
        heap.Point(heap.Variable("head"), items[0]).Chain(items[0], items[1], items[2]).Point(items[3], items[2]);
        using var opened = Opened.Minidump(heap.Crash());
        HeapBlocks blocks = HeapBlocks.Make(opened.Dump);
        Leakstat.Dump.Leaks.References found = ReferenceSearch.Find(blocks.Input, blocks.Input.Blocks.Find(items[2].Address + 9), 10);

        Assert.Equal(
            [(items[1].Address, true), (items[3].Address, false)],
            found.Referrers.Select(r => (blocks.Input.Blocks.AddressOf(r.Holder), r.IsReached)));
        Assert.Equal([items[0].Address, items[1].Address, items[2].Address], found.Path.Select(p => blocks.Input.Blocks.AddressOf(p.Block)));
        Assert.Empty(ReferenceSearch.Find(blocks.Input, blocks.Input.Blocks.Find(items[3].Address), 10).Path);
    }

    private static Scenario Lossy(int lost)
    {
        var heap = new Scenario();
        heap.Many(heap.Zone("ring", 96), lost);
        foreach (IPlace item in heap.Machine.References.Planted)
        {
            heap.Machine.Space.Write(item.Address, new byte[96]);
        }

        return heap;
    }

    private static string Holders(HeapBlocks heap, ulong address)
    {
        int block = heap.Input.Blocks.Find(address);
        return block < 0
            ? "it is no block"
            : string.Join(", ", ReferenceSearch.Find(heap.Input, block, 5).Referrers.Select(r =>
                r.Holder >= 0 ? $"{heap.KegOf(r.Holder)?.Name} 0x{heap.Input.Blocks.AddressOf(r.Holder):x}" : heap.RootNames[r.Root]));
    }

    private static LeakReport Check(Scenario heap)
    {
        using var opened = Opened.Minidump(heap.Crash());
        LeakReport report = LeakSearch.Run(opened.Dump, new LeakOptions { Threads = 2 });
        string[] expected = [.. heap.Machine.References.Lost().Select(p => $"0x{p.Address:x} {p}").Order()];
        Dictionary<ulong, string> names = heap.Machine.References.Planted.GroupBy(p => p.Address).ToDictionary(g => g.Key, g => $"0x{g.Key:x} {g.Last()}");
        string[] found = [.. report.Leaks.Concat(report.Known)
            .SelectMany(l => l.Addresses.Select(a => names.GetValueOrDefault(a) ?? $"0x{a:x} not planted: {l.Name}")).Order()];
        foreach (IPlace missed in heap.Machine.References.Lost().Where(p => !found.Any(f => f.StartsWith($"0x{p.Address:x} ", StringComparison.Ordinal))))
        {
            Assert.Fail($"{missed} at 0x{missed.Address:x} is not found: {Holders(report.Heap, missed.Address)}");
        }

        Assert.Equal(expected, found);
        return report;
    }
}
