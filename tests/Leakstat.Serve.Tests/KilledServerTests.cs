using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Leakstat.Store;

namespace Leakstat.Serve.Tests;

/// <summary>
/// A server that is killed at random points under load: what it acknowledged is there when it comes back, in the store and
/// in an engine once it has settled; alerts are told, and again only where a kill came between the telling and its record.
/// </summary>
public sealed class KilledServerTests : IDisposable
{
    private const int Clients = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-killed-");
    private readonly ConcurrentDictionary<string, (string Host, int Number)> _acknowledged = [];
    private readonly Random _random = new(20261128);

    /// <summary>Thousands of captures back, for engines drop what is of a future further off than two days.</summary>
    private int _next = -100_000;

    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_capture_that_was_acknowledged_is_lost()
    {
        string settings = ServerProcess.Settings(_folder.FullName, RunningServer.Hosts, "[judge]\nevery = \"1s\"\n");
        await KillUnderLoad(settings, LongRuns.Times(4, 200));

        using ServerProcess last = ServerProcess.Start(settings);
        using HttpClient client = last.Client(RunningServer.Reader);
        foreach ((string location, (string host, _)) in _acknowledged)
        {
            using HttpResponseMessage answer = await client.GetAsync(location, End);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{location} of {host}: {answer.StatusCode}");
        }

        await last.Until(End, "leakstat_serve_captures_waiting 0");
        last.Kill();
        using var store = new StoreReader(Path.Combine(_folder.FullName, "fleet.db"));
        Assert.Empty(store.Check());
        foreach (IGrouping<string, string> host in _acknowledged.GroupBy(a => a.Value.Host, a => a.Key))
        {
            // What was cut off before its answer may be there, too.
            Assert.True(store.Load(host.Key)!.Samples.Length >= host.Count(), host.Key);
        }
    }

    [Fact]
    [Trait("Needs", "engines")]
    public async Task No_sample_of_them_is_lost_on_its_way_to_an_engine_that_is_down_at_times()
    {
        EngineProcess.Need("victoria-metrics", "victoria-metrics");
        using var engine = EngineProcess.VictoriaMetrics(start: false);
        string settings = ServerProcess.Settings(
            _folder.FullName, RunningServer.Hosts, $"[judge]\nevery = \"1s\"\n[remote_write]\nurl = \"{engine.Address}\"\n");
        await KillUnderLoad(settings, LongRuns.Times(2, 20));
        engine.Start("/health");
        await KillUnderLoad(settings, LongRuns.Times(2, 30));

        using ServerProcess last = ServerProcess.Start(settings);
        await last.Until(
            End, "leakstat_serve_captures_waiting 0", "leakstat_serve_hosts_waiting 0", "leakstat_serve_remote_samples_waiting 0");

        await last.Until(End, "leakstat_serve_remote_samples_refused_total 0", "leakstat_serve_remote_samples_dropped_total 0");
        foreach (IGrouping<string, int> host in _acknowledged.Values.GroupBy(a => a.Host, a => a.Number))
        {
            Dictionary<string, double> held = RemoteWriteTests.Held(engine, host.Key);
            foreach (int number in host)
            {
                string key = $"leakstat_malloc_used_bytes|type=leakmod|{HostCaptures.TimeOf(number).ToUnixTimeMilliseconds()}";
                Assert.True(held.GetValueOrDefault(key) == 4096, $"{host.Key}: {key}");
            }
        }
    }

    [Fact]
    public async Task No_alert_is_lost_and_a_kill_repeats_one_at_most()
    {
        int rounds = LongRuns.Times(4, 200);
        var told = new ConcurrentQueue<(string Subject, string Event)>();
        using var hook = new LoopbackServer((request, response) =>
        {
            using var body = System.Text.Json.JsonDocument.Parse(request.Body);
            told.Enqueue((body.RootElement.GetProperty("labels").GetProperty("subject").GetString()!, request.Headers["X-Leakstat-Event"]));
            response.StatusCode = 200;
            return false;
        });
        string[] hosts = [.. Enumerable.Range(0, rounds).Select(i => $"leak{i}")];
        string settings = ServerProcess.Settings(
            _folder.FullName,
            hosts,
            $"[judge]\nevery = \"1s\"\nfleet_every = \"1s\"\n[alerts]\n[[alerts.webhook]]\nurl = \"{hook.Address}\"\n");
        for (int round = 0; round < rounds; round++)
        {
            using ServerProcess server = ServerProcess.Start(settings);
            using HttpClient client = server.Client(RunningServer.TokenOf(hosts[round]));
            using HttpResponseMessage answer = await client.PostAsync(
                "/v1/captures", new ByteArrayContent(HostCaptures.Leaking(hosts[round], $"type{round}")), End);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);

            // Now at any time, now close to a telling.
            int before = told.Count;
            for (int i = 0; round % 2 == 0 && i < 100 && told.Count == before; i++)
            {
                await Task.Delay(20, End);
            }

            await Task.Delay(_random.Next(0, round % 2 == 0 ? 30 : 2000), End);
            server.Kill();
        }

        using ServerProcess last = ServerProcess.Start(settings);
        await last.Until(
            End, "leakstat_serve_captures_waiting 0", "leakstat_serve_hosts_waiting 0", $"leakstat_serve_alerts {rounds}");
        for (int i = 0; i < 600 && told.DistinctBy(t => t.Subject).Count() < rounds; i++)
        {
            await Task.Delay(100, End);
        }

        Assert.Equal(
            Enumerable.Range(0, rounds).Select(i => $"type{i}").Order(StringComparer.Ordinal),
            told.Select(t => t.Subject).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(rounds, told.Select(t => t.Event).Distinct().Count());
        Assert.InRange(told.Count, rounds, 2 * rounds);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task KillUnderLoad(string settings, int rounds)
    {
        int begin = _acknowledged.Count;
        for (int round = 0; round < rounds; round++)
        {
            using ServerProcess server = ServerProcess.Start(settings);
            using var stop = new CancellationTokenSource();
            Task[] clients = [.. Enumerable.Range(0, Clients).Select(_ => Load(server, stop.Token))];
            int before = _acknowledged.Count;
            for (int i = 0; i < 600 && _acknowledged.Count == before; i++)
            {
                await Task.Delay(50, End);
            }

            await Task.Delay(_random.Next(0, 800), End);
            server.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(clients);
        }

        Assert.True(_acknowledged.Count - begin >= 5 * rounds, $"{_acknowledged.Count - begin} captures were acknowledged");
    }

    private async Task Load(ServerProcess server, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            int number = Interlocked.Increment(ref _next);
            string host = RunningServer.Hosts[-number % RunningServer.Hosts.Length];
            using HttpClient client = server.Client(RunningServer.TokenOf(host));
            try
            {
                using HttpResponseMessage answer = await client.PostAsync(
                    "/v1/captures", new ByteArrayContent(HostCaptures.Small(host, number)), stop);
                if (answer.StatusCode == HttpStatusCode.Created)
                {
                    _acknowledged[answer.Headers.Location!.OriginalString] = (host, number);
                }
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException)
            {
                // The server is gone; nothing was acknowledged.
            }
        }
    }
}
