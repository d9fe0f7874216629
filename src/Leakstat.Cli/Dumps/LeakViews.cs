using System.Collections.Immutable;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;
using Leakstat.Dump.Target;
using Leakstat.Dump.Walking;
using Leakstat.Model;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Dumps;

/// <summary>What reports show of a search for leaks, and of single blocks.</summary>
internal static class LeakViews
{
    /// <summary>The leaks.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="report">What was found in it.</param>
    /// <param name="seconds">Time it took.</param>
    /// <param name="samples">Blocks of each group whose contents are wanted.</param>
    /// <param name="isPage">Whether it is for a page, with a picture of all memory and an example of each
    /// group.</param>
    public static DumpLeaksView Leaks(
        KernelDump dump, LeakReport report, double seconds, int samples = 0, bool isPage = false)
    {
        var blocks = new BlockSample(dump, report.Heap);
        var view = new DumpLeaksView
        {
            Kernel = DumpViews.Kernel(dump),
            DumpPath = dump.File.Path,
            KernelPath = dump.KernelPath,
            Scan = Scan(dump, report, seconds),
            Leaks = [.. report.Leaks],
            Known = [.. report.Known],
            Samples = samples,
            Contents = report.Leaks.Concat(report.Known).SelectMany(
                g => g.Addresses.Take(isPage ? Math.Max(1, samples) : samples)).Distinct()
                .ToDictionary(address => address, address => blocks.Lines(address).ToImmutableArray()),
            MemoryByOwner = isPage ? MemoryByOwner(dump) : [],
        };
        return DumpViews.WithHead(view, dump);
    }

    /// <summary>What an address is.</summary>
    public static DumpAddressView Address(KernelDump dump, ulong address)
    {
        HeapBlocks heap = HeapBlocks.Make(dump);
        int block = heap.Input.Blocks.Find(address);
        var view = new DumpAddressView
        {
            Kernel = DumpViews.Kernel(dump),
            Address = address,
            Facts = [.. AddressLookup.Find(dump, heap, address).Select(f => new DumpFact(f.Name, f.Text))],
            Contents = block < 0 ? [] : [.. new BlockSample(dump, heap).Lines(heap.Input.Blocks.AddressOf(block))],
        };
        return DumpViews.WithHead(view, dump);
    }

    /// <summary>Who points to the block at an address; null where there is none.</summary>
    public static DumpReferencesView? References(KernelDump dump, ulong address, int most)
    {
        HeapBlocks heap = HeapBlocks.Make(dump);
        int block = heap.Input.Blocks.Find(address);
        if (block < 0)
        {
            return null;
        }

        References found = ReferenceSearch.Find(heap.Input, block, most);
        var view = new DumpReferencesView
        {
            Kernel = DumpViews.Kernel(dump),
            Block = heap.Input.Blocks.AddressOf(block),
            Name = Name(heap, block),
            Count = found.Count,
            References = References(dump, heap, found.Referrers),
            Path = found.Path.Count == 0 ? []
                : [Root(
                    dump,
                    heap,
                    found.Root,
                    found.Path[0].Entered), .. found.Path.Select(step => Name(heap, step.Block) + Inside(heap, step))],
            WithoutPath = heap.StateOf(block) != ItemState.Allocated ? "It is free: nothing needs to lead to it."
                : heap.Input.Held?[block] == true ? "It is the allocator's own, which finds it without a pointer."
                : "No root leads to it: it is lost.",
        };
        return DumpViews.WithHead(view, dump);
    }

