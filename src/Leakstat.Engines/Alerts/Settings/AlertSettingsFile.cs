using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Engines.Alerts.Receivers;
using Leakstat.Engines.Http;
using Leakstat.Model;
using Tomlyn;
using Tomlyn.Model;

namespace Leakstat.Engines.Alerts.Settings;

/// <summary>Settings of alerts are wrong; the message names the file and the key.</summary>
public sealed class AlertSettingsException : Exception
{
    /// <summary>The key that is wrong, with those above it (<c>alerts.webhook[0].url</c>); empty for none.</summary>
    public string Key { get; init; } = "";

    /// <summary>What is wrong, in words that follow the name of the file.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Takes the message.</summary>
    /// <param name="message">Which key, and what is wrong with it.</param>
    /// <param name="cause">What was met; null for none.</param>
    public AlertSettingsException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

/// <summary>
/// Reads settings of alerts: the table <c>[alerts]</c> of a TOML file (docs/fleet.md). A key that is not known is
/// refused, for it may be one that is misspelt.
/// </summary>
public static class AlertSettingsFile
{
    private static readonly string[] s_facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
        "security", "console", "solaris-cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
        "local7",
    ];

    /// <summary>Reads them.</summary>
    /// <param name="file">Name of the file, for messages.</param>
    /// <param name="text">Its content.</param>
    /// <param name="client">Sends what goes by HTTP.</param>
    /// <param name="self">Name of this machine, in messages of syslog and mail.</param>
    /// <param name="readSecret">Reads a file that holds a secret.</param>
    /// <param name="state">The file of their state where the text names none; null where it has to.</param>
    /// <exception cref="AlertSettingsException">They are wrong.</exception>
    public static AlertSettings Read(
        string file,
        string text,
        HttpClient client,
        string self,
        Func<string, byte[]> readSecret,
        string? state = null)
    {
        TomlTable root;
        try
        {
            root = TomlSerializer.Deserialize(text, AlertTomlContext.Default.TomlTable) ?? [];
        }
        catch (TomlException e)
        {
            throw new AlertSettingsException($"{file}: {FaultText.Of(e)}", e);
        }

        var all = new AlertTable(file, "", root);
        AlertTable alerts = all.Table("alerts") ?? throw all.Wrong("alerts", "is missing: a table [alerts]");
        ImmutableArray<(string, string)> labels = alerts.Labels("labels");
        var settings = new AlertSettings
        {
            State = alerts.Text("state") ?? state ?? alerts.Required("state"),
            Least = alerts.Text("severity") switch
            {
                null or "warning" => Severity.Warning,
                "critical" => Severity.Critical,
                "info" => Severity.Info,
                _ => throw alerts.Wrong("severity", "is info, warning or critical"),
            },
            Unseen = alerts.Span("unseen", TimeSpan.FromDays(7)),
            Receivers =
            [
                .. alerts.Tables("alertmanager").Select(t => (IAlertReceiver)new Alertmanager(
                    client, AddressOf(t, readSecret), t.Span("lasts", TimeSpan.FromHours(3)), labels)),
                .. alerts.Tables("webhook").Select(t => new Webhook(
                    client, AddressOf(t, readSecret), t.Secret("secret_file", readSecret), labels)),
                .. alerts.Tables("syslog").Select(t => SyslogOf(t, self)),
                .. alerts.Tables("sendmail").Select(t => new Sendmail(
                    t.Text("program") ?? "/usr/sbin/sendmail",
                    t.Texts("arguments") ?? ["-i", "-t"],
                    t.Required("from"),
                    t.Texts("to") is { Count: > 0 } to ? to : throw t.Wrong("to", "is missing: a list of addresses"),
                    self)),
            ],
            Silences =
            [
                .. alerts.Tables("silence").Select(t => new Silence(
                    t.Text("kind") ?? "", t.Required("subject"), t.Time("until"), t.Text("comment") ?? "")),
            ],
        };
        all.RefuseUnknown();
        return settings;
    }

    private static EngineAddress AddressOf(AlertTable table, Func<string, byte[]> readSecret) =>
        EngineAddress.Parse(
            table.Required("url"),
            table.Secret("token_file", readSecret) is { } token ? System.Text.Encoding.UTF8.GetString(token) : null)
        ?? throw table.Wrong("url", "is an address like http://127.0.0.1:9093");

    private static Syslog SyslogOf(AlertTable table, string self)
    {
        string text = table.Text("address") ?? "udp://127.0.0.1:514";
        int facility = Array.IndexOf(s_facilities, table.Text("facility") ?? "daemon");
        return !Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme is not ("udp" or "unix")
            ? throw table.Wrong("address", "is an address like udp://loghost:514 or unix:///var/run/log")
            : facility < 0
                ? throw table.Wrong("facility", $"is one of {string.Join(", ", s_facilities)}")
                : new Syslog(address, facility, self);
    }
}

/// <summary>Its reader, generated when the program is built.</summary>
[Tomlyn.Serialization.TomlSerializable(typeof(TomlTable))]
internal sealed partial class AlertTomlContext : Tomlyn.Serialization.TomlSerializerContext;
