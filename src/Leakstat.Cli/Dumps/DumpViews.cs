using Leakstat.Dump;
using Leakstat.Dump.Containers;
using Leakstat.Dump.Tables;
using Leakstat.Dump.Walking;
using Leakstat.Model;
using Leakstat.Reports.Views.Dumps;

namespace Leakstat.Cli.Dumps;

/// <summary>What reports show of a dump, taken from its heap.</summary>
internal static class DumpViews
{
    /// <summary>The kernel of a dump.</summary>
    public static DumpKernel Kernel(KernelDump dump) => new(
        dump.Identity.Release, dump.Identity.OsRelDate > 0
            ? dump.Identity.OsRelDate
            : null, dump.Identity.Architecture);

    /// <summary>The summary.</summary>
    public static DumpSummaryView Summary(KernelDump dump)
    {
        KernelHeap heap = dump.Heap;
        int page = dump.Memory.PageSize;
        var view = new DumpSummaryView
        {
            Kernel = Kernel(dump),
            Version = dump.Identity.Version.Trim(),
            Dump = new DumpContainer(
                Container(
                    dump), dump.Memory.Physical.PageCount, page, dump.Memory.Physical.PagesCutOff, dump.Types.Find(
                        "uma_zone")?.Source),
            Cpus = dump.Machine.Cpus,
            Domains = dump.Machine.Domains,
            Threads = dump.Threads.Count,
            Files = [.. dump.Symbols.Files.Select(f => new DumpFileRow(f.Name, f.Address, f.Size, f.HasFile))],
            Zones = heap.Zones.Count,
            Kegs = heap.Kegs.Count,
            Slabs = heap.Slabs.Count,
            Items = heap.Slabs.ItemCount,
            Allocated = heap.Counts.Total(c => c.NotInSlabs - c.Cached),
            Cached = heap.Counts.Total(c => c.Cached),
            UnreadableSlabs = heap.Counts.Total(c => (long)c.UnreadableSlabs),
            SlabBytes = heap.Counts.Total(c => c.Pages) * page,
            LargeAllocations = heap.Large.Count,
            LargeBytes = heap.Large.Total(l => (long)l.Size),
            MallocTypes = dump.MallocTypes.Count,
            MallocBytes = dump.MallocTypes.Total(t => t.BytesInUse),
            Disagreements = HeapCheck.Disagreements(heap).Count(d => d.Cause is null),
            PageOwners = PageOwners(dump),
            Counters = dump.Counters.DistinctBy(c => c.Name).ToDictionary(
                c => c.Name, c => c.Value, StringComparer.Ordinal),
            KegRows =
            [
                .. heap.Kegs.OrderByDescending(k => heap.Counts[k.Index].Pages).ThenBy(
                    k => k.Name, StringComparer.Ordinal).Select(keg =>
                {
                    KegCount count = heap.Counts[keg.Index];
                    return new DumpKegRow(
                        keg.Name,
                        count.Pages,
                        count.NotInSlabs - count.Cached,
                        count.Cached,
                        count.FreeInSlabs,
                        count.UnreadableSlabs);
                }),
            ],
        };
        return WithHead(view, dump);
    }

    /// <summary>The zones.</summary>
    public static DumpZonesView Zones(KernelDump dump)
    {
        KernelHeap heap = dump.Heap;
        var view = new DumpZonesView
        {
            Kernel = Kernel(dump),
            Zones = [.. heap.Zones.Select(zone => Zone(heap, zone))],
            Disagreements = [.. HeapCheck.Disagreements(heap).Select(
                d => new DumpDisagreement(d.Name, d.What, d.Counted, d.Walked, d.Cause))],
            UnreadableSlabs = heap.Counts.Total(c => (long)c.UnreadableSlabs),
            UnreadableKegs = [.. heap.Kegs.Where(k => heap.Counts[k.Index].UnreadableSlabs > 0).Select(k => k.Name)],
        };
        return WithHead(view, dump);
    }

    /// <summary>The malloc types.</summary>
    public static DumpTypesView Types(KernelDump dump)
    {
        var view = new DumpTypesView
        {
            Kernel = Kernel(dump),
            Types =
            [
                .. dump.MallocTypes.Select(type => new DumpType
                {
                    Name = type.Name,
                    Address = type.Address,
                    Module = type.Module,
                    InUse = type.InUse,
                    Bytes = type.BytesInUse,
                    Requests = type.Allocations,
                    Sizes = HeapTables.Sizes(type.SizeMask, dump.MallocBuckets),
                }),
            ],
        };
        return WithHead(view, dump);
    }

    /// <summary>The message buffer.</summary>
    public static DumpMessagesView Messages(KernelDump dump)
    {
        var view = new DumpMessagesView
        {
            Kernel = Kernel(dump),
            Messages = [.. (dump.Messages ?? "").TrimEnd('\n').Split('\n')],
        };
        return WithHead(view, dump);
    }

    /// <summary>
    /// A view with who and when in front and what could not be read behind: after all else, for reading the rest may
    /// add to it.
    /// </summary>
    public static T WithHead<T>(T view, KernelDump dump)
        where T : DumpView => view with
        {
            HostName = dump.Identity.HostName,
            TakenAt = dump.Identity.DumpedAt,
            PanicText = dump.Identity.Panic,
            Problems = [.. dump.Problems.All],
            ProblemsDropped = dump.Problems.Dropped,
        };

    /// <summary>What the dump comes in, for a person.</summary>
    internal static string Container(KernelDump dump) => dump.File.Kind == ContainerKind.Minidump
        ? $"{(dump.IsLive ? "live " : "")}minidump, version {dump.File.HeaderVersion}"
        : dump.File.Kind == ContainerKind.Snapshot
            ? $"snapshot of a running kernel, read {Display.Count(dump.File.Passes, "time", "times")}"
            : "ELF dump of all memory";

    private static DumpZone Zone(KernelHeap heap, Zone zone)
    {
        DumpKeg? shown = null;
        if (zone.Keg is { } number)
        {
            Keg keg = heap.Kegs[number];
            KegCount count = heap.Counts[number];
            shown = new DumpKeg(
                keg.Name, keg.Stride, keg.PagesPerSlab, keg.ItemsPerSlab, count.Pages, count.Slabs,
                count.UnreadableSlabs, count.FreeInSlabs,
                count.NotInSlabs - count.Cached);
        }

        return new DumpZone
        {
            Name = zone.Name,
            Address = zone.Address,
            Size = zone.Size,
            Limit = zone.Limit,
            Used = zone.Used,
            Free = HeapTables.Free(heap, zone),
            Requests = zone.Allocations,
            Failures = zone.Failures,
            Sleeps = zone.Sleeps,
            CrossDomain = zone.CrossDomain,
            Cached = zone.Cached,
            Keg = shown,
        };
    }

    private static Dictionary<string, long> PageOwners(KernelDump dump)
    {
        var pages = new long[(int)PageOwner.MessageBuffer + 1];
        foreach (PageOwner owner in dump.PageOwners.Owner)
        {
            pages[(int)owner]++;
        }

        return pages.Select((count, owner) => (Owner: (PageOwner)owner, Count: count)).Where(
            p => p.Count > 0).OrderByDescending(
            p => p.Count)
            .ToDictionary(p => p.Owner.InWords(), p => p.Count * dump.Memory.PageSize, StringComparer.Ordinal);
    }
}
