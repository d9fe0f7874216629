using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>Dumps of a kernel that went on running, and slabs whose headers are not in the dump.</summary>
public sealed class LiveDumpTests
{
    [Fact]
    public void Slabs_behind_a_missing_header_are_found_by_their_pages()
    {
        var heap = new Scenario();
        Item[] blocks = [.. Enumerable.Range(0, 600).Select(_ => heap.Block("leak", 216))];
        CrashedMachine crashed = heap.Crash();
        Slab gone = blocks[300].Slab;
        HashSet<ulong> pages = [crashed.Machine.Space.Physical(gone.Data)];
        int slabs = blocks[0].Slab.Keg.Slabs.Count;

        using Opened opened = Opened.Of(crashed, Minidump.Of(crashed, isLeftOut: (page, _) => pages.Contains(page)));
        Walking.Keg keg = opened.Dump.Heap.Kegs.Single(k => k.Name == "malloc-256");
        KegCount count = opened.Dump.Heap.Counts[keg.Index];

        Assert.True(slabs > 20, $"{slabs} slabs");
        Assert.Equal((slabs - 1, 1), (count.Slabs, count.UnreadableSlabs));
        long lost = blocks.Count(b => b.Slab != gone);
        Assert.Equal(lost, LeakSearch.Run(opened.Dump, new LeakOptions()).Leaks.Single(l => l.Name == "malloc-256").Count);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_live_dump_with_an_eighth_of_the_bitmap_is_told(bool isLive, bool isCut)
    {
        var heap = new Scenario();
        Item[] blocks = [.. Enumerable.Range(0, 60_000).Select(_ => heap.Block("leak", 216))];
        CrashedMachine crashed = heap.Crash();
        HashSet<ulong> slabs = [.. blocks.Select(b => crashed.Machine.Space.Physical(b.Slab.Data))];
        byte[] dump = Minidump.Of(crashed, isLeftOut: (page, place) => isCut && place >= 1 / 8.0 && slabs.Contains(page));

        using Opened opened = Opened.Of(crashed, dump, isLive ? "livecore.0" : "vmcore.0");
        LeakReport report = LeakSearch.Run(opened.Dump, new LeakOptions());

        Assert.Equal(isLive, opened.Dump.IsLive);
        Assert.Equal(isLive && isCut, opened.Dump.Problems.All.Any(p => p.Text.Contains("only the first eighth", StringComparison.Ordinal)));
        Assert.Equal(isLive && isCut, report.Notes.Any(n => n.StartsWith("seven eighths", StringComparison.Ordinal)));
        Assert.Equal(isCut, report.MissingPages > 0);
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(0, 1, false)]
    public void A_dump_of_another_name_is_live_where_nothing_dumps_and_nothing_panicked(uint dumping, uint panicked, bool isLive)
    {
        var heap = new Scenario();
        heap.Many(heap.Zone("widget", 216), 5);
        heap.Machine.Kernel.Define("dumping", dumping, 4);
        CrashedMachine crashed = heap.Crash();
        if (panicked == 0)
        {
            heap.Machine.Space.Write(heap.Machine.Kernel["panicstr"], 0UL);
        }

        using Opened opened = Opened.Of(crashed, Minidump.Of(crashed), "vmcore.0");

        Assert.Equal(isLive, opened.Dump.IsLive);
    }

    [Fact]
    public void Pages_of_tmpfs_are_data_and_hold_nothing()
    {
        var heap = new Scenario();
        Item[] lost = heap.Many(heap.Zone("widget", 216), 40);
        Image.Machine machine = heap.Machine;
        machine.Kernel.Define("tmpfs_pager_type", 8UL, 4);
        Image.Zone objects = machine.Uma.Zones.First(z => z.Name == "VM OBJECT");
        Item file = machine.Uma.Take(objects);
        machine.At("vm_object", file.Address).Set("type", 8);
        heap.Point(heap.Variable("tmpfs_file"), file);
        ulong page = machine.Memory.AllocatePage();
        machine.Pages.OwnObjects[page] = file.Address;
        for (int i = 0; i < lost.Length; i++)
        {
            machine.Space.Write(machine.Space.Direct(page) + ((ulong)i * 8), lost[i].Address);
        }

        using Opened opened = Opened.Minidump(heap.Crash());

        Assert.Equal(40, LeakSearch.Run(opened.Dump, new LeakOptions()).Leaks.Single(l => l.Name == "widget").Count);
    }
}
