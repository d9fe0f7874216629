using System.Collections.Immutable;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Dump.Tables;

/// <summary>
/// What was walked of a dump as tables of the model: what vmstat(8), kldstat(8) and sysctl(8) of that kernel would have
/// said.
/// </summary>
public static class HeapTables
{
    /// <summary>
    /// Zones as <c>vmstat -z</c> counts them (<c>usr.bin/vmstat/vmstat.c</c>); null where none can be read.
    /// </summary>
    /// <param name="heap">The heap.</param>
    /// <param name="file">The dump.</param>
    public static ZoneTable? Zones(KernelHeap heap, SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(heap);
        return heap.Zones.Count == 0 ? null : new ZoneTable(
            file,
            [
                .. heap.Zones.Select(zone => new ZoneRow
                {
                    Name = zone.Name,
                    Size = zone.Size,
                    Limit = zone.Limit,
                    Used = zone.Used,
                    Free = Free(heap, zone),
                    Requests = zone.Allocations,
                    Failures = zone.Failures,
                    Sleeps = zone.Sleeps,
                    CrossDomain = zone.CrossDomain,
                    Line = 0,
                }),
            ],
            heap.Zones.Any(z => z.CrossDomain is not null));
    }

    /// <summary>
    /// FREE of <c>vmstat -z</c>: cached by the zone, and for all but secondary zones free in its keg's slabs
    /// (<c>lib/libmemstat/memstat_uma.c</c>).
    /// </summary>
    public static long Free(KernelHeap heap, Zone zone)
    {
        ArgumentNullException.ThrowIfNull(heap);
        ArgumentNullException.ThrowIfNull(zone);
        return zone.CachedCounted + (zone.Keg is { } keg && !zone.IsSecondary
            ? heap.Counts[keg].FreeInSlabsCounted
            : 0);
    }

    /// <summary>
    /// Types that were ever used, as <c>vmstat -m</c> lists them, memory in bytes; null where none can be read.
    /// </summary>
    /// <param name="types">All types.</param>
    /// <param name="buckets">Sizes that the bits of <see cref="MallocType.SizeMask"/> stand for.</param>
    /// <param name="file">The dump.</param>
    public static MallocTable? MallocTypes(IReadOnlyList<MallocType> types, IReadOnlyList<int> buckets, SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(types);
        return types.Count == 0 ? null : new MallocTable(
            file,
            [
                .. types.Where(t => t.Allocations != 0 || t.InUse != 0).Select(type => new MallocTypeRow
                {
                    Name = type.Name,
                    InUse = type.InUse,
                    Memory = type.BytesInUse,
                    Requests = (long)type.Allocations,
                    Sizes = Sizes(type.SizeMask, buckets).Aggregate(
                        default(MallocSizes), static (all, size) => all.With(size)),
                    Line = 0,
                }),
            ],
            MemoryPrecision.Bytes);
    }

    /// <summary>The sizes of the buckets that a mask stands for, ascending.</summary>
    public static ImmutableArray<int> Sizes(ulong mask, IReadOnlyList<int> buckets)
    {
        ArgumentNullException.ThrowIfNull(buckets);
        return [.. buckets.Where((_, bit) => (mask >> bit & 1) != 0)];
    }

    /// <summary>Loaded files as <c>kldstat -v</c> has them, without the modules in each.</summary>
    public static KernelFileTable Files(IEnumerable<Target.LoadedFile> files, SourceFile dump)
    {
        ArgumentNullException.ThrowIfNull(dump);
        return new KernelFileTable(
            dump,
            [
                .. files.Select(file => new KernelFile
                {
                    Id = file.Id,
                    References = file.References,
                    Address = file.Address,
                    Size = (long)Math.Min(file.Size, long.MaxValue),
                    Name = file.Name,
                    Path = file.Path,
                    At = dump.InDump($"file \"{file.Name}\"", "summary"),
                }),
            ],
            IsVerbose: true);
    }

    /// <summary>
    /// Geometry, pages and limits of each zone as <c>sysctl vm.uma</c> has them; null before 13.0, where there is no
    /// such sysctl.
    /// </summary>
    public static UmaTable? Uma(KernelHeap heap, SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(heap);
        ImmutableArray<UmaZone> zones =
        [
            .. heap.Zones.Where(z => z.SysctlName is { Length: > 0 }).DistinctBy(z => z.SysctlName)
                .OrderBy(z => z.SysctlName, StringComparer.Ordinal).Select(
                    zone => Uma(heap, zone, file.InDump($"zone \"{zone.Name}\"", "zones"))),
        ];
        return zones.IsEmpty ? null : new UmaTable(zones);
    }

    private static UmaZone Uma(KernelHeap heap, Zone zone, SourceLine at)
    {
        var shown = new UmaZone
        {
            Node = zone.SysctlName!,
            Size = new Reading(zone.Size, at),
            Limit = new Reading(zone.Limit, at),
            Live = new Reading(zone.Used, at),
            IsCacheZone = zone.Keg is null,
        };
        if (zone.Keg is not { } number)
        {
            return shown;
        }

        Keg keg = heap.Kegs[number];
        KegCount count = heap.Counts[number];
        return shown with
        {
            Flags = FormattableString.Invariant($"0x{(uint)keg.Flags:x}"),
            KegName = keg.Name,
            KegItemSize = new Reading(keg.Stride, at),
            PagesPerSlab = new Reading(keg.PagesPerSlab, at),
            ItemsPerSlab = new Reading(keg.ItemsPerSlab, at),

            // The kernel's counters of all domains together.
            Domains = [new UmaDomain(
                0, new Reading(count.Pages, at), new Reading(count.FreeInSlabsCounted, at), CachedItems: null)],
        };
    }
}
