using System.Globalization;
using Leakstat.Dump.Marking;
using Leakstat.Model;

namespace Leakstat.Dump.Leaks;

/// <summary>Finds what nothing points to in a dump: marks the heap, and puts what is lost in groups.</summary>
public static class LeakSearch
{
    /// <summary>What is said of a dump that was written while its kernel ran on.</summary>
    internal const string OneMoment =
        "the kernel went on running while this dump was written: a few blocks that changed hands meanwhile "
            + "may be called lost";

    /// <summary>
    /// Allocated blocks that a live dump of 14.2 called lost and were not, as a share: 199, on a machine of 1 GiB that
    /// was searched with 3,460 planted losses. Most were of one zone, so that it is taken of each zone's own blocks.
    /// </summary>
    private const double WrongOfAllocated = 0.001;

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
        LeakReport report = Report(dump, heap, marked.Counts, marked.Lost, options);
        return dump.IsLive
            ? report with
            {
                Leaks = [.. report.Leaks.Select(g => OneMomentOnly(dump, g))],
                Known = [.. report.Known.Select(g => OneMomentOnly(dump, g))],
            }
            : report;
    }

    /// <summary>What of a marked heap is lost, in groups.</summary>
    internal static LeakReport Report(
        KernelDump dump, HeapBlocks heap, MarkCounts counts, BlockBits lost, LeakOptions options)
    {
        MarkInput input = heap.Input;
        var graph = LeakGraph.Build(input, lost);
        var grouping = new LeakGrouping(dump, heap, graph, lost);
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

        // Of a kernel that ran on, nothing is told about pages: what has them may have changed hands.
        UnownedMemory unowned = UnownedMemory.Find(dump);
        if (!dump.IsLive)
        {
            leaks.AddRange(UnownedGroups.Find(dump, unowned, input, lost));
        }

        long missing = MissingPages(dump);
        return new LeakReport
        {
            Leaks = [.. Sorted(leaks)],
            Known = [.. Sorted(known)],
            InBaseline = hidden,
            InEarlier = earlier,
            Since = options.Since,
            Counts = counts,
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
        foreach (LeakGroup group in report.Leaks.Concat(report.Known).Where(
            g => g.Kind is not (LeakKind.Page or LeakKind.Range)))
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

    /// <summary>
    /// One reading of a running kernel proves nothing: a pointer may have moved while it was copied. How sure it is
    /// follows from how many blocks of the group are allocated, each of which may be one of those; where most of the
    /// direct map is missing it is half of that at most.
    /// </summary>
    private static LeakGroup OneMomentOnly(KernelDump dump, LeakGroup group)
    {
        double right = 1 - ((group.Allocated ?? group.Count) * WrongOfAllocated / group.Count);
        return group with
        {
            Live = new LiveJudgement(
                IsProved: false, Math.Round(Math.Clamp(right, 0.05, 0.95) * (dump.LacksDirectMap ? 0.5 : 1), 2)),
        };
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
            notes.Add(OneMoment);
        }

        return notes;
    }
}
