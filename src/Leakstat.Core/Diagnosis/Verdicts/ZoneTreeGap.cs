using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether <c>sysctl vm.uma</c> lacks lines (13.0 and later): every zone has the same leaves, but for those of its keg
/// where it has none (<c>zone_alloc_sysctl</c>, <c>sys/vm/uma_core.c</c>), and every zone of <c>vmstat -z</c> is in the
/// tree.
/// </summary>
internal static class ZoneTreeGap
{
    private const string Command = "sysctl vm.uma";
    private const string Root = "vm.uma.";
    private const string Keg = "keg.";

    /// <summary>Leaves of a zone that has no keg: its keg's name says so.</summary>
    private const string KegName = "keg.name";

    /// <summary>So many zones are the tree; fewer were asked for by name.</summary>
    private const int LeastZones = 16;

    /// <summary>What it lacks; null where nothing shows that, and where it was not asked for.</summary>
    public static Gap? Of(Capture capture)
    {
        Dictionary<string, HashSet<string>> zones = LeavesOf(capture.Sysctls);
        return zones.Count < LeastZones ? null : ByLeaf(capture, zones) ?? ByTable(capture, zones);
    }

    private static Dictionary<string, HashSet<string>> LeavesOf(SysctlTable sysctls)
    {
        Dictionary<string, HashSet<string>> zones = [];
        foreach (string name in sysctls.Names)
        {
            if (!name.StartsWith(Root, StringComparison.Ordinal)
                || name.IndexOf('.', Root.Length) is not (> 0 and var dot)
                || IsOfFurtherDomain(name.AsSpan(dot + 1)))
            {
                continue;
            }

            string node = name[Root.Length..dot];
            if (!zones.TryGetValue(node, out HashSet<string>? leaves))
            {
                zones[node] = leaves = [];
            }

            leaves.Add(name[(dot + 1)..]);
        }

        return zones;
    }

    /// <summary>Zones may be spread over more domains than others are; the first they all have.</summary>
    private static bool IsOfFurtherDomain(ReadOnlySpan<char> leaf)
    {
        ReadOnlySpan<char> rest = leaf.StartsWith(Keg) ? leaf[Keg.Length..] : leaf;
        return rest.StartsWith("domain.") && !rest.StartsWith("domain.0.");
    }

    private static Gap? ByLeaf(Capture capture, Dictionary<string, HashSet<string>> zones)
    {
        string[] all =
        [
            .. zones.Values.SelectMany(leaves => leaves).CountBy(leaf => leaf)
                .Where(leaf => leaf.Value * 2 > zones.Count).Select(leaf => leaf.Key).Order(StringComparer.Ordinal),
        ];
        List<string> absent = [];
        foreach ((string node, HashSet<string> leaves) in zones.OrderBy(z => z.Key, StringComparer.Ordinal))
        {
            bool isWithoutKeg = capture.Uma?.Find(node) is { IsCacheZone: true };
            absent.AddRange(all
                .Where(leaf => !leaves.Contains(leaf) && !(isWithoutKeg && IsOfKeg(leaf)))
                .Select(leaf => $"{Root}{node}.{leaf}"));
        }

        return absent.Count == 0
            ? null
            : new Gap(
                Command,
                $"without {Display.Count(absent.Count, "leaf", "leaves")} that all other zones have "
                    + $"({Display.Some(absent, 2)}): lines are lost");
    }

    private static bool IsOfKeg(string leaf) => leaf.StartsWith(Keg, StringComparison.Ordinal) && leaf != KegName;

    private static Gap? ByTable(Capture capture, Dictionary<string, HashSet<string>> zones)
    {
        if (capture.Zones is not { } table || capture.IsCrashSummary)
        {
            return null;
        }

        string[] absent =
        [
            .. table.Rows.Select(row => row.Name).Where(name => !zones.ContainsKey(UmaTable.NodeOf(name))),
        ];
        return absent.Length == 0
            ? null
            : new Gap(
                Command,
                $"without {Display.Count(absent.Length, "zone", "zones")} that vmstat -z has "
                    + $"({Display.Some(absent, 3)}): lines are lost",
                table.At(table.Find(absent[0])!.Value));
    }
}
