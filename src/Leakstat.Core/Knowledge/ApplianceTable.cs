using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>Which FreeBSD an appliance's version is built on (<c>Knowledge/Data/appliances.tsv</c>).</summary>
public static class ApplianceTable
{
    private static readonly Lazy<ImmutableArray<(string Product, string Version, string Release)>> s_rows = new(Read);

    /// <summary>The release below that version; null where the table does not have it.</summary>
    /// <param name="product">A product of <see cref="Appliance"/>.</param>
    /// <param name="version">Its version: <c>2.7.2</c>, <c>24.1.5_3</c>.</param>
    public static FreeBsdRelease? ReleaseOf(string product, string version) => FreeBsdRelease.Parse(s_rows.Value
        .Where(row => row.Product == product && IsOf(version, row.Version))
        .MaxBy(row => row.Version.Length).Release);

    private static bool IsOf(string version, string prefix) =>
        version.StartsWith(prefix, StringComparison.Ordinal)
            && (version.Length == prefix.Length || version[prefix.Length] is '.' or '_' or '-');

    private static ImmutableArray<(string Product, string Version, string Release)> Read() =>
    [
        .. BuiltInKnowledge.Text("appliances.tsv").Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t') is [var product, var version, var release]
                ? (product, version, release)
                : throw new InvalidDataException($"appliances.tsv: {line} has not 3 columns")),
    ];
}
