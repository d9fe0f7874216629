using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Walking;
using ItemState = Leakstat.Dump.Walking.ItemState;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>The walk finds every item in the state it was put in, in every layout of slabs and every release.</summary>
public class WalkTests
{
    public static TheoryData<string, string> LayoutsAndReleases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string layout in Heaps.Layouts.Keys)
            {
                foreach (string release in (string[])["12", "13", "14", "15"])
                {
                    data.Add(layout, release);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(LayoutsAndReleases))]
    public void Every_item_has_its_state(string layout, string release)
    {
        CrashedMachine crashed = Heaps.WithLosses(Writer.MachineTests.OptionsOf(release), Heaps.Layouts[layout]).Crash();
        using Opened opened = Opened.Minidump(crashed);

        AssertSame(crashed.Machine, opened.Dump.Heap);
    }

    [Theory]
    [InlineData(TypeInformation.Plain)]
    [InlineData(TypeInformation.Version2)]
    [InlineData(TypeInformation.None)]
    public void Types_of_every_form_give_the_same(TypeInformation types)
    {
        CrashedMachine crashed = Heaps.WithLosses(new MachineOptions(), ZoneOptions.Default).Crash();
        using Opened opened = Opened.Minidump(crashed, types);

        AssertSame(crashed.Machine, opened.Dump.Heap);
    }

    [Theory]
    [InlineData("13")]
    [InlineData("14")]
    [InlineData("15")]
    public void The_built_in_layouts_fit(string release)
    {
        CrashedMachine crashed = Heaps.WithLosses(Writer.MachineTests.OptionsOf(release), ZoneOptions.Default).Crash();
        using Opened opened = Opened.Minidump(crashed, TypeInformation.None);

        AssertSame(crashed.Machine, opened.Dump.Heap);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 2)]
    public void Every_number_of_processors_and_domains_is_walked(int cpus, int domains)
    {
        var heap = new Scenario(new MachineOptions { Cpus = cpus, Domains = domains });
        Image.Zone zone = heap.Zone("widget", 216);
        for (int domain = 0; domain < domains; domain++)
        {
            Item[] items = heap.Many(zone, 60, domain);
            heap.Cache(items[1], BucketPlace.Cross, cpus - 1).Cache(items[2], BucketPlace.Domain, domain).Free(items[3]);
        }

        CrashedMachine crashed = heap.Crash();
        using Opened opened = Opened.Minidump(crashed);

        AssertSame(crashed.Machine, opened.Dump.Heap);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("14")]
    public void Packets_keep_their_clusters_while_they_are_cached(string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        heap.Mbufs.Packet();
        heap.Mbufs.WithCluster();
        (Item mbuf, Item cluster) = heap.Mbufs.FreePacket();
        heap.New(heap.Mbufs.Jumbo);
        CrashedMachine crashed = heap.Crash();
        using Opened opened = Opened.Minidump(crashed);

        AssertSame(crashed.Machine, opened.Dump.Heap);
        Dictionary<ulong, ItemState> states = StatesOf(opened.Dump.Heap);
        Assert.Equal(ItemState.CachedConstructed, states[mbuf.Address]);
        Assert.Equal(ItemState.Allocated, states[cluster.Address]);
    }

    [Fact]
    public void Zones_of_early_boot_count_less_than_they_have_and_that_is_explained()
    {
        var heap = new Scenario();
        Image.Zone late = heap.Zone("widget", 216);
        heap.Many(late, 5);
        Image.Zone early = heap.Machine.Uma.Zones.First(z => z is { Keg: not null, Name: "UMA Kegs" or "UMA Zones" or "UMA Slabs 0" } && z.Allocations > 3);
        early.Allocations -= 3;
        late.Allocations -= 2;
        using Opened wrong = Opened.Minidump(heap.Crash());
        Disagreement[] found = [.. HeapCheck.Disagreements(wrong.Dump.Heap)];

        Assert.Contains(found, d => d.Name == early.Name && d.Walked - d.Counted == 3 && d.Cause?.Contains("EARLY_COUNTER", StringComparison.Ordinal) == true);
        Assert.Contains(found, d => d.Name == "widget" && d.Walked - d.Counted == 2 && d.Cause is null);
        Assert.Equal(2, found.Length);
    }

    [Fact]
    public void Kegs_whose_slabs_are_not_in_the_dump_are_counted_as_unreadable()
    {
        var heap = new Scenario();
        heap.Many(heap.Zone("abd_chunk", 4096, new ZoneOptions { Flags = KegTraits.NoDump }), 3);
        Item[] others = heap.Many(heap.Zone("zio_buf_comb_512", 512, new ZoneOptions { Flags = KegTraits.NoDump }), 3);
        CrashedMachine crashed = heap.Crash();
        using Opened opened = Opened.Minidump(crashed);

        KernelHeap walked = opened.Dump.Heap;
        Leakstat.Dump.Walking.Keg keg = walked.Kegs.Single(k => k.Name == "zio_buf_comb_512");
        Assert.Equal(1, walked.Counts[keg.Index].UnreadableSlabs);
        Assert.DoesNotContain(others[0].Address, StatesOf(walked).Keys);
        Assert.Equal(3, walked.Zones.Single(z => z.Name == "zio_buf_comb_512").Used);
    }

    /// <summary>Enough slabs, with most of the dump's pages, for their links to be read from all pages at once.</summary>
    [Theory]
    [InlineData("inline", "14")]
    [InlineData("inline", "12")]
    [InlineData("several pages", "14")]
    [InlineData("offpage", "14")]
    public void Keg_that_has_most_of_the_memory_is_walked_whole(string layout, string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        Image.Zone zone = heap.Zone("hog", 3000, Heaps.Layouts[layout]);
        Item[] items = heap.Many(zone, 1500 * (layout == "several pages" ? 5 : 1));
        foreach (Item item in items.Where((_, i) => i % 7 == 3 || i is > 100 and < 400))
        {
            heap.Free(item);
        }

        CrashedMachine crashed = heap.Crash();
        using Opened opened = Opened.Minidump(crashed);

        KernelHeap walked = opened.Dump.Heap;
        Assert.InRange(walked.Counts[walked.Kegs.Single(k => k.Name == "hog").Index].Slabs, 1200, int.MaxValue);
        AssertSame(crashed.Machine, walked);
    }

    [Theory]
    [InlineData("13")]
    [InlineData("14")]
    [InlineData("15")]
    public void Large_allocations_are_found(string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        LargeBlock[] blocks = [heap.Large("bigbuf", 70_000), heap.Large("bigbuf", 1_000_000), heap.Large("bigbuf", 65_537)];
        LargeBlock contiguous = heap.Large("dma", 200_000, contiguous: true);
        CrashedMachine crashed = heap.Crash();
        using Opened opened = Opened.Minidump(crashed);

        var expected = blocks.Select(b => (b.Address, (ulong)b.Size, LargeKind.Malloc)).ToList();
        if (crashed.Machine.Release.Major >= 14)
        {
            expected.Add((contiguous.Address, (ulong)contiguous.Size, LargeKind.Contiguous));
        }

        Assert.Equal(expected.Order(), opened.Dump.Heap.Large.Select(l => (l.Address, l.Size, l.Kind)).Order());
    }

    [Theory]
    [InlineData("12")]
    [InlineData("13")]
    [InlineData("14")]
    [InlineData("15")]
    public void Malloc_types_have_what_was_allocated(string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        heap.Block("alpha", 100);
        heap.Block("alpha", 3000);
        Item freed = heap.Block("alpha", 100);
        heap.Machine.Malloc.Free("alpha", freed);
        heap.Large("alpha", 100_000);
        heap.Block("beta", 16);
        CrashedMachine crashed = heap.Crash();
        using Opened opened = Opened.Minidump(crashed);

        var found = opened.Dump.MallocTypes.ToDictionary(t => t.Name);
        foreach (Image.MallocType type in crashed.Machine.Malloc.Types)
        {
            Assert.Equal(
                (type.InUse, type.Allocations - type.Frees, (ulong)type.Allocations, type.Address),
                (found[type.Name].BytesInUse, found[type.Name].InUse, found[type.Name].Allocations, found[type.Name].Address));
        }

        // 128 + 4096 + 128 - 128 by hand, and 25 pages of 4096.
        Assert.Equal(128 + 4096 + 102_400, found["alpha"].BytesInUse);
        Assert.Equal(crashed.Machine.Malloc.Types.Count, found.Count);
    }

    internal static Dictionary<ulong, ItemState> StatesOf(KernelHeap heap)
    {
        var states = new Dictionary<ulong, ItemState>();
        for (int slab = 0; slab < heap.Slabs.Count; slab++)
        {
            int stride = heap.Kegs[heap.Slabs.Keg[slab]].Stride;
            for (int item = heap.Slabs.FirstItem[slab]; item < heap.Slabs.FirstItem[slab + 1]; item++)
            {
                states.Add(
                    heap.Slabs.FirstAddress[slab] + (ulong)((item - heap.Slabs.FirstItem[slab]) * stride),
                    (ItemState)heap.Slabs.State[item]);
            }
        }

        return states;
    }

    /// <summary>Zones, kegs and every single item as the machine was left.</summary>
    private static void AssertSame(Image.Machine machine, KernelHeap heap)
    {
        Dictionary<ulong, ItemState> states = StatesOf(heap);
        var wrong = new List<string>();
        int count = 0;
        foreach (Item item in machine.Uma.Kegs.SelectMany(k => k.Slabs).SelectMany(s => s.Items))
        {
            count++;
            ItemState expected = Expected(item);
            if (!states.TryGetValue(item.Address, out ItemState found) || found != expected)
            {
                wrong.Add($"{item} of {item.Slab.Keg.Name}: {(states.ContainsKey(item.Address) ? found : "missing")}, should be {expected}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} wrong: {string.Join("; ", wrong.Take(5))}");
        Assert.Equal(count, states.Count);
        foreach (Image.Zone zone in machine.Uma.Zones)
        {
            Leakstat.Dump.Walking.Zone found = heap.Zones.Single(z => z.Address == zone.Address);
            Assert.Equal((zone.Name, zone.Allocated, zone.Allocations), (found.Name, found.Used, found.Allocations));
            Assert.Equal(zone.Buckets.Sum(b => b.Items.Count), found.Cached);
        }

        Assert.Equal(machine.Uma.Zones.Count, heap.Zones.Count);
        Assert.All(heap.Counts, c => Assert.Equal((0, c.FreeInSlabsCounted), (c.UnreadableSlabs, c.FreeInSlabs)));
    }

    private static ItemState Expected(Item item)
    {
        bool constructs = item.Slab.Keg.Init != 0;
        return item.State switch
        {
            Image.ItemState.Allocated => ItemState.Allocated,
            Image.ItemState.Cached => constructs || item.Zone!.Init != 0 ? ItemState.CachedConstructed : ItemState.Cached,
            _ => constructs ? ItemState.FreeConstructed : ItemState.Free,
        };
    }
}
