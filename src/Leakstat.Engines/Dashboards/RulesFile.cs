using System.Globalization;
using System.Text;

namespace Leakstat.Engines.Dashboards;

/// <summary>The rules as a file for Prometheus and vmalert.</summary>
public static class RulesFile
{
    /// <summary>The file, as YAML.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        text.Append("# Written from src/Leakstat.Engines/Dashboards/RuleTable.cs; a test holds this file to it.\n");
        text.Append("groups:\n- name: leakstat\n  rules:\n");
        foreach (Rule rule in RuleTable.All)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""
                  - alert: {rule.Name}
                    expr: {Quoted(rule.Query)}
                    for: {rule.For}
                    labels:
                      severity: {rule.Severity}
                    annotations:
                      summary: {Quoted(rule.Summary)}

                """);
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
