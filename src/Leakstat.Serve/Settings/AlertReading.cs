using Leakstat.Engines.Alerts.Settings;
using Leakstat.Platform;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Leakstat.Serve.Settings;

/// <summary>
/// The tables <c>[alerts]</c> and below it of <c>leakstat.toml</c>: read as <c>leakstat fleet --alert-config</c> reads
/// them, and what is wrong in them is told with its line.
/// </summary>
internal static class AlertReading
{
    private const string Table = "alerts";

    /// <summary>Whether a table is one of alerts.</summary>
    public static bool Has(string table) =>
        table == Table || table.StartsWith(Table + ".", StringComparison.Ordinal);

    /// <summary>Reads them; null where the text has none, or they are wrong.</summary>
    /// <param name="file">Name of the file, for problems.</param>
    /// <param name="text">A TOML text without errors.</param>
    /// <param name="client">Sends what goes by HTTP.</param>
    /// <param name="state">The file of their state where the text names none.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static AlertSettings? Read(
        string file, string text, HttpClient client, string state, List<SettingsProblem> problems)
    {
        DocumentSyntax document = SyntaxParser.Parse(text, file, validate: true);
        if (!document.Tables.Any(t => Has(SettingsTable.KeyOf(t.Name!))))
        {
            return null;
        }

        try
        {
            return AlertSettingsFile.Read(
                file, text, client, Environment.MachineName, name => OpenedFile.ReadAll(name), state);
        }
        catch (AlertSettingsException e)
        {
            problems.Add(new SettingsProblem(
                file, LineOf(document, e.Key), e.Problem.Length > 0 ? e.Problem : e.Message));
            return null;
        }
    }

    /// <summary>Line of a key; where the key is not there that of the table which lacks it, else the first.</summary>
    private static int LineOf(DocumentSyntax document, string key)
    {
        Dictionary<string, int> seen = [];
        int nearest = 1;
        foreach (TableSyntaxBase table in document.Tables)
        {
            string name = SettingsTable.KeyOf(table.Name!);
            if (table is TableArraySyntax)
            {
                int number = seen.GetValueOrDefault(name);
                seen[name] = number + 1;
                name = $"{name}[{number}]";
            }

            if (!key.StartsWith(name + ".", StringComparison.Ordinal))
            {
                continue;
            }

            nearest = table.Span.Start.Line + 1;
            foreach (KeyValueSyntax item in table.Items)
            {
                if ($"{name}.{SettingsTable.KeyOf(item.Key!)}" == key)
                {
                    return item.Span.Start.Line + 1;
                }
            }
        }

        return nearest;
    }
}
