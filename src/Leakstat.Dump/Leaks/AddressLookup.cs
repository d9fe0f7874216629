using System.Globalization;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump.Leaks;

/// <summary>A fact about an address.</summary>
/// <param name="Name">What it is about: <c>symbol</c>, <c>keg</c>, <c>item</c>, <c>page</c>.</param>
/// <param name="Text">The fact.</param>
public readonly record struct AddressFact(string Name, string Text);

/// <summary>Tells what an address is.</summary>
public static class AddressLookup
{
    /// <summary>All that is known of it; empty where it lies in nothing that is known.</summary>
    public static IReadOnlyList<AddressFact> Find(KernelDump dump, HeapBlocks heap, ulong address)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(heap);
        var facts = new List<AddressFact>();
        if (dump.Symbols.Describe(address) is { } symbol)
        {
            facts.Add(new("symbol", symbol));
        }

        Block(facts, heap, dump, address, "");
        ulong counter = address + dump.Heap.Forms.PerCpuBase;
        if (dump.Heap.Forms.PerCpuBase != 0
            && heap.Input.Blocks.Find(counter) is >= 0 and int perCpu
            && heap.KegOf(perCpu) is { IsPerCpu: true })
        {
            Block(facts, heap, dump, counter, "per-CPU ");
        }

        foreach (KernelThread thread in dump.Threads)
        {
            if (address - thread.Stack < thread.StackSize)
            {
                string place = thread.Registers is { } registers && address < registers.StackPointer
                    ? ", below its stack pointer"
                    : "";
                facts.Add(
                    new(
                        "stack",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{thread.Title}, {address - thread.Stack} bytes from its lowest address{place}")));
            }

            if (address == thread.Address)
            {
                facts.Add(new("thread", thread.Title));
            }
        }

        foreach (MallocType type in dump.MallocTypes)
        {
            if (type.Address == address)
            {
                facts.Add(new("malloc type", type.Name));
            }
        }

        foreach (RootRange root in dump.Roots)
        {
            if (address - root.Address < root.Length)
            {
                facts.Add(new("root", root.Name));
            }
        }

        if (dump.Memory.Translation.TryTranslate(address, out ulong physical))
        {
            int slot = dump.Memory.Physical.SlotOf(physical);
            string owner = slot < 0 ? "not in the dump" : dump.PageOwners.Owner[slot].InWords();
            facts.Add(new("page", string.Create(CultureInfo.InvariantCulture, $"physical 0x{physical:x}, {owner}")));
        }

        return facts;
    }

    private static void Block(List<AddressFact> facts, HeapBlocks heap, KernelDump dump, ulong address, string kind)
    {
        int block = heap.Input.Blocks.Find(address);
        if (block < 0)
        {
            return;
        }

        ulong start = heap.Input.Blocks.AddressOf(block);
        string place = string.Create(CultureInfo.InvariantCulture, $"0x{start:x16}+0x{address - start:x}");
        if (heap.LargeOf(block) is { } large)
        {
            string by = large.Kind == LargeKind.Contiguous ? "contigmalloc" : "malloc";
            facts.Add(
                new("large", string.Create(CultureInfo.InvariantCulture, $"{place}, {large.Size} bytes by {by}")));
            return;
        }

        Keg keg = heap.KegOf(block)!;
        int slab = heap.SlabOf(block);
        facts.Add(new(kind + "zone", keg.Name));
        facts.Add(new(kind + "item", string.Create(
            CultureInfo.InvariantCulture,
            $"{place}, {keg.ItemSize} bytes, {State(heap.StateOf(block))}")));
        facts.Add(new(kind + "slab", string.Create(
            CultureInfo.InvariantCulture,
            $"0x{dump.Heap.Slabs.Base[slab]:x16}, {keg.PagesPerSlab} {(keg.PagesPerSlab == 1 ? "page" : "pages")}, "
                + $"{keg.ItemsPerSlab} {(keg.ItemsPerSlab == 1 ? "item" : "items")}, header at "
                + $"0x{dump.Heap.Slabs.Header[slab]:x16}")));
    }

    private static string State(ItemState state) => state switch
    {
        ItemState.Allocated => "allocated",
        ItemState.Cached => "free, in a cache",
        ItemState.CachedConstructed => "free, in a cache, constructed",
        ItemState.FreeConstructed => "free in its slab, constructed",
        _ => "free in its slab",
    };
}
