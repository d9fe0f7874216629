using System.Globalization;
using Leakstat.Dump.Marking;
using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>Finds what nothing points to in a dump: marks the heap, and puts what is lost in groups.</summary>
public static class LeakSearch
{
    /// <summary>Searches a dump.</summary>
    public static LeakReport Run(KernelDump dump, LeakOptions options)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(options);
        HeapBlocks heap = HeapBlocks.Make(dump);
        MarkInput input = heap.Input with { Threads = options.Threads };
        var progress = new MarkProgress();
        options.Started?.Invoke(progress, heap.ScanBytes);
        MarkResult marked = MarkEngine.Mark(input, progress);
        var graph = LeakGraph.Build(input, marked.Lost);
        var grouping = new LeakGrouping(dump, heap, graph, marked.Lost);
        long hidden = 0;
        long earlier = 0;
        var leaks = new List<LeakGroup>();
        var known = new List<LeakGroup>();
        foreach ((LeakKey key, int[] places) in grouping.Places)
        {
            int[] young = options.Since is { } since ? [.. places.Where(p => !since.Had(dump, heap, graph.Blocks[p]))]
                : places;
            earlier += places.Length - young.Length;
            int[] kept = WithoutBaseline(options.Baseline, key, young, grouping);
            hidden += young.Length - kept.Length;
            if (kept.Length > 0)
            {
                LeakGroup group = grouping.Make(key, kept);
                (group.Cause is null ? leaks : known).Add(group);
            }
        }

        long missing = MissingPages(dump);
        return new LeakReport
        {
            Leaks = [.. Sorted(leaks)],
            Known = [.. Sorted(known)],
            InBaseline = hidden,
            InEarlier = earlier,
            Since = options.Since,
            Counts = marked.Counts,
            Objects = heap.Objects,
            Roots = input.Roots.Count,
            ZonesWalked = dump.Heap.Zones.Count(z => z.Keg is not null),
            ZonesUnreadable = dump.Heap.Zones.Count(z => z.Keg is { } keg && dump.Heap.Counts[keg].UnreadableSlabs > 0),
            MissingPages = missing,
            IsWhole = heap.Objects > 0 && missing == 0 && dump.Problems.All.All(p => p.At.File.Path != "uma_kegs"),
            Notes = Notes(dump, heap.Objects),
            Heap = heap,
        };
    }

    /// <summary>A baseline of what a report found.</summary>
    public static LeakBaseline Baseline(KernelDump dump, LeakReport report)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(report);
        var baseline = new LeakBaseline { Kernel = dump.Identity.Version.Trim() };
        var content = new BlockContent(dump, report.Heap);
        foreach (LeakGroup group in report.Leaks.Concat(report.Known))
        {
            foreach (ulong address in group.Addresses)
            {
                baseline.Add(group.Kind, group.Name, group.Size,
                    LeakGrouping.Look(content, report.Heap.Input.Blocks.Find(address)), 1);
            }
        }

        return baseline;
    }

    private static IEnumerable<LeakGroup> Sorted(List<LeakGroup> groups) => groups
        .OrderByDescending(g => g.Bytes).ThenBy(g => g.Kind.InWords(), StringComparer.Ordinal)
            .ThenBy(g => g.Name, StringComparer.Ordinal).ThenBy(g => g.Size);

    private static int[] WithoutBaseline(LeakBaseline? baseline, LeakKey key, int[] places, LeakGrouping grouping)
    {
        if (baseline is null)
        {
            return places;
        }

        var left = new Dictionary<string, long>(StringComparer.Ordinal);
        var kept = new List<int>();
        foreach (int place in places)
        {
            string look = grouping.Look(place);
            if (!left.TryGetValue(look, out long count))
            {
                count = baseline.Count(key.Kind, key.Name, key.Size, look);
            }

            left[look] = count - 1;
            if (count <= 0)
            {
                kept.Add(place);
            }
        }

        return [.. kept];
    }

    private static long MissingPages(KernelDump dump) => dump.Memory.Physical.PagesCutOff
        + dump.Heap.Kegs.Where(HeapBlocks.CanHold)
            .Total(k => (long)dump.Heap.Counts[k.Index].UnreadableSlabs * k.PagesPerSlab);

    private static List<string> Notes(KernelDump dump, long objects)
    {
        var notes = new List<string>();
        if (objects == 0)
        {
            notes.Add("no allocated block could be read: nothing is known of leaks");
        }

        string[] unreadable =
            [.. dump.Heap.Kegs.Where(k => HeapBlocks.CanHold(k) && dump.Heap.Counts[k.Index].UnreadableSlabs > 0)
                .Select(k => k.Name)];
        if (unreadable.Length > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"slabs of {unreadable.Length} {(unreadable.Length == 1 ? "keg" : "kegs")} are not in the dump; what "
                    + $"only they point to may be called lost: {string.Join(", ", unreadable.Take(12))}"));
        }

        if (dump.Memory.Physical.PagesCutOff > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"the dump is cut: {dump.Memory.Physical.PagesCutOff} "
                    + $"of {(long)dump.Memory.Physical.PageCount + dump.Memory.Physical.PagesCutOff} pages are "
                    + $"missing; what only they point to may be called lost"));
        }

        if (dump.IsLive && dump.LacksDirectMap)
        {
            notes.Add("seven eighths of the direct map are not in this live dump: nothing it says of lost blocks is "
                + "proof, and most lost blocks cannot be seen");
        }

        if (dump.IsLive)
        {
            notes.Add("the kernel went on running while this dump was written: a few blocks that changed hands "
                + "meanwhile may be called lost");
        }

        return notes;
    }
}
