using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether the sysctls lack lines. sysctl(8) prints no end mark; what tells is the order in which <c>sysctl -a</c>
/// walks the tree, names that every kernel has, and statistics of the ARC that come together (docs/wholeness.md). Of a
/// few names that were asked for by name nothing is missing.
/// </summary>
internal static class SysctlGap
{
    private const string Command = "sysctl -a";
    private const string Arc = "kstat.zfs.misc.arcstats.";

    /// <summary>Four of them are asked for by name often; so many are the whole statistics.</summary>
    private const double MostOfArc = 0.75;

    /// <summary>From here on numbers of new sysctls count down.</summary>
    private const int CountsDown = 11;

    /// <summary>What they lack; null where nothing shows that they lack anything.</summary>
    public static Gap? Of(Capture capture)
    {
        ImmutableArray<(string Name, SourceLine At)> names = InOrder(capture.Sysctls);
        return (IsWalk(names) ? EndOf(capture, names) : null)
            ?? Usual(capture, names)
            ?? OfArc(capture);
    }

    /// <summary>
    /// The names of the file that begins at the first leaf of the tree, from that on and as they stand in it; of
    /// several that do so, or where none does, of the one with the most.
    /// </summary>
    private static ImmutableArray<(string Name, SourceLine At)> InOrder(SysctlTable sysctls)
    {
        Dictionary<SourceFile, List<(string Name, SourceLine At)>> byFile = [];
        SourceFile? file = null;
        List<(string Name, SourceLine At)>? names = null;
        foreach ((string name, SourceLine at) in sysctls.Places)
        {
            // Nearly all stand in the file of the one before.
            if (names is null || !ReferenceEquals(at.File, file))
            {
                file = at.File;
                if (!byFile.TryGetValue(file, out names))
                {
                    byFile[file] = names = [];
                }
            }

            names.Add((name, at));
        }

        // A tree of zones alone may be the larger file.
        return byFile.Values
            .Select(ByLine)
            .Select(FromFirstLeaf)
            .OrderByDescending(found => found[0].Name == SysctlTree.FirstLeaf)
            .ThenByDescending(found => found.Length)
            .ThenBy(found => found[0].At.File.Path, StringComparer.Ordinal)
            .FirstOrDefault([]);
    }

    // They are kept as they stand in the file, where none stands in it twice.
    private static ImmutableArray<(string Name, SourceLine At)> ByLine(List<(string Name, SourceLine At)> names)
    {
        for (int i = 1; i < names.Count; i++)
        {
            if (names[i].At.Line < names[i - 1].At.Line)
            {
                return [.. names.OrderBy(n => n.At.Line)];
            }
        }

        return [.. names];
    }

    private static ImmutableArray<(string Name, SourceLine At)> FromFirstLeaf(
        ImmutableArray<(string Name, SourceLine At)> names)
    {
        int first = 0;
        while (first < names.Length && names[first].Name != SysctlTree.FirstLeaf)
        {
            first++;
        }

        return first == names.Length ? names : names[first..];
    }

    /// <summary>
    /// Whether they are what <c>sysctl -a</c> prints, or a part of that from its beginning: the roots in the order of
    /// the tree, from the first leaf on. Who asks by name asks in another order, the collector too.
    /// </summary>
    private static bool IsWalk(ImmutableArray<(string Name, SourceLine At)> names)
    {
        if (names.IsEmpty || names[0].Name != SysctlTree.FirstLeaf)
        {
            return false;
        }

        int place = 0;
        foreach ((string name, _) in names)
        {
            int next = SysctlTree.PlaceOf(name);
            if (next < place)
            {
                return false;
            }

            place = next;
        }

        return true;
    }

    /// <summary>Whether they begin as the list that the collector asks for does.</summary>
    private static bool IsOfCollector(ImmutableArray<(string Name, SourceLine At)> names) =>
        names.Select(n => n.Name).Take(SysctlTree.FirstOfCollector.Length).SequenceEqual(SysctlTree.FirstOfCollector);

    private static Gap? EndOf(Capture capture, ImmutableArray<(string Name, SourceLine At)> names)
    {
        (string last, SourceLine at) = names[^1];
        HashSet<string> roots = [.. names.Select(n => SysctlTree.RootOf(n.Name))];
        string[] absent = [.. SysctlTree.Roots.Append(SysctlTree.Devices).Where(root => !roots.Contains(root))];
        if (absent.Length > 0)
        {
            return new Gap(
                Command,
                $"begins as the whole tree does and ends in {last}, without {string.Join(", ", absent)}: lines are "
                    + "lost",
                at);
        }

        return capture.Host.IsAtLeast(CountsDown)
            && SysctlTree.RootOf(last) == SysctlTree.Devices
            && !last.EndsWith(SysctlTree.LastOfDriver, StringComparison.Ordinal)
            ? new Gap(Command, $"ends in {last}, which is not where the tree of devices ends: lines are lost", at)
            : null;
    }

    private static Gap? Usual(Capture capture, ImmutableArray<(string Name, SourceLine At)> names)
    {
        string[] absent = IsOfCollector(names) || IsWalk(names)
            ? [.. UsualNames.Sysctls.Where(name => !capture.Sysctls.Contains(name))]
            : [];
        return absent.Length == 0
            ? null
            : new Gap(
                Command,
                $"without {Display.Some(absent, 3)}, which every kernel "
                    + "has: lines are lost",
                names[^1].At);
    }

    private static Gap? OfArc(Capture capture)
    {
        SysctlTable sysctls = capture.Sysctls;
        ImmutableArray<string> absent = UsualNames.AbsentOf(
            UsualNames.ArcStatistics, name => sysctls.Contains(Arc + name), MostOfArc);
        if (absent.IsEmpty)
        {
            return null;
        }

        // Of metrics, which have no lines, only some were taken from the start.
        return sysctls.TryLocate(Arc + UsualNames.ArcStatistics.Except(absent).First(), out SourceLine? at)
            && at.Value.Line == 0
                ? null
                : new Gap(
                    "sysctl kstat.zfs.misc.arcstats",
                    $"without {string.Join(", ", absent)}, which every ARC has: lines are lost",
                    at);
    }
}
