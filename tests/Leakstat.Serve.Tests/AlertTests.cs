using System.Text.Json;
using System.Text.RegularExpressions;
using Leakstat.Engines.Alerts.Settings;
using Leakstat.Engines.Http;

namespace Leakstat.Serve.Tests;

/// <summary>
/// Alerts of a server: one for a cause, told to real receivers, once, over its end and its next start, until no host has it.
/// </summary>
public sealed class AlertTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-alerts-");
    private readonly HttpClient _client = EngineHttp.Make(TimeSpan.FromSeconds(10));

    [Fact]
    [Trait("Needs", "engines")]
    public async Task Alertmanager_holds_one_alert_over_a_restart_and_until_the_hosts_are_free_of_it()
    {
        EngineProcess.Need("prometheus-alertmanager", "prometheus-alertmanager");
        using var manager = EngineProcess.Alertmanager();
        string receiver = $"[[alerts.alertmanager]]\nurl = \"{manager.Address}\"\n";
        JsonElement first;
        await using (RunningServer server = await Start(receiver, TimeSpan.FromMilliseconds(500)))
        {
            await HostCaptures.PushLeak(server, "fw1", "fw2");
            await server.Until(() => IsOnTwoHosts(manager), "both hosts are told as one alert");
            first = Active(manager)[0];
        }

        Assert.Equal("leakmod", first.GetProperty("labels").GetProperty("subject").GetString());
        Assert.Equal("fra1", first.GetProperty("labels").GetProperty("site").GetString());

        // The next start has seen one of the hosts alone: the other has not healed by that.
        await using (RunningServer server = await Start(receiver, TimeSpan.FromMilliseconds(500)))
        {
            await HostCaptures.PushLeak(server, isHealed: true, "fw1");
            await server.Settled(hosts: 1);
            long told = server.Parts.Alerts!.Told;
            await server.Until(() => server.Parts.Alerts.Told > told, "it is told again");
            JsonElement still = Assert.Single(Active(manager));
            Assert.Equal(first.GetProperty("fingerprint").GetString(), still.GetProperty("fingerprint").GetString());
            Assert.Equal(first.GetProperty("startsAt").GetString(), still.GetProperty("startsAt").GetString());

            await HostCaptures.PushLeak(server, isHealed: true, "fw2");
            await server.Until(() => Active(manager).Length == 0, "it is resolved");
            Assert.Equal(0, server.Parts.Alerts.Active);
        }
    }

    [Fact]
    public async Task A_webhook_is_told_once_though_the_server_starts_again()
    {
        using var hook = LoopbackServer.Of(500, 200);
        string receiver = $"[[alerts.webhook]]\nurl = \"{hook.Address}\"\n";
        await using (RunningServer server = await Start(receiver, TimeSpan.FromMilliseconds(50)))
        {
            await HostCaptures.PushLeak(server, "fw1");
            await server.Until(() => server.Parts.Alerts!.Told == 1, "it is told");
            Assert.Contains("500", server.Journal, StringComparison.Ordinal);
            Assert.Equal(1, server.Parts.Alerts!.Failed);
            using HttpClient client = server.Client();
            string metrics = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
            Assert.Contains("leakstat_serve_alerts 1\n", metrics, StringComparison.Ordinal);
            Assert.Contains("leakstat_serve_alerts_told_total 1\n", metrics, StringComparison.Ordinal);
        }

        await using (RunningServer server = await Start(receiver, TimeSpan.FromMilliseconds(50)))
        {
            await HostCaptures.PushLeak(server, "fw1");
            await HostCaptures.PushLeak(server, "fw2");
            await server.Settled(hosts: 2);
            await server.Until(() => server.Parts.Fleet.Latest.Fleet.Causes.Any(c => c.Hosts.Length == 2), "both have it");
        }

        // The one that failed and the one that did not.
        Assert.Equal(2, hook.Seen.Count);
        Assert.Single(hook.Seen.Select(s => s.Headers["X-Leakstat-Event"]).Distinct());
    }

    [Fact]
    public async Task A_silence_is_kept_and_a_dry_run_tells_the_journal_alone()
    {
        using var hook = LoopbackServer.Of(200);
        string receiver = $"[[alerts.webhook]]\nurl = \"{hook.Address}\"\n";
        await using (RunningServer server = await Start(
            receiver + "[[alerts.silence]]\nsubject = \"leakmod\"\nuntil = 2999-01-01T00:00:00Z\n"))
        {
            await HostCaptures.PushLeak(server, "fw1");
            await server.Until(() => server.Parts.Alerts!.Active == 1, "it is active");
        }

        await using (RunningServer server = await Start(receiver, isDryRun: true))
        {
            await HostCaptures.PushLeak(server, "fw1");
            await server.Until(() => server.Journal.Contains("would tell", StringComparison.Ordinal), "the journal is told");
            await server.Settled(hosts: 1);
            Assert.Matches($"would tell webhook {Regex.Escape(hook.Address)}.*: warning: .*leakmod", server.Journal);
            Assert.Single(Regex.Matches(server.Journal, "would tell"));
        }

        Assert.Empty(hook.Seen);
    }

    public void Dispose()
    {
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private Task<RunningServer> Start(string receivers, TimeSpan? between = null, bool isDryRun = false) =>
        RunningServer.Start((settings, _) => settings with
        {
            Alerts = AlertSettingsFile.Read(
                "alerts.toml",
                $"[alerts]\nlabels = {{ site = \"fra1\" }}\n{receivers}",
                _client,
                "test",
                File.ReadAllBytes,
                Path.Combine(_folder.FullName, "state")),
            AlertsEvery = between ?? settings.AlertsEvery,
            IsDryRun = isDryRun,
        });

    private static JsonElement[] Active(EngineProcess manager) =>
        [.. JsonDocument.Parse(manager.Get("/api/v2/alerts?active=true")).RootElement.EnumerateArray()];

    private static bool IsOnTwoHosts(EngineProcess manager) =>
        Active(manager) is [var alert]
        && alert.GetProperty("annotations").GetProperty("summary").GetString()!.EndsWith("on 2 hosts", StringComparison.Ordinal);
}
