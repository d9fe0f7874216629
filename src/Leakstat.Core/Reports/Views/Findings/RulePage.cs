using Leakstat.Model;

namespace Leakstat.Reports.Views.Findings;

/// <summary>The page of a rule (<c>docs/rules</c>), as embedded in this assembly.</summary>
internal static class RulePage
{
    /// <summary>Its text, Markdown with line feeds; null where there is none.</summary>
    /// <param name="rule">Id of the rule.</param>
    public static string? Of(string rule) => EmbeddedResource.Find(typeof(RulePage).Assembly, $"Rules/{rule}.md");
}
