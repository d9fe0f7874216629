using System.Collections.Immutable;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Accounting;

/// <summary>
/// What the kernel's allocators hold: UMA zones, malloc(9) in and out of zones. Exact from <c>vm.uma</c> (13.0 and
/// later, pages of each keg); from <c>vmstat -z</c> otherwise, low by what slabs waste.
/// </summary>
internal sealed record KernelMemory
{
    /// <summary>Zones that are not malloc's, bytes, with the zones as parts.</summary>
    public Account? Zones { get; private init; }

    /// <summary>Malloc zones, bytes, with the malloc types as parts.</summary>
    public Account? Malloc { get; private init; }

    /// <summary>
    /// malloc(9) above the largest zone, or all that is not in zones where contiguous memory cannot be told apart.
    /// </summary>
    public Account? LargeMalloc { get; private init; }

    /// <summary>contigmalloc(9).</summary>
    public Account? Contiguous { get; private init; }

    /// <summary>Types minus zones minus large allocations; see <see cref="Ledger.TypesMinusZones"/>.</summary>
    public Account? TypesMinusZones { get; private init; }

    /// <summary>Whether bytes come from counted pages rather than from items times size.</summary>
    public bool IsExact { get; private init; }

    /// <summary>Whether rows or lines that the sums are over were lost in reading: they are too small then.</summary>
    public bool IsDamaged { get; private init; }

    /// <summary>Reads it out of a capture.</summary>
    public static KernelMemory Of(Capture capture)
    {
        Reading? total = capture.Sysctls.Number("vm.kmem_map_size", "vm.uma_kmem_total");
        long? pageSize = capture.Host.PageSize?.Value;
        bool isTreeDamaged = capture.Uma is { } tree && IsDamagedIn(capture, tree);
        KernelMemory memory = capture.Uma is { } uma && total is { } kmem && pageSize is > 0 && !isTreeDamaged
            ? FromUma(capture, uma, kmem, pageSize.Value)
            : FromItems(capture, total);
        return memory with
        {
            IsDamaged = isTreeDamaged
                || (capture.Zones is { } zones && capture.IsDamaged(zones.File))
                || (capture.MallocTypes is { } types && capture.IsDamaged(types.File)),
        };
    }

    /// <summary>
    /// Whether something of the tree was lost: zones without their pages would count as large allocations, and blocks
    /// of malloc as lost.
    /// </summary>
    private static bool IsDamagedIn(Capture capture, UmaTable tree) =>
        tree.Zones.SelectMany(zone => zone.Domains).Select(domain => domain.Pages?.At.File).FirstOrDefault(
            file => file is not null) is { } file && capture.IsDamaged(file);

    private static KernelMemory FromUma(Capture capture, UmaTable uma, Reading kmem, long pageSize)
    {
        (List<Account> zones, long mallocBytes, SourceLine? zonesAt, SourceLine? mallocAt) = OfKegs(uma, pageSize);
        if (zonesAt is not { } zonesLine || mallocAt is not { } mallocLine)
        {
            return FromItems(capture, kmem);
        }

        long zoneBytes = zones.Aggregate(0L, (sum, z) => Arithmetic.Add(sum, z.Bytes));
        long large = Arithmetic.Subtract(Arithmetic.Subtract(kmem.Value, zoneBytes), mallocBytes);

        // Kegs are a part of the total. Where they are more, the total is of another moment, and no source.
        Account? difference = large < 0 ? null : TypesBeyondZones(capture, large);
        return new KernelMemory
        {
            IsExact = true,
            Zones = new Account(
                AccountName.Zones,
                zoneBytes,
                "sum of vm.uma.*.keg.domain.*.pages × page size, without malloc's",
                zonesLine)
            {
                Parts = LargestFirst(zones),
            },
            Malloc = new Account(
                AccountName.Malloc, mallocBytes, "sum of vm.uma.malloc_*.keg.domain.*.pages × page size", mallocLine)
            {
                Parts = Types(capture),
            },
            LargeMalloc = BeyondZones(
                capture,
                kmem,
                Arithmetic.Add(zoneBytes, mallocBytes),
                "vm.kmem_map_size − sum of keg pages × page size"),
            Contiguous = difference is { Bytes: >= 0 }
                ? difference with { Name = AccountName.Contiguous }
                : null,
            TypesMinusZones = difference,
        };
    }

    /// <summary>What each keg's pages hold, malloc's summed up, with the first line of each.</summary>
    private static (List<Account> Zones, long MallocBytes, SourceLine? ZonesAt, SourceLine? MallocAt) OfKegs(
        UmaTable uma, long pageSize)
    {
        var zones = new List<Account>();
        long mallocBytes = 0;
        SourceLine? zonesAt = null;
        SourceLine? mallocAt = null;
        foreach (UmaZone zone in uma.Zones)
        {
            if (zone.IsSecondary || zone.IsCacheZone || zone.Pages is not { } pages
                || zone.Domains.FirstOrDefault(d => d.Pages is not null).Pages is not { } first)
            {
                continue;
            }

            long bytes = Arithmetic.Multiply(pages, pageSize);
            string name = zone.KegName ?? zone.Node;
            if (ZoneKinds.IsMallocBucket(name))
            {
                mallocBytes = Arithmetic.Add(mallocBytes, bytes);
                mallocAt ??= first.At;
            }
            else
            {
                zones.Add(new Account(name, bytes, $"vm.uma.{zone.Node}.keg.domain.*.pages × page size", first.At));
                zonesAt ??= first.At;
            }
        }

        return (zones, mallocBytes, zonesAt, mallocAt);
    }

