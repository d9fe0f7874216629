using Leakstat.Diagnosis.Contracts;
using Leakstat.Engines.Alerts.Settings;

namespace Leakstat.Engines.Tests.Alerts;

/// <summary>The alert file of docs/fleet.md: everything in it is read, and what is wrong is told with file, line and key.</summary>
public sealed class AlertSettingsFileTests
{
    private const string Whole = """
        [alerts]
        state = "/var/db/leakstat/alerts.json"
        severity = "critical"
        unseen = "2d"
        labels = { site = "fra1", team = "ops" }
        [[alerts.alertmanager]]
        url = "http://127.0.0.1:9093"
        lasts = "3h"
        [[alerts.webhook]]
        url = "https://chat.example.org/hook"
        secret_file = "/etc/secret"
        [[alerts.webhook]]
        url = "https://other.example.org/hook"
        token_file = "/etc/token"
        [[alerts.syslog]]
        address = "udp://loghost:514"
        facility = "local3"
        [[alerts.sendmail]]
        program = "/usr/sbin/sendmail"
        arguments = ["-i", "-t"]
        from = "leakstat@example.org"
        to = ["ops@example.org"]
        [[alerts.silence]]
        kind = "malloc"
        subject = "leakmod"
        until = 2026-12-01T00:00:00Z
        comment = "known"
        [[alerts.silence]]
        subject = "tty"
        until = "2026-12-02"
        [other]
        program = "not of alerts"
        """;

    [Fact]
    public void Everything_that_can_be_set_is_read()
    {
        AlertSettings settings = Read(Whole);

        Assert.Equal("/var/db/leakstat/alerts.json", settings.State);
        Assert.Equal((Severity.Critical, TimeSpan.FromDays(2)), (settings.Least, settings.Unseen));
        Assert.Equal(
            ["Alertmanager", "Webhook", "Webhook", "Syslog", "Sendmail"], settings.Receivers.Select(r => r.GetType().Name));
        Assert.Equal(["leakmod", "tty"], settings.Silences.Select(s => s.Subject));
        Assert.Equal(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero), settings.Silences[0].Until);
    }

    [Theory]
    [InlineData("[alerts]\nstat = \"x\"", "alerts.toml:1: state is missing (and 1 more)")]
    [InlineData("[alerts]\nstate = \"x\"\nlistn = \"x\"", "alerts.toml:3: [alerts] has no listn; it has severity, state, unseen")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.webhok]]\nurl = \"http://a\"", "alerts.toml:3: no table alerts.webhok; the tables are [alerts.labels], [[alerts.alertmanager]]")]
    [InlineData("[alerts]\nstate = \"x\"\n\n[[alerts.webhook]]\nurl = \"http://a\"\nsecret-file = \"s\"", "alerts.toml:6: [alerts.webhook] has no secret-file; it has secret_file, token_file, url")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.webhook]]\nurl = \"nothing\"", "alerts.toml:4: url takes an address like")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.webhook]]\nurl = \"ftp://a\"", "alerts.toml:4: url takes an address like")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.webhook]]\nsecret_file = \"/etc/secret\"", "alerts.toml:3: url is missing")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.webhook]]\nurl = \"http://a\"\ntoken_file = \"/nowhere\"", "alerts.toml:5: token_file names /nowhere")]
    [InlineData("[alerts]\nstate = \"x\"\nseverity = \"loud\"", "alerts.toml:3: severity takes info, warning or critical")]
    [InlineData("[alerts]\nstate = \"x\"\nunseen = \"soon\"", "alerts.toml:3: unseen takes a time")]
    [InlineData("[alerts]\nstate = 5", "alerts.toml:2: state takes text in quotes")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.syslog]]\nfacility = \"local9\"", "alerts.toml:4: facility takes one of")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.syslog]]\naddress = \"tcp://a\"", "alerts.toml:4: address takes an address like")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.sendmail]]\nfrom = \"a\"", "alerts.toml:3: to is missing: a list of addresses")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.sendmail]]\nfrom = \"a\"\nto = []", "alerts.toml:5: to is missing: a list of addresses")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.sendmail]]\nfrom = \"a\"\nto = 3", "alerts.toml:5: to takes a list of texts in quotes")]
    [InlineData("[alerts]\nstate = \"x\"\n[[alerts.silence]]\nsubject = \"a\"\nuntil = \"never\"", "alerts.toml:5: until takes a time")]
    [InlineData("[alert]\nstate = \"x\"", "alerts.toml:1: there is no table [alerts]")]
    [InlineData("[alerts]\nstate = \"x", "alerts.toml:2: ")]
    [InlineData("", "alerts.toml:1: there is no table [alerts]")]
    public void What_is_wrong_is_told_with_file_line_and_key(string text, string wanted) =>
        Assert.StartsWith(wanted, Assert.Throws<AlertSettingsException>(() => Read(text)).Message, StringComparison.Ordinal);

    private static AlertSettings Read(string text)
    {
        using var client = new HttpClient();
        return AlertSettingsFile.Read("alerts.toml", text, client, "here", name => name switch
        {
            "/etc/secret" or "/etc/token" => "0123456789abcdef\n"u8.ToArray(),
            _ => throw new FileNotFoundException("there is no such file"),
        });
    }
}
