using System.Collections.Immutable;

namespace Leakstat.Knowledge;

/// <summary>
/// Names that mean one thing on different releases (<c>Knowledge/Data/same-by-release.tsv</c>): a zone that was
/// renamed, split or joined, or that became a malloc type.
/// </summary>
internal static class SameByRelease
{
    private static readonly Lazy<ImmutableArray<ImmutableArray<(bool IsZone, string Name)>>> Table = new(Read);

    /// <summary>The groups, the newest name of each first.</summary>
    public static ImmutableArray<ImmutableArray<(bool IsZone, string Name)>> Groups => Table.Value;

    private static ImmutableArray<ImmutableArray<(bool IsZone, string Name)>> Read() =>
    [
        .. BuiltInKnowledge.Text("same-by-release.tsv").Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t').Select(Member).ToImmutableArray()),
    ];

    private static (bool IsZone, string Name) Member(string cell) =>
        (cell.StartsWith("zone:", StringComparison.Ordinal), cell[(cell.IndexOf(':', StringComparison.Ordinal) + 1)..]);
}
