using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether <c>vmstat -z</c> lacks rows. The text has no end mark; what tells is the kernel's own count of its zones,
/// names that every kernel has, and the zones that <c>vm.uma</c> lists (docs/wholeness.md).
/// </summary>
internal static class ZoneTableGap
{
    private const string Command = "vmstat -z";

    /// <summary>
    /// From 13.0 on zones that were made before the counters of the CPUs are not in the count (<c>EARLY_COUNTER</c>,
    /// <c>sys/vm/uma_core.c</c>): 28 on a 14.2. At least so many are made early on every kernel.
    /// </summary>
    private const int LeastEarlyZones = 20;

    /// <summary>
    /// Zones that were made since boot, for each that stands. Where many come and go (jails with network stacks of
    /// their own), a zone may have come or gone between the count and its row.
    /// </summary>
    private const int SettledRequests = 2;

    /// <summary>Zones of every kernel from 8 to 15; they are made at boot, one after the other.</summary>
    private static readonly string[] s_everywhere = [.. ZoneFacts.NamesWith(ZoneTraits.Everywhere)];

    /// <summary>What the table lacks; null where nothing shows that it lacks anything.</summary>
    public static Gap? Of(Capture capture)
    {
        if (capture.Zones is not { } zones)
        {
            return new Gap(Command, "not in the capture");
        }

        return ByCount(capture, zones) ?? ByType(capture, zones) ?? ByName(zones) ?? ByTree(capture, zones);
    }

    private static Gap? ByCount(Capture capture, ZoneTable zones)
    {
        // Zones are allocated from a zone: its items in use are the zones of the report.
        if (capture.IsCrashSummary || zones.Find(KnownNames.Zone) is not { Used: > 0 } counted
            || counted.Requests > Arithmetic.Multiply(counted.Used, SettledRequests))
        {
            return null;
        }

        int rows = zones.Rows.Length;
        bool isEarlyLeftOut = zones.HasCrossDomain;
        long least = counted.Used + (isEarlyLeftOut ? LeastEarlyZones : 0);
        return rows < least
            ? new Gap(
                Command,
                $"{Display.Count(rows, "row", "rows")} where the kernel has "
                    + $"{(isEarlyLeftOut ? "at least " : "")}{Display.Count(least)} zones: rows are lost",
                zones.At(counted))
            : null;
    }

    /// <summary>
    /// From 13.0 on each zone has a block of the malloc type <c>UMA</c>, which holds its name in the tree of sysctls
    /// (<c>zone_alloc_sysctl</c>), and nothing else has one. Zones share names: where they are known by name,
    /// as metrics are, and not by line, there are fewer.
    /// </summary>
    private static Gap? ByType(Capture capture, ZoneTable zones) =>
        !capture.IsCrashSummary && zones.HasCrossDomain && zones.Rows is [{ Line: > 0 }, ..]
        && capture.MallocTypes is { } types && types.Find(KnownNames.Allocator) is { } names
        && names.InUse > zones.Rows.Length
        && names.Requests <= Arithmetic.Multiply(names.InUse, SettledRequests)
            ? new Gap(
                Command,
                $"{Display.Count(zones.Rows.Length, "row", "rows")} where the kernel holds the names of "
                    + $"{Display.Count(names.InUse, "zone", "zones")} (vmstat -m, {KnownNames.Allocator}): rows are "
                    + "lost",
                types.At(names))
            : null;

    private static Gap? ByName(ZoneTable zones)
    {
        string[] absent =
        [
            .. s_everywhere.Where(name => zones.Find(name) is null)
                .Union(UsualNames.AbsentOf(UsualNames.Zones, name => zones.Find(name) is not null)),
        ];
        return absent.Length == 0
            ? null
            : new Gap(
                Command,
                $"without {string.Join(", ", absent)}, which every kernel has: rows are lost",
                zones.At(zones.Rows[^1]));
    }

    /// <summary>The tree is read after the table: a zone that was made in between is in it alone.</summary>
    private static Gap? ByTree(Capture capture, ZoneTable zones)
    {
        if (capture.Uma is not { } tree)
        {
            return null;
        }

        HashSet<string> listed = [.. zones.Rows.Select(row => UmaTable.NodeOf(row.Name))];
        string[] absent = [.. tree.Zones.Select(zone => zone.Node).Where(
            node => !listed.Contains(WithoutNumber(node, listed)))];
        return absent.Length == 0
            ? null
            : new Gap(
                Command,
                $"without {Display.Count(absent.Length, "zone", "zones")} that vm.uma lists "
                    + $"({Display.Some(absent, 3)})",
                zones.At(zones.Rows[^1]));
    }

    /// <summary>Zones of one name have nodes <c>name</c>, <c>name_1</c>, …; a name may also end so by itself.</summary>
    private static string WithoutNumber(string node, HashSet<string> listed)
    {
        int end = node.AsSpan().TrimEnd("0123456789").Length;
        return !listed.Contains(node) && end > 1 && end < node.Length && node[end - 1] == '_'
            ? node[..(end - 1)]
            : node;
    }
}