    private static KernelMemory FromItems(Capture capture, Reading? kmem)
    {
        if (capture.Zones is not { } table)
        {
            // Only the total is known; 10 and 11 keep single-page slabs out of it.
            return kmem is { } only && capture.Host.IsAtLeast(12)
                ? new KernelMemory
                {
                    Zones = new Account(
                        AccountName.Zones, only.Value, "vm.kmem_map_size (zones and malloc together)", only.At),
                }
                : new KernelMemory();
        }

        long copies = CpuCopies(capture);
        var zones = new List<Account>();
        long mallocBytes = 0;
        SourceLine? malloc = null;
        foreach (ZoneRow row in table.Rows)
        {
            // A secondary zone (mbuf_packet) takes its items from the keg past the primary zone's counters, so that its
            // row counts once like any other.
            if (ZoneKinds.IsCacheZone(row.Name))
            {
                continue;
            }

            long items = Arithmetic.Add(Math.Max(row.Used, 0), Math.Max(row.Free, 0));
            long bytes = Arithmetic.Multiply(items, row.Size);
            if (ZoneKinds.IsMallocBucket(row.Name))
            {
                mallocBytes = Arithmetic.Add(mallocBytes, bytes);
                malloc ??= table.At(row);
                continue;
            }

            bool perCpu = ZoneKinds.IsPerCpu(row.Name);
            zones.Add(new Account(
                row.Name,
                perCpu ? Arithmetic.Multiply(bytes, copies) : bytes,
                perCpu ? "(USED + FREE) × SIZE × CPUs" : "(USED + FREE) × SIZE",
                table.At(row)));
        }

        if (zones.Count == 0)
        {
            return new KernelMemory();
        }

        long zoneBytes = zones.Aggregate(0L, (sum, z) => Arithmetic.Add(sum, z.Bytes));
        return new KernelMemory
        {
            Zones = new Account(
                AccountName.Zones, zoneBytes, "sum of (USED + FREE) × SIZE, without malloc's", zones[0].At)
            {
                Parts = LargestFirst(zones),
            },
            Malloc = malloc is not { } first
                ? null
                : new Account(
                    AccountName.Malloc,
                    mallocBytes,
                    "sum of (USED + FREE) × SIZE of malloc's zones",
                    first)
                {
                    Parts = Types(capture),
                },
            LargeMalloc = BeyondZones(
                capture,
                capture.Host.IsAtLeast(12) ? kmem : null,
                Arithmetic.Add(zoneBytes, mallocBytes),
                "vm.kmem_map_size − sum of (USED + FREE) × SIZE (slab waste is in it)"),
        };
    }

    /// <summary>
    /// Large allocations: what the total has beyond the zones, or, where the total does not hold all or is of another
    /// moment, what the types have.
    /// </summary>
    private static Account? BeyondZones(Capture capture, Reading? kmem, long zones, string how) =>
        kmem is { } total && Arithmetic.Subtract(total.Value, zones) is >= 0 and var rest
            ? new Account(AccountName.LargeMalloc, rest, how, total.At)
            : TypesBeyondZones(capture, 0) is { } difference
                ? difference with { Name = AccountName.LargeMalloc, Bytes = Math.Max(difference.Bytes, 0) }
                : null;

    /// <summary>sum of malloc types − sum of malloc zones USED × SIZE − large allocations.</summary>
    private static Account? TypesBeyondZones(Capture capture, long large)
    {
        if (capture.MallocTypes is not { Rows.Length: > 0 } types || capture.Zones is not { } zones
            || types.Precision == MemoryPrecision.Humanized
            || capture.IsDamaged(types.File) || capture.IsDamaged(zones.File))
        {
            return null;
        }

        long typeBytes = types.Rows.Aggregate(0L, (sum, t) => Arithmetic.Add(sum, t.Memory));
        long zoneBytes = 0;
        bool any = false;
        foreach (ZoneRow row in zones.Rows)
        {
            if (ZoneKinds.IsMallocBucket(row.Name))
            {
                any = true;
                zoneBytes = Arithmetic.Add(zoneBytes, row.UsedBytes);
            }
        }

        return any
            ? new Account(
                "malloc types beyond zones",
                Arithmetic.Subtract(Arithmetic.Subtract(typeBytes, zoneBytes), large),
                large == 0
                    ? "sum of vmstat -m memory − sum of malloc zones USED × SIZE"
                    : "sum of vmstat -m memory − sum of malloc zones USED × SIZE − large malloc",
                types.At(types.Rows[0]))
            : null;
    }

    /// <summary>
    /// Copies of a per-CPU item: mp_maxid + 1; one where the capture does not say how many CPUs there are.
    /// </summary>
    internal static long CpuCopies(Capture capture)
    {
        long? copies = capture.Sysctls.Number("kern.smp.maxid") is { } maxid
            ? Arithmetic.Add(maxid.Value, 1)
            : capture.Sysctls.Number("kern.smp.cpus", "hw.ncpu")?.Value;
        return Math.Clamp(copies ?? 1, 1, 4096);
    }

    private static ImmutableArray<Account> Types(Capture capture) => capture.MallocTypes is { } types
        ? LargestFirst([.. types.Rows.Where(t => t.Memory > 0)
            .Select(t => new Account(t.Name, t.Memory, "vmstat -m, memory of the type", types.At(t)))])
        : [];

    private static ImmutableArray<Account> LargestFirst(List<Account> accounts) =>
        [.. accounts.Where(a => a.Bytes != 0).OrderByDescending(a => a.Bytes).ThenBy(
            a => a.Name, StringComparer.Ordinal)];
}
