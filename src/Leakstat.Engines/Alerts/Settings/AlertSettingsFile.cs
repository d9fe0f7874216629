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
            Least = alerts.Text("severity") switch
            {
                null or "warning" => Severity.Warning,
                "critical" => Severity.Critical,
                "info" => Severity.Info,
                _ => Said(alerts, "severity", "severity is info, warning or critical", Severity.Warning),
            },
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
        if (table.Time("until") is not { } until)
        {
            return table.Has("until") ? null
                : Said<Silence?>(table, "until", "until is missing: a time like 2026-12-01T00:00:00Z", null);
        }

        return subject is null ? null : new Silence(kind, subject, until, comment);
    }

    private static EngineAddress? AddressOf(SettingsTable table, Func<string, byte[]> readSecret)
    {
        byte[]? token = SecretOf(table, "token_file", readSecret);
        return table.Required("url") is not { } url ? null
            : EngineAddress.Parse(url, token is null ? null : Encoding.UTF8.GetString(token))
            ?? Said<EngineAddress?>(table, "url", "url takes an address like \"http://127.0.0.1:9093\"", null);
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

        try
        {
            byte[] secret = read(name).AsSpan().Trim(" \t\r\n"u8).ToArray();
            return secret.Length > 0 ? secret : Said<byte[]?>(table, key, $"{key} names {name}, which is empty", null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Said<byte[]?>(table, key, $"{key} names {name}: {FaultText.Of(e)}", null);
        }
    }

    private static Syslog? SyslogOf(SettingsTable table, string self)
    {
        string text = table.Text("address") ?? "udp://127.0.0.1:514";
        int facility = Array.IndexOf(s_facilities, table.Text("facility") ?? "daemon");
        if (facility < 0)
        {
            table.Problem("facility", $"facility is one of {string.Join(", ", s_facilities)}");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme is not ("udp" or "unix"))
        {
            table.Problem("address", "address is one like \"udp://loghost:514\" or \"unix:///var/run/log\"");
            return null;
        }

        return facility < 0 ? null : new Syslog(address, facility, self);
    }

    private static T Said<T>(SettingsTable table, string key, string text, T instead)
    {
        table.Problem(key, text);
        return instead;
    }
}
