using System.Text.Json;
using Leakstat.Engines.Metrics;
using Leakstat.Serve.Settings;
using Leakstat.Store;

namespace Leakstat.Serve.Tests;

/// <summary>
/// Samples and verdicts of a server go to a real VictoriaMetrics: all of them, also those of a time in which it is down.
/// </summary>
[Trait("Needs", "engines")]
public sealed class RemoteWriteTests
{
    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_samples_arrive_though_the_engine_was_down_and_verdicts_with_them()
    {
        EngineProcess.Need("victoria-metrics", "victoria-metrics");
        using var engine = EngineProcess.VictoriaMetrics(start: false);
        await using RunningServer server = await RunningServer.Start((s, _) => s with
        {
            RemoteWrite = new RemoteWriteSettings(engine.Address) { Labels = [("site", "fra1")] },
        });
        await HostCaptures.PushLeak(server, "fw1");
        await server.Settled(hosts: 1);
        await server.Until(() => server.Journal.Contains("samples wait in", StringComparison.Ordinal), "it is told that it is down");
        Assert.Equal(0, server.Parts.RemoteWrite!.Sent);
        Assert.True(server.Parts.RemoteWrite.Waiting > 1000, "they wait");

        engine.Start("/health");
        await HostCaptures.PushLeak(server, "fw2");
        await server.Settled(hosts: 2);
        await server.Until(() => server.Parts.RemoteWrite.Waiting == 0, "all is sent");

        Assert.Contains("takes samples again", server.Journal, StringComparison.Ordinal);
        Assert.Equal(0, server.Parts.RemoteWrite.Refused);
        Assert.Equal(0, server.Parts.RemoteWrite.Dropped);
        foreach (string host in (string[])["fw1", "fw2"])
        {
            Dictionary<string, double> held = Held(engine, host);
            Dictionary<string, double> wanted = Wanted(server.Parts.Settings.Store, host);
            Assert.True(wanted.Count > 1000, $"{wanted.Count} samples are wanted");
            Assert.Empty(wanted.Where(w => !held.TryGetValue(w.Key, out double value) || value != w.Value).Take(10));
            Assert.Contains(held, h => h.Value == 1 && h.Key.StartsWith("leakstat_host_state|state=wrong|", StringComparison.Ordinal));
            Assert.Contains(held, h => h.Key.StartsWith("leakstat_finding|", StringComparison.Ordinal)
                && h.Key.Contains("subject=leakmod", StringComparison.Ordinal));
        }

        using HttpClient client = server.Client();
        string metrics = await client.GetStringAsync("/metrics", End);
        Assert.Contains($"leakstat_serve_remote_samples_sent_total {server.Parts.RemoteWrite.Sent}\n", metrics, StringComparison.Ordinal);
        Assert.Contains("leakstat_serve_remote_samples_waiting 0\n", metrics, StringComparison.Ordinal);
    }

    /// <summary>What the engine has of a host, by metric, labels and time.</summary>
    internal static Dictionary<string, double> Held(EngineProcess engine, string host)
    {
        engine.Get("/internal/force_flush");
        Dictionary<string, double> held = [];
        string text = engine.Get($"/api/v1/export?match[]=%7Bhost%3D%22{host}%22%7D");
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument one = JsonDocument.Parse(line);
            string key = KeyOf(one.RootElement.GetProperty("metric").EnumerateObject().Select(m => (m.Name, m.Value.GetString()!)));
            foreach ((JsonElement time, JsonElement value) in one.RootElement.GetProperty("timestamps").EnumerateArray()
                .Zip(one.RootElement.GetProperty("values").EnumerateArray()))
            {
                held[$"{key}{time.GetInt64()}"] = value.GetDouble();
            }
        }

        return held;
    }

    /// <summary>What <c>history export</c> would send of a host out of the store.</summary>
    private static Dictionary<string, double> Wanted(string file, string host)
    {
        using var store = new StoreReader(file);
        (StoredHistory whole, System.Collections.Immutable.ImmutableArray<History.SampleFacts> facts) = store.LoadWithFacts(host)!.Value;
        return HostTimeSeries.Of(new HostSamples(host, facts, whole.History, whole.Latest), [("site", "fra1")]).Series
            .SelectMany(s => s.Times.Zip(s.Values, (time, value) => (Key: KeyOf(s.Labels) + time, Value: value)))
            .ToDictionary(s => s.Key, s => s.Value);
    }

    private static string KeyOf(IEnumerable<(string Name, string Value)> labels) =>
        string.Concat(labels.OrderBy(l => l.Name == "__name__" ? "" : l.Name, StringComparer.Ordinal)
            .Where(l => l.Name is not ("host" or "site"))
            .Select(l => l.Name == "__name__" ? l.Value + "|" : $"{l.Name}={l.Value}|"));
}
