using System.Buffers;
using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Knowledge;

/// <summary>Which FreeBSD an appliance's version is built on (<c>Knowledge/Data/appliances.tsv</c>).</summary>
internal static class ApplianceTable
{
    private const string Branch = "stable/";

    private static readonly SearchValues<char> s_version = SearchValues.Create("0123456789.");

    private static readonly Lazy<ImmutableArray<(string Product, string Version, string Release)>> s_rows = new(Read);

    /// <summary>The release below that version; null where the table does not have it.</summary>
    /// <param name="product">A product of <see cref="Appliance"/>.</param>
    /// <param name="version">Its version: <c>2.7.2</c>, <c>24.1.5_3</c>.</param>
    public static FreeBsdRelease? ReleaseOf(string product, string version) => FreeBsdRelease.Parse(s_rows.Value
        .Where(row => row.Product == product && IsOf(version, row.Version))
        .OrderByDescending(row => row.Version.Length).Select(row => row.Release).FirstOrDefault());

    /// <summary>The appliance that built a kernel, by the text of its version; null for FreeBSD's own.</summary>
    /// <param name="version">What <c>uname -v</c> prints, or a whole <c>uname -a</c>.</param>
    /// <remarks>
    /// pfSense's kernels are called so; the branches of OPNsense have its versions: <c>stable/24.1-n…</c>.
    /// </remarks>
    public static string? OfKernel(string version)
    {
        if (version.Contains("/pfSense", StringComparison.Ordinal)
            || version.Contains("pfSense-", StringComparison.Ordinal))
        {
            return Appliance.PfSense;
        }

        int branch = version.IndexOf(Branch, StringComparison.Ordinal);
        ReadOnlySpan<char> behind = branch < 0 ? default : version.AsSpan(branch + Branch.Length);
        int end = behind.IndexOfAnyExcept(s_version);
        return version.Contains("OPNsense", StringComparison.Ordinal) || (end > 0 && behind[..end].Contains('.'))
            ? Appliance.OpnSense
            : null;
    }

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
