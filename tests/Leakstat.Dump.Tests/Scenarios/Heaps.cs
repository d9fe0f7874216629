using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>Heaps that several tests look at.</summary>
internal static class Heaps
{
    /// <summary>Zones of every layout of slabs, by name.</summary>
    public static IReadOnlyDictionary<string, ZoneOptions> Layouts { get; } = new Dictionary<string, ZoneOptions>
    {
        ["inline"] = ZoneOptions.Default,
        ["offpage"] = new() { OffPage = true },
        ["offpage hashed"] = new() { OffPage = true, Flags = KegTraits.NotPage },
        ["several pages"] = new() { Pages = 4 },
        ["several pages offpage"] = new() { Pages = 4, OffPage = true },
        ["several pages hashed"] = new() { Pages = 4, OffPage = true, Flags = KegTraits.NotPage },
        ["contiguous"] = new() { Pages = 3, Flags = KegTraits.Contiguous },
    };

    /// <summary>Every kind of loss, and of what looks like one and is not, in one layout of slabs.</summary>
    public static Scenario WithLosses(MachineOptions options, ZoneOptions layout, int size = 216)
    {
        var heap = new Scenario(options);
        Zone zone = heap.Zone("widget", size, layout);

        // Kept: by a variable, by a list that runs through them, from inside, by a stack, a CPU, a network, a module.
        Item[] kept = heap.Many(zone, 12);
        heap.Point(heap.Variable("widget_list"), kept[0]).Chain(kept[0], kept[1], kept[2]);
        heap.Point(heap.Variable("widget_inside"), kept[3], inside: size / 2 / 8 * 8);
        heap.Point(heap.Machine.Threads.Start("worker", "worker0").Call("worker_loop").Local(), kept[4]);
        heap.Point(heap.Machine.System.PerCpu("widget_cpu", 1), kept[5]);
        heap.Point(heap.Machine.System.Network("widget_net"), kept[6]);
        Module module = heap.Machine.Modules.Load("if_widget.ko");
        heap.Point(module.Variable("softc"), kept[7]).Point(module.Variable("initial", section: ".data"), kept[8]);
        heap.Point(heap.Variable("widget_tree"), kept[9], form: PointerForm.Tagged);
        Item holder = heap.Block("widget", 100);
        heap.Point(heap.Variable("holder"), holder).Point(holder, kept[10], inside: 8);
        heap.Point(heap.Variable("widget_direct"), kept[11], form: PointerForm.Direct);

        // Lost: one alone, a chain, a cycle, one held from inside of a lost one.
        heap.New(zone);
        heap.Chain(heap.Many(zone, 5));
        Item[] cycle = heap.Many(zone, 3);
        heap.Chain(cycle[0], cycle[1], cycle[2], cycle[0]);
        Item lostHolder = heap.Block("widget", 100);
        heap.Point(lostHolder, heap.New(zone), inside: 16);

        // Pointed to only by what holds nothing: freed items, cached items, slots of buckets.
        Item[] stale = heap.Many(zone, 4);
        Item freed = heap.New(zone);
        heap.Stale(freed, stale[0]).Free(freed);
        Item cached = heap.New(zone);
        heap.Stale(cached, stale[1]).Cache(cached);
        Item cachedInDomain = heap.New(zone);
        heap.Stale(cachedInDomain, stale[2]).Cache(cachedInDomain, BucketPlace.Domain);
        heap.Cache(heap.New(zone), BucketPlace.Allocate, 1).StaleSlots(zone, [stale[3], kept[0], cycle[1]], BucketPlace.Allocate, 1);

        // Items that are free and look lost.
        foreach (Item item in heap.Many(zone, 3))
        {
            heap.Cache(item, BucketPlace.Domain);
        }

        if (!options.Release.IsOld)
        {
            heap.Cache(heap.New(zone), BucketPlace.Cross, 0).Cache(heap.New(zone), BucketPlace.DomainCross);
        }

        heap.Machine.Threads.End();
        return heap;
    }
}
