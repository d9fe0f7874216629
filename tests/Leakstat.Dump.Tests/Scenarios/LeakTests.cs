using Leakstat.Dump.Leaks;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>What was planted as lost is found, and nothing else, in every layout, release and container.</summary>
public class LeakTests
{
    public static TheoryData<string, string> LayoutsAndReleases => WalkTests.LayoutsAndReleases;

    [Theory]
    [MemberData(nameof(LayoutsAndReleases))]
    public void All_that_is_lost_is_found_and_nothing_else(string layout, string release) =>
        AssertExact(Heaps.WithLosses(Writer.MachineTests.OptionsOf(release), Heaps.Layouts[layout]));

    [Theory]
    [InlineData(16)]
    [InlineData(48)]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(9000)]
    public void Items_of_every_size_are_found(int size) =>
        AssertExact(Heaps.WithLosses(new MachineOptions(), ZoneOptions.Default, size));

    [Theory]
    [InlineData("minidump 1")]
    [InlineData("elf")]
    [InlineData("qemu")]
    [InlineData("partition")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Every_container_gives_the_same(string form)
    {
        MachineOptions options = new() { Memory = 24 << 20, MapStart = form == "minidump 1" ? 0xffffffff00000000 : null };
        Scenario heap = Heaps.WithLosses(options, ZoneOptions.Default);
        CrashedMachine crashed = heap.Crash();
        using Opened opened = ContainerTests.Open(crashed, form);

        AssertExact(heap, opened);
    }

    [Theory]
    [InlineData(TypeInformation.None)]
    [InlineData(TypeInformation.Version2)]
    public void Every_source_of_types_gives_the_same(TypeInformation types)
    {
        Scenario heap = Heaps.WithLosses(new MachineOptions(), ZoneOptions.Default);
        using Opened opened = Opened.Minidump(heap.Crash(), types);

        AssertExact(heap, opened);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("13")]
    [InlineData("14")]
    [InlineData("15")]
    public void Lost_mbufs_are_found_with_their_clusters(string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        (Item kept, _) = heap.Mbufs.Packet();
        (Item second, _) = heap.Mbufs.WithCluster();
        heap.Mbufs.Next(kept, second);
        heap.Point(heap.Variable("socket_buffer"), kept);
        for (int i = 0; i < 20; i++)
        {
            heap.Mbufs.FreePacket(i % 2);
            (Item lost, _) = heap.Mbufs.Packet();
            (Item next, _) = heap.Mbufs.WithCluster();
            heap.Mbufs.Next(lost, next);
            heap.Mbufs.Plain();
        }

        AssertExact(heap);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("13")]
    [InlineData("14")]
    [InlineData("15")]
    public void Bounds_of_address_space_hold_nothing(string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        heap.Stale(heap.Variable("kernel_vm_end"), heap.Large("foo", 128 << 10), at: 0);
        heap.Stale(heap.Variable("virtual_avail"), heap.Large("foo", 132 << 10), at: 0);
        heap.Point(heap.Variable("next_to_it"), heap.Large("foo", 136 << 10));
        IPlace start = heap.Large("foo", 140 << 10);
        IPlace end = heap.Large("foo", 144 << 10);
        if (release == "12")
        {
            heap.Stale(heap.Variable("smp_tlb_addr1"), start, at: 0).Stale(heap.Variable("smp_tlb_addr2"), end, at: 0);
        }
        else
        {
            StructAt cpu = heap.Machine.At("pcpu", heap.Machine.PerCpuCopy(heap.Machine.PerCpuBase, 1));
            cpu["pc_smp_tlb_addr1"] = start.Address;
            cpu["pc_smp_tlb_addr2"] = end.Address;
        }

        AssertExact(heap);
        Assert.Equal(4, heap.Machine.References.Lost().Count);
    }

    [Theory]
    [InlineData(1, "14")]
    [InlineData(26, "14")]
    [InlineData(40, "14")]
    [InlineData(40, "12")]
    public void Descriptors_on_their_way_through_a_socket_are_held_by_the_message(int count, string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        IPlace[] sent = [.. Enumerable.Range(0, count).Select(_ => heap.Block("filecaps", 48 * count))];
        heap.Point(heap.Variable("socket_buffer"), heap.Mbufs.Control(sent));
        IPlace[] lost = [.. Enumerable.Range(0, 3).Select(_ => heap.Block("filecaps", 48))];

        // The same words in a packet are data; so is what stands behind the end of a message.
        (Item packet, Item cluster) = heap.Mbufs.WithCluster();
        heap.Point(heap.Variable("other_buffer"), packet).Stale(cluster, lost[0], at: 16);
        Item plain = heap.Mbufs.Plain();
        heap.Point(heap.Variable("third_buffer"), plain).Stale(plain, lost[1], at: 128);
        Item behind = heap.Mbufs.Control();
        heap.Point(heap.Variable("fourth_buffer"), behind).Stale(behind, lost[2], at: 200);

        AssertExact(heap);
    }

    [Theory]
    [InlineData(true, "kdb_sysctl_panic", "panic")]
    [InlineData(false, "_sleep", "sleepq_timedwait", "sleepq_switch", "mi_switch", "sched_switch")]
    public void Functions_that_a_thread_stopped_in_hold_the_registers_they_saved_and_nothing_else(bool panics, params string[] functions)
    {
        var heap = new Scenario();
        Zone zone = heap.Zone("widget", 216);
        KernelThread thread = heap.Machine.Threads.Start("worker", "worker").Call("amd64_syscall").Call("own_function");
        for (int i = 0; i < 8; i++)
        {
            heap.Point(thread.Local(), heap.New(zone));
        }

        foreach (string function in functions)
        {
            thread.Call(function);
            for (int i = 0; i < 5; i++)
            {
                heap.Point(thread.Local(), heap.New(zone));
            }

            heap.Stale(thread.Local(), heap.New(zone), at: 0).Stale(thread.Local(), heap.New(zone), at: 0);
        }

        if (panics)
        {
            heap.Machine.Threads.Panics(thread);
        }

        AssertExact(heap);
    }

    [Fact]
    public void Arrays_of_CAM_are_held_by_the_pointer_before_them()
    {
        var heap = new Scenario();
        Image.Machine machine = heap.Machine;
        IPlace first = heap.Variable("xsoftc", 400);
        for (int i = 0; i < 2; i++)
        {
            Item bus = Of("cam_eb");
            Item controller = Of("cam_sim");
            Item queues = Of("cam_devq");
            Item target = Of("cam_et");
            Item device = Of("cam_ed");

            // Of two buses the second follows the first; so with devices.
            heap.Point(first, bus, at: i == 0 ? 40 : 16).Point(bus, target, at: 0).Point(bus, controller, at: 40).Point(controller, queues, at: 160);
            heap.Point(target, device, at: 0);
            Item second = Of("cam_ed");
            heap.Point(device, second, at: 16);
            Before(device, 56, 64);
            Before(second, 56, 200);
            Before(queues, 32, 2);
            first = bus;
        }

        // Lost ones of the same size; the word before one of them is pointed to by what is no queue.
        Item[] lost = [.. Enumerable.Range(0, 4).Select(_ => heap.Block("other", 512))];
        Item holder = heap.Block("other", 64);
        heap.Point(heap.Variable("holder"), holder);
        machine.Space.Write(holder.Address + 8, lost[^1].Address - 8);
        machine.References.Add(holder, lost[^2]);

        AssertExact(heap);

        Item Of(string structure)
        {
            Item item = heap.Block("CAM", machine.Layouts[structure].Size);
            machine.Space.Write(item.Address, new byte[machine.Layouts[structure].Size]);
            return item;
        }

        void Before(Item item, int at, int places)
        {
            Item array = heap.Block("CAM queue", places * 8);
            machine.Space.Write(item.Address + (ulong)at, array.Address - 8);
            machine.Space.Write(item.Address + (ulong)at + 8, (ulong)places, 4);
            machine.References.Add(item, array);

            // What queues hold is held.
            heap.Point(array, heap.Block("CAM CCB", 100), at: 0);
        }
    }

    [Theory]
    [InlineData("12", false)]
    [InlineData("14", false)]
    [InlineData("15", true)]
    public void A_processor_that_was_stopped_holds_what_its_thread_had_and_no_more(string release, bool inUserCode)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        Zone zone = heap.Zone("widget", 216);
        KernelThread thread = heap.Machine.Threads.Start("idle", "idle: cpu1").Call("sched_idletd").Call("cpu_idle");
        heap.Stale(thread.Left(), heap.New(zone), at: 0);
        if (inUserCode)
        {
            heap.Stale(thread.Local(), heap.New(zone), at: 0);
        }
        else
        {
            heap.Point(thread.Local(), heap.New(zone));
        }

        thread.Stop(cpu: 1, inUserCode);
        heap.Point(thread.Local(), heap.New(zone));

        AssertExact(heap);
    }

    [Fact]
    public void Lost_blocks_of_malloc_are_found_in_every_bucket()
    {
        var heap = new Scenario();
        IPlace table = heap.Variable("table", 4096);
        foreach (int size in (int[])[16, 100, 256, 384, 500, 1024, 2000, 4096, 8000, 16384, 30000, 65536])
        {
            heap.Point(table, heap.Block("kept", size)).Point(table, heap.Block("kept", size), inside: size / 3);
            heap.Block("lost", size);
        }

        AssertExact(heap);
    }

    [Theory]
    [InlineData("13")]
    [InlineData("14")]
    [InlineData("15")]
    public void Lost_large_allocations_are_found(string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        LargeBlock kept = heap.Large("big", 200_000);
        heap.Point(heap.Variable("big_start"), kept);
        heap.Point(heap.Variable("big_inside"), heap.Large("big", 300_000), inside: 150_000);
        Item inLarge = heap.Block("kept", 100);
        heap.Point(kept, inLarge, at: 100_000);
        LargeBlock lost = heap.Large("big", 400_000);
        heap.Point(lost, heap.Block("lost", 100), at: 200_000);
        if (heap.Machine.Release.Major >= 14)
        {
            heap.Point(heap.Variable("dma"), heap.Large("dma", 100_000, contiguous: true));
            heap.Large("dma", 100_000, contiguous: true);
        }

        AssertExact(heap);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("14")]
    public void Per_cpu_items_are_held_by_their_encoded_pointers(string release)
    {
        var heap = new Scenario(Writer.MachineTests.OptionsOf(release));
        Zone counters = heap.Machine.Uma.Zones.Single(z => z.Name == "pcpu-16");
        IPlace table = heap.Variable("statistics", 1024);
        for (int i = 0; i < 30; i++)
        {
            heap.Point(table, heap.New(counters), form: PointerForm.PerCpu);
        }

        heap.New(counters);
        AssertExact(heap);
    }

    [Fact]
    public void A_chain_and_a_cycle_have_one_head_each()
    {
        var heap = new Scenario();
        Zone chains = heap.Zone("chain", 64);
        Zone cycles = heap.Zone("cycle", 64);
        Zone singles = heap.Zone("single", 64);
        heap.Chain(heap.Many(chains, 10));
        Item[] cycle = heap.Many(cycles, 10);
        heap.Chain([.. cycle, cycle[0]]);
        heap.Many(singles, 10);
        using Opened opened = Opened.Minidump(heap.Crash());

        LeakReport report = LeakSearch.Run(opened.Dump, new LeakOptions());

        Assert.Equal(
            [("chain", 10, 1), ("cycle", 10, 1), ("single", 10, 10)],
            report.Leaks.Select(leak => (leak.Name, leak.Count, leak.Direct)).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_functions_left_on_a_stack_holds_nothing(bool arm)
    {
        var heap = new Scenario(new MachineOptions { IsArm = arm });
        Zone zone = heap.Zone("widget", 216);
        KernelThread thread = heap.Machine.Threads.Start("worker", "worker0").Call("worker_loop").Call("sleepq_wait").Call("mi_switch").Call("sched_switch");
        heap.Stale(thread.Left(), heap.New(zone), at: 0);
        heap.Point(thread.Local(), heap.New(zone));

        AssertExact(heap);
    }

    [Fact]
    public void What_a_healthy_dump_lost_too_is_left_out()
    {
        Scenario healthy = Of(lost: 3);
        Scenario sick = Of(lost: 10);
        using Opened before = Opened.Minidump(healthy.Crash());
        using Opened after = Opened.Minidump(sick.Crash());
        LeakBaseline baseline = LeakSearch.Baseline(before.Dump, LeakSearch.Run(before.Dump, new LeakOptions()));

        LeakReport report = LeakSearch.Run(after.Dump, new LeakOptions { Baseline = baseline });

        Assert.Equal((7, 3L), (report.Leaks.Sum(leak => leak.Count), report.InBaseline));

        static Scenario Of(int lost)
        {
            var heap = new Scenario();
            Zone zone = heap.Zone("gadget", 128);
            foreach (Item item in heap.Many(zone, lost))
            {
                heap.Machine.Space.Write(item.Address, new byte[128]);
            }

            return heap;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Random_heaps_are_marked_as_their_pointers_say(int seed)
    {
        var random = new Random(seed);
        var heap = new Scenario(new MachineOptions
        {
            Seed = seed,
            Cpus = 1 + random.Next(4),
            Domains = 1 + random.Next(2),
            Release = random.Next(3) switch
            {
                0 => FreeBsd.V13,
                1 => FreeBsd.V14,
                _ => FreeBsd.V15,
            },
        });
        ZoneOptions[] layouts = [.. Heaps.Layouts.Values];
        Zone[] zones = [.. Enumerable.Range(0, 6).Select(i => heap.Zone(
            $"zone{i}", 24 + (8 * random.Next(200)), layouts[random.Next(layouts.Length)] with { Pages = layouts[i].Pages }))];
        List<IPlace> places = [];
        for (int i = 0; i < 1500; i++)
        {
            places.Add(random.Next(4) switch
            {
                0 => heap.Block("random", 32 + random.Next(3000)),
                1 when random.Next(40) == 0 => heap.Large("random", 70_000 + random.Next(100_000)),
                _ => heap.New(zones[random.Next(zones.Length)], random.Next(heap.Machine.Domains)),
            });
        }

        // About as many pointers as places: part hangs on the roots, part on nothing, part on itself.
        IPlace[] roots = [.. Enumerable.Range(0, 60).Select(i => heap.Variable($"root{i}"))];
        foreach (IPlace root in roots)
        {
            heap.Point(root, places[random.Next(places.Count)]);
        }

        for (int i = 0; i < 1600; i++)
        {
            IPlace from = places[random.Next(places.Count)];
            IPlace to = places[random.Next(places.Count)];
            heap.Point(from, to, inside: random.Next(3) == 0 ? random.Next(to.Size / 8) * 8 : 0, at: 8 * random.Next(Math.Min(from.Size, 4096) / 8));
        }

        // A pointer may have been written over another: only what stands counts.
        heap.Machine.References.Reread(heap.Machine.Space, places, roots);
        foreach (Item item in places.OfType<Item>().Where(_ => random.Next(8) == 0))
        {
            if (item.Zone!.Keg!.Is(KegTraits.Malloc))
            {
                heap.Machine.Malloc.Free("random", item, random.Next(2) == 0 ? BucketPlace.Domain : null);
            }
            else if (random.Next(2) == 0)
            {
                heap.Free(item);
            }
            else
            {
                heap.Cache(item, BucketPlace.Domain, item.Slab.Domain);
            }
        }

        AssertExact(heap);
    }

    private static void AssertExact(Scenario heap)
    {
        using Opened opened = Opened.Minidump(heap.Crash());
        AssertExact(heap, opened);
    }

    private static void AssertExact(Scenario heap, Opened opened)
    {
        LeakReport report = LeakSearch.Run(opened.Dump, new LeakOptions());
        Dictionary<ulong, IPlace> lost = heap.Machine.References.Lost().ToDictionary(place => place.Address);
        HashSet<ulong> found = [.. report.Leaks.SelectMany(leak => leak.Addresses)];
        string[] missed = [.. lost.Values.Where(place => !found.Contains(place.Address)).Select(place => $"missed {place}")];
        string[] wrong = [.. report.Leaks.SelectMany(leak => leak.Addresses.Where(a => !lost.ContainsKey(a)).Select(a => $"wrong {leak.Kind} {leak.Name} 0x{a:x}"))];

        Assert.True(
            missed.Length + wrong.Length == 0,
            $"{missed.Length} of {lost.Count} missed, {wrong.Length} wrong: {string.Join("; ", missed.Take(4).Concat(wrong.Take(6)))}"
            + string.Concat(lost.Values.Where(place => !found.Contains(place.Address)).Take(4).Select(place => $"; {place}: {Holders(heap.Machine, place)}")));
        Assert.NotEmpty(lost);
        Assert.Empty(report.Known);
    }

    /// <summary>Every word of the dump that has an address within a place, and the item it stands in.</summary>
    private static string Holders(Image.Machine machine, IPlace place)
    {
        List<string> holders = [];
        Item[] items = [.. machine.Uma.Kegs.SelectMany(k => k.Slabs).SelectMany(s => s.Items)];
        foreach (ulong page in new CrashedMachine(machine, null, "").DumpedPages)
        {
            ReadOnlySpan<byte> bytes = machine.Memory.Page(page);
            for (int at = 0; at < bytes.Length; at += 8)
            {
                if (BitConverter.ToUInt64(bytes[at..]) - place.Address < (ulong)place.Size)
                {
                    ulong physical = page + (ulong)at;
                    Item? item = Array.Find(items, i => physical >= machine.Space.Physical(i.Address) && physical < machine.Space.Physical(i.Address) + (ulong)i.Size);
                    holders.Add($"0x{machine.Space.Direct(physical):x} {item} {item?.State}");
                }
            }
        }

        return string.Join(", ", holders.Take(6));
    }
}