    /// <summary>
    /// The words that point to a block, each with its place: two of one holder may have the same value.
    /// </summary>
    private static ImmutableArray<DumpReference> References(
        KernelDump dump, HeapBlocks heap, IReadOnlyList<Referrer> referrers)
    {
        var seen = new Dictionary<Referrer, int>();
        var references = ImmutableArray.CreateBuilder<DumpReference>(referrers.Count);
        foreach (Referrer one in referrers)
        {
            int before = seen.GetValueOrDefault(one);
            seen[one] = before + 1;
            bool isBlock = one.Holder >= 0;
            ulong? at = isBlock
                ? ReferenceWords.InBlock(dump, heap.Input, one.Holder, one.Word, before)
                : ReferenceWords.InRoot(dump, heap.Input, one.Root, one.Word, before);
            string from = isBlock
                ? Name(heap, one.Holder) + (at is { } place
                ? $" +0x{place - heap.Input.Blocks.AddressOf(one.Holder):x}"
                : "")
                : Root(dump, heap, one.Root, one.Word, before);
            references.Add(new DumpReference(from, at, one.Word, one.IsReached));
        }

        return references.ToImmutable();
    }

    private static LeakScan Scan(KernelDump dump, LeakReport report, double seconds) => new()
    {
        Bytes = report.Counts.Bytes,
        Objects = report.Objects,
        Roots = report.Roots,
        RootBytes = report.Counts.RootBytes,
        Words = report.Counts.Words,
        Candidates = report.Counts.Candidates,
        Hits = report.Counts.Hits,
        Reached = report.Counts.Reached,
        ExtraBytes = report.Counts.ExtraBytes + report.Heap.Input.Blocks.Bytes,
        Seconds = seconds,
        ZonesWalked = report.ZonesWalked,
        ZonesUnreadable = report.ZonesUnreadable,
        InBaseline = report.InBaseline,
        InEarlier = report.InEarlier,
        Earlier = report.Since?.Path,
        EarlierSeconds = report.Since?.Between.TotalSeconds ?? 0,
        MissingPages = report.MissingPages,
        IsWhole = report.IsWhole,
        IsLive = dump.IsLive,
        Passes = report.Passes,
        ExpectedErrors = report.ExpectedErrors is { } errors ? Math.Round(errors, 6) : null,
        Notes = [.. report.Notes],
    };

    private static ImmutableArray<(string Name, long Bytes)> MemoryByOwner(KernelDump dump)
    {
        int page = dump.Memory.PageSize;
        return
        [
            .. dump.Heap.Kegs.Select(k => (k.Name, dump.Heap.Counts[k.Index].Pages * page)),
            .. dump.Heap.Large.GroupBy(l => l.Kind).Select(
                g => (g.Key == LargeKind.Contiguous ? "contigmalloc" : "malloc, large", g.Total(l => (long)l.Size))),
            .. dump.PageOwners.Owner.CountBy(o => o)
                .Where(o => o.Key is not (PageOwner.Slab or PageOwner.Large or PageOwner.Free))
                .Select(o => (o.Key.InWords(), (long)o.Value * page)),
        ];
    }

    /// <summary>A root with the variable that refers to an address, or the place where the word stands.</summary>
    private static string Root(KernelDump dump, HeapBlocks heap, int root, ulong word, int skipped = 0)
    {
        if (ReferenceWords.InRoot(dump, heap.Input, root, word, skipped) is not { } at)
        {
            return $"{heap.RootNames[root]} (0x{heap.Input.Roots[root].Address:x16})";
        }

        string variable = dump.Symbols.TryResolve(at, out KernelSymbol symbol)
            ? $", {symbol.Name}{(at == symbol.Address ? "" : $"+0x{at - symbol.Address:x}")}"
            : "";
        return $"{heap.RootNames[root]}{variable} (0x{at:x16})";
    }

    private static string Name(HeapBlocks heap, int block) =>
        $"{heap.KegOf(block)?.Name ?? "large allocation"} 0x{heap.Input.Blocks.AddressOf(block):x16}";

    private static string Inside(HeapBlocks heap, PathStep step) =>
        step.Entered - heap.Input.Blocks.AddressOf(step.Block) is > 0 and var offset && offset < 1UL << 46
            ? $", at +0x{offset:x}"
            : "";
}
