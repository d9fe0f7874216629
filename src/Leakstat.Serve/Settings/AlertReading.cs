using Leakstat.Engines.Alerts.Settings;
using Leakstat.Engines.Settings;
using Leakstat.Platform;

namespace Leakstat.Serve.Settings;

/// <summary>
/// The tables <c>[alerts]</c> and below it of <c>leakstat.toml</c>: read as <c>leakstat fleet --alert-config</c> reads
/// them.
/// </summary>
internal static class AlertReading
{
    /// <summary>Name of the table.</summary>
    public const string Table = "alerts";

    /// <summary>Reads them; null where the text has none, or they are wrong.</summary>
    /// <param name="file">Name of the file, for problems.</param>
    /// <param name="text">A TOML text without errors.</param>
    /// <param name="client">Sends what goes by HTTP.</param>
    /// <param name="state">The file of their state where the text names none.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static AlertSettings? Read(
        string file, string text, HttpClient client, string state, List<SettingsProblem> problems)
    {
        SettingsDocument document = SettingsDocument.Read(file, text);
        SettingsTable alerts = document.Top.Table(Table);
        if (!document.IsReadable || !alerts.IsWritten)
        {
            return null;
        }

        AlertSettings settings = AlertSettingsFile.From(
            alerts, client, Environment.MachineName, name => OpenedFile.ReadAll(name), state);
        alerts.End();
        problems.AddRange(document.Problems);
        return document.Problems.IsEmpty ? settings : null;
    }
}
