using System.Collections.Immutable;
using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Engines.Alerts.Receivers;
using Leakstat.Engines.Http;
using Leakstat.Engines.Settings;
using Leakstat.Model;

namespace Leakstat.Engines.Alerts.Settings;

/// <summary>Settings of alerts are wrong; the message names file, line and key.</summary>
public sealed class AlertSettingsException : Exception
{
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

    private static readonly Uri s_syslog = new("udp://127.0.0.1:514");

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
        SettingsDocument document = SettingsDocument.Read(file, text);
        SettingsTable alerts = document.Top.Table("alerts");
        if (document.IsReadable && !alerts.IsWritten)
        {
            document.Top.Problem("alerts", "there is no table [alerts]");
        }

        AlertSettings? settings = document.IsReadable ? From(alerts, client, self, readSecret, state) : null;
        alerts.End();
        ImmutableArray<SettingsProblem> problems = document.Problems;
        return settings is not null && problems.IsEmpty ? settings
            : throw new AlertSettingsException(
                $"{problems[0]}" + (problems.Length > 1 ? $" (and {problems.Length - 1} more)" : ""));
    }

    /// <summary>Takes them from a table; what cannot be understood is a problem of the table, and left out.</summary>
    /// <param name="alerts">The table <c>[alerts]</c>; the caller ends it.</param>
    /// <param name="client">Sends what goes by HTTP.</param>
    /// <param name="self">Name of this machine, in messages of syslog and mail.</param>
    /// <param name="readSecret">Reads a file that holds a secret.</param>
    /// <param name="state">The file of their state where the table names none; null where it has to.</param>
    public static AlertSettings From(
        SettingsTable alerts, HttpClient client, string self, Func<string, byte[]> readSecret, string? state = null)
    {
        ImmutableArray<(string, string)> labels = alerts.Labels("labels");
        return new AlertSettings
        {
            State = (state is null ? alerts.Required("state") : alerts.Text("state")) ?? state ?? "",
            Least = alerts.Read("severity", SeverityOf, "info, warning or critical") ?? Severity.Warning,
            Unseen = alerts.Span("unseen") ?? TimeSpan.FromDays(7),
            Receivers =
            [
                .. ((IEnumerable<IAlertReceiver?>)
                [
                    .. alerts.Tables("alertmanager").Select(t => AlertmanagerOf(t, client, labels, readSecret)),
                    .. alerts.Tables("webhook").Select(t => WebhookOf(t, client, labels, readSecret)),
                    .. alerts.Tables("syslog").Select(t => SyslogOf(t, self)),
                    .. alerts.Tables("sendmail").Select(t => SendmailOf(t, self)),
                ]).OfType<IAlertReceiver>(),
            ],
            Silences = [.. alerts.Tables("silence").Select(SilenceOf).OfType<Silence>()],
        };
    }

    private static Alertmanager? AlertmanagerOf(
        SettingsTable table,
        HttpClient client,
        ImmutableArray<(string, string)> labels,
        Func<string, byte[]> readSecret)
    {
        TimeSpan lasts = table.Span("lasts") ?? TimeSpan.FromHours(3);
        return AddressOf(table, readSecret) is { } address ? new Alertmanager(client, address, lasts, labels) : null;
    }

    private static Webhook? WebhookOf(
        SettingsTable table,
        HttpClient client,
        ImmutableArray<(string, string)> labels,
        Func<string, byte[]> readSecret)
    {
        byte[]? secret = SecretOf(table, "secret_file", readSecret);
        return AddressOf(table, readSecret) is { } address ? new Webhook(client, address, secret, labels) : null;
    }

    private static Sendmail? SendmailOf(SettingsTable table, string self)
    {
        string program = table.Text("program") ?? "/usr/sbin/sendmail";
        ImmutableArray<string> arguments = table.Texts("arguments");
        string? from = table.Required("from");
        ImmutableArray<string> to = table.RequiredTexts("to", "addresses");
        return from is null || to.IsEmpty ? null
            : new Sendmail(program, arguments.IsEmpty ? ["-i", "-t"] : arguments, from, to, self);
    }

    private static Silence? SilenceOf(SettingsTable table)
    {
        string kind = table.Text("kind") ?? "", comment = table.Text("comment") ?? "";
        string? subject = table.Required("subject");
        DateTimeOffset? until = table.Time("until");
        if (until is null && !table.Has("until"))
        {
            table.Problem("until", "until is missing: a time like 2026-12-01T00:00:00Z");
        }

        return subject is null || until is null ? null : new Silence(kind, subject, until.Value, comment);
    }

    private static EngineAddress? AddressOf(SettingsTable table, Func<string, byte[]> readSecret)
    {
        byte[]? secret = SecretOf(table, "token_file", readSecret);
        string? token = secret is null ? null : Encoding.UTF8.GetString(secret);
        return table.Required("url") is null ? null
            : table.Read(
                "url", text => EngineAddress.Parse(text, token), "an address like \"http://127.0.0.1:9093\"");
    }

    /// <summary>
    /// Content of the file that a key names, without blanks around it; null where the key is not there.
    /// </summary>
    private static byte[]? SecretOf(SettingsTable table, string key, Func<string, byte[]> read)
    {
        if (table.Text(key) is not { } name)
        {
            return null;
        }

        string why;
        try
        {
            byte[] secret = read(name).AsSpan().Trim(" \t\r\n"u8).ToArray();
            if (secret.Length > 0)
            {
                return secret;
            }

            why = ", which is empty";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = ": " + FaultText.Of(e);
        }

        table.Problem(key, $"{key} names {name}{why}");
        return null;
    }

    private static Syslog? SyslogOf(SettingsTable table, string self)
    {
        Uri? address = table.Read(
            "address", SyslogAddress, "an address like \"udp://loghost:514\" or \"unix:///var/run/log\"");
        int? facility = table.Read("facility", FacilityOf, $"one of {string.Join(", ", s_facilities)}");
        return (address is null && table.Has("address")) || (facility is null && table.Has("facility"))
            ? null
            : new Syslog(address ?? s_syslog, facility ?? Array.IndexOf(s_facilities, "daemon"), self);
    }

    private static Uri? SyslogAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "udp" or "unix" ? address : null;

    private static int? FacilityOf(string name) =>
        Array.IndexOf(s_facilities, name) is >= 0 and var number ? number : null;

    private static Severity? SeverityOf(string name) => name switch
    {
        "info" => Severity.Info,
        "warning" => Severity.Warning,
        "critical" => Severity.Critical,
        _ => null,
    };
}
