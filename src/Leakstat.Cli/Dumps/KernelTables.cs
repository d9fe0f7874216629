using System.Globalization;
using System.Text;
using Leakstat.Dump.Target;
using Leakstat.Dump.Walking;
using Leakstat.Model;

namespace Leakstat.Cli.Dumps;

/// <summary>What was walked of a dump, in the form in which vmstat(8), kldstat(8) and sysctl(8) of that kernel would print it.</summary>
internal static class KernelTables
{
    /// <summary><c>vmstat -z</c> (<c>usr.bin/vmstat/vmstat.c</c>).</summary>
    public static IEnumerable<string> Zones(KernelHeap heap)
    {
        bool cross = heap.Zones.Any(z => z.CrossDomain is not null);
        yield return "ITEM                   SIZE   LIMIT     USED     FREE      REQ FAIL SLEEP" + (cross ? " XDOM" : "");
        foreach (Zone zone in heap.Zones)
        {
            string name = zone.Name + ":";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-20} {zone.Size,6},{zone.Limit,7},{zone.Used,8},{Free(heap, zone),8},{zone.Allocations,8},{zone.Failures,4},{zone.Sleeps,4}")
                + (zone.CrossDomain is { } domain ? string.Create(CultureInfo.InvariantCulture, $",{domain,4}") : "");
        }
    }

    /// <summary>FREE of <c>vmstat -z</c>: cached by the zone, and for all but secondary zones free in its keg's slabs (<c>lib/libmemstat/memstat_uma.c</c>).</summary>
    public static long Free(KernelHeap heap, Zone zone) =>
        zone.CachedCounted + (zone.Keg is { } keg && !zone.IsSecondary ? heap.Counts[keg].FreeInSlabsCounted : 0);

    /// <summary><c>vmstat -m</c>, memory in bytes as 14.2 prints it into a pipe.</summary>
    public static IEnumerable<string> MallocTypes(IEnumerable<MallocType> types, int major)
    {
        yield return "            Type  Use Memory Req Size(s)";
        foreach (MallocType type in types)
        {
            if (type.Allocations != 0 || type.InUse != 0)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{type.Name,16} {type.InUse,4} {type.BytesInUse,5} {type.Allocations,4} {Sizes(type.SizeMask, major)}");
            }
        }
    }

    /// <summary>The sizes that a mask stands for; buckets of 384 bytes came with 13.0.</summary>
    public static string Sizes(ulong mask, int major)
    {
        var text = new StringBuilder();
        int bit = 0;
        foreach (int size in MallocSizes.All)
        {
            if (size == 384 && major is > 0 and < 13)
            {
                continue;
            }

            if ((mask >> bit++ & 1) != 0)
            {
                text.Append(text.Length > 0 ? "," : "").Append(size);
            }
        }

        return text.ToString();
    }

    /// <summary><c>kldstat -v</c>, without the modules in each file.</summary>
    public static IEnumerable<string> Files(IEnumerable<LoadedFile> files)
    {
        yield return "Id Refs Address                Size Name";
        foreach (LoadedFile file in files)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Id,2} {file.References,4} 0x{file.Address:x16} {file.Size,8:x} {file.Name}{(file.Path is { } path ? $" ({path})" : "")}");
        }
    }

    /// <summary><c>sysctl vm.uma</c>: geometry, pages and limits of each zone (13 and later).</summary>
    public static IEnumerable<string> UmaSysctls(KernelHeap heap)
    {
        foreach (Zone zone in heap.Zones)
        {
            if (zone.SysctlName is not { Length: > 0 } name || name.AsSpan().ContainsAny(" .:=\n"))
            {
                continue;
            }

            yield return $"vm.uma.{name}.size: {zone.Size}";
            yield return $"vm.uma.{name}.limit.max_items: {zone.Limit}";
            yield return $"vm.uma.{name}.stats.current: {zone.Used}";
            if (zone.Keg is not { } number)
            {
                yield return $"vm.uma.{name}.keg.name: cache zone";
                continue;
            }

            Keg keg = heap.Kegs[number];
            KegCount count = heap.Counts[number];
            yield return $"vm.uma.{name}.flags: 0x{(uint)keg.Flags:x}";
            yield return $"vm.uma.{name}.keg.name: {keg.Name}";
            yield return $"vm.uma.{name}.keg.rsize: {keg.Stride}";
            yield return $"vm.uma.{name}.keg.ppera: {keg.PagesPerSlab}";
            yield return $"vm.uma.{name}.keg.ipers: {keg.ItemsPerSlab}";
            yield return $"vm.uma.{name}.keg.domain.0.pages: {count.Pages}";
            yield return $"vm.uma.{name}.keg.domain.0.free_items: {count.FreeInSlabsCounted}";
        }
    }
}
