using System.Diagnostics;
using System.Text.Json;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Tests.Parts;
using Leakstat.Engines.Writing;
using Leakstat.Tests.Cli;

namespace Leakstat.Engines.Tests.Writing;

/// <summary>Remote write into real engines: kills, an engine that is down, and samples that are too old.</summary>
[Trait("Needs", "engines")]
public sealed class RealRemoteWriteTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-write-");

    private string Store => Path.Combine(_folder.FullName, "fleet.db");

    private string Queue => Path.Combine(_folder.FullName, "queue");

    [Fact]
    public void What_was_sent_once_is_not_sent_again_and_an_engine_that_was_down_is_caught_up_with()
    {
        EngineProcess.Need("victoria-metrics", "victoria-metrics");
        Load();
        using var engine = EngineProcess.VictoriaMetrics(start: false);
        CommandRun down = Export(engine);
        Assert.Equal(4, down.ExitCode);
        Assert.Contains("samples wait in", down.Error, StringComparison.Ordinal);

        engine.Start("/health");
        CommandRun sent = Export(engine);
        Assert.Equal(0, sent.ExitCode);
        Assert.Contains(" of 0 hosts sent", sent.Output, StringComparison.Ordinal);
        Assert.Contains(": 0 samples of 0 hosts", Export(engine).Output, StringComparison.Ordinal);

        long queued = Number(Export(engine, "--json").Output, "waiting");
        Assert.Equal(0, queued);
        Assert.Equal(Expected(), Held(engine));
    }

    [Fact]
    public void Killed_at_any_time_nothing_is_lost()
    {
        EngineProcess.Need("victoria-metrics", "victoria-metrics");
        Load();
        using var engine = EngineProcess.VictoriaMetrics();
        var random = new Random(20261128);
        int killed = 0;
        for (int i = 0; i < LongRuns.Times(10, 50); i++)
        {
            using Process process = Process.Start(new ProcessStartInfo(
                TestedProgram.Path, ["history", "export", "--store", Store, "--remote-write", engine.Address, "--queue", Queue])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            if (!process.WaitForExit(random.Next(50, 1200)))
            {
                process.Kill();
                process.WaitForExit();
                killed++;
            }
        }

        Assert.True(killed > 0, "every run ended before it was killed");
        Assert.Equal(0, Export(engine).ExitCode);
        Assert.Equal(Expected(), Held(engine));
    }

    [Fact]
    public void Samples_that_are_too_old_are_counted_and_told_and_the_others_are_taken()
    {
        EngineProcess.Need("prometheus", "prometheus");
        using var engine = EngineProcess.Prometheus(window: null);
        using HttpClient client = EngineHttp.Make(TimeSpan.FromSeconds(30));
        var writer = new RemoteWriter(client, EngineAddress.Parse(engine.Address)!);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.Equal(1, writer.Send(Batch("new", now)).Sent);

        WriteOutcome outcome = writer.Send(Batch("old", now - (10 * 86_400_000L), now - (9 * 86_400_000L), now - 1000, now));

        Assert.Equal((2, 2), (outcome.Sent, outcome.Refused));
        Assert.Contains("400", outcome.Why, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static WriteBatch Batch(string name, params long[] times) => WriteBatch.Of(
        [new TimeSeries([("__name__", "leakstat_" + name), ("host", "h")], [.. times], [.. times.Select(_ => 1.0)])]);

    private void Load()
    {
        using var spool = new SpoolOfHosts();
        spool.Add("fw1", "samples/freebsd-14.2-leak-malloc-series");
        spool.Add("fw2", "tests/data/freebsd-14.2-healthy-load-series");
        Assert.Equal(0, CommandRun.Of(["history", spool.Path, "--store", Store]).ExitCode);
    }

    private CommandRun Export(EngineProcess engine, params string[] more) => CommandRun.Of(
        ["history", "export", "--store", Store, "--remote-write", engine.Address, "--queue", Queue, .. more]);

    /// <summary>Series and samples that the store gives, by host.</summary>
    private List<string> Expected()
    {
        using var store = new Leakstat.Store.StoreReader(Store);
        List<string> all = [];
        foreach (string host in store.Hosts().Select(h => h.Name))
        {
            (Leakstat.Store.StoredHistory whole, var facts) = store.LoadWithFacts(host)!.Value;
            all.AddRange(HostTimeSeries.Of(new HostSamples(host, facts, whole.History, whole.Latest)).Series.Select(Text));
        }

        all.Sort(StringComparer.Ordinal);
        return all;
    }

    private static List<string> Held(EngineProcess engine)
    {
        engine.Get("/internal/force_flush");
        using HttpClient client = EngineHttp.Make(TimeSpan.FromSeconds(30));
        var reader = Leakstat.Engines.Queries.EngineReaders.Open(client, EngineAddress.Parse(engine.Address)!);
        DateTimeOffset from = DateTimeOffset.UnixEpoch.AddYears(50), to = DateTimeOffset.UtcNow.AddDays(1);
        List<string> all = [.. reader.Hosts(from, to).SelectMany(h => reader.Series(h, from, to)).Select(Text)];
        all.Sort(StringComparer.Ordinal);
        return all;
    }

    private static string Text(TimeSeries series) =>
        string.Join(' ', series.Labels) + ": " + string.Join(' ', series.Times.Zip(series.Values));

    private static long Number(string json, string name)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("sent")[0].GetProperty(name).GetInt64();
    }
}
