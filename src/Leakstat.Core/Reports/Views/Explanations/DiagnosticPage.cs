using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Reports.Views.Explanations;

/// <summary>What <c>docs/diagnostics.md</c>, which is embedded, says of each kind of problem of the input.</summary>
public static class DiagnosticPage
{
    private const string Heading = "## ";

    private static readonly Lazy<ImmutableSortedDictionary<string, string>> s_pages = new(Read);

    /// <summary>The ids that have a page.</summary>
    public static IEnumerable<string> Ids => s_pages.Value.Keys;

    /// <summary>The page of an id (<c>LSD101</c>); null where there is none.</summary>
    public static string? Of(string id) => s_pages.Value.GetValueOrDefault(id);

    private static ImmutableSortedDictionary<string, string> Read()
    {
        string text = EmbeddedResource.Text(typeof(DiagnosticPage).Assembly, "Diagnostics.md");
        var pages = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string part in text.Split('\n' + Heading).Skip(1))
        {
            int end = part.IndexOf('\n', StringComparison.Ordinal);
            pages.Add(part[..end].Trim(), $"# {part.Trim()}\n");
        }

        return pages.ToImmutable();
    }
}
