using System.Net;
using System.Text.Json;
using Leakstat.Fleet;
using Leakstat.Serve.Judging;

namespace Leakstat.Serve.Tests;

/// <summary>Hosts are judged when there is something new of them, and as the command line judges them.</summary>
public sealed class JudgingTests
{
    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_diagnosis_is_that_of_the_command_line()
    {
        await using RunningServer server = await RunningServer.Start();
        foreach (string folder in HostCaptures.Leak)
        {
            using HttpResponseMessage answer = await server.Push("fw1", HostCaptures.Tar(folder, "fw1"));
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }

        using HttpResponseMessage other = await server.Push("fw2", HostCaptures.Small("fw2", 1));
        await server.Settled(hosts: 2);
        using HttpClient client = server.Client();
        (_, string output, string error) = TestedProgram.Run(
            ["fleet", "--store", server.Parts.Settings.Store, "--json"], "", server.Folder);

        using JsonDocument fleet = JsonDocument.Parse(output);
        Assert.Empty(error);
        Assert.Equal(2, fleet.RootElement.GetProperty("hosts").GetArrayLength());
        foreach (JsonElement wanted in fleet.RootElement.GetProperty("hosts").EnumerateArray())
        {
            string name = wanted.GetProperty("host").GetProperty("name").GetString()!;
            using JsonDocument got = JsonDocument.Parse(await client.GetStringAsync($"/v1/hosts/{name}", End));
            Assert.True(JsonElement.DeepEquals(wanted, got.RootElement), name);
        }
    }

    [Fact]
    public async Task Captures_that_come_in_any_order_are_one_history()
    {
        await using RunningServer server = await RunningServer.Start();
        foreach (int number in (int[])[3, 1, 2, 3])
        {
            using HttpResponseMessage answer = await server.Push("fw1", HostCaptures.Small("fw1", number));
        }

        await server.Settled(hosts: 1);

        await server.Until(() => server.Parts.Fleet.Find("fw1")?.Summary.Captures == 3, "three captures are judged");
    }

    [Fact]
    public async Task Whoever_listens_is_told_of_hosts_and_of_the_fleet()
    {
        await using RunningServer server = await RunningServer.Start();
        var listener = new Listener();
        server.Parts.Fleet.Attach(new Faulty());
        server.Parts.Fleet.Attach(listener);

        using HttpResponseMessage answer = await server.Push("fw1", HostCaptures.Small("fw1", 1));

        await server.Until(() => listener.Fleets.Count > 0, "the fleet is told");
        Assert.Contains("fw1", listener.Hosts);
        Assert.Equal("fw1", Assert.Single(listener.Fleets.Last().Hosts).Label);
        Assert.Contains("Faulty", server.Journal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spool_is_read_as_it_grows_and_each_capture_once()
    {
        await using RunningServer server = await RunningServer.Start(
            (s, folder) => s with { Spools = [Path.Combine(folder, "spool")] });
        string spool = server.Parts.Settings.Spools[0];

        Add(1);
        await server.Until(() => server.Parts.Fleet.Find("fw9")?.Summary.Captures == 1, "the first is judged");
        Add(2);
        await server.Until(() => server.Parts.Fleet.Find("fw9")?.Summary.Captures == 2, "the second is judged");

        Assert.Equal(2, server.Parts.Inbox.List("fw9", 10).Length);
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(spool, "fw9")).Length);

        void Add(int number)
        {
            // As the collector does: under another name first.
            string hidden = Path.Combine(spool, "fw9", $".tmp.{number}");
            Directory.CreateDirectory(hidden);
            foreach (string file in Directory.EnumerateFiles(HostCaptures.Leak[number]))
            {
                File.WriteAllText(
                    Path.Combine(hidden, Path.GetFileName(file)),
                    File.ReadAllText(file).Replace("\"oracle\"", "\"fw9\"", StringComparison.Ordinal));
            }

            Directory.Move(hidden, Path.Combine(spool, "fw9", $"2026-11-20T18:0{number}:00Z"));
        }
    }

    [Fact]
    public async Task What_was_stored_is_judged_again_after_a_restart()
    {
        string store = Path.Combine(Path.GetTempPath(), $"leakstat-serve-{Guid.NewGuid():N}.db");
        try
        {
            await using (RunningServer server = await RunningServer.Start((s, _) => s with { Store = store }))
            {
                using HttpResponseMessage answer = await server.Push("fw1", HostCaptures.Small("fw1", 1));
                await server.Settled(hosts: 1);
            }

            await using RunningServer again = await RunningServer.Start((s, _) => s with { Store = store });
            await again.Settled(hosts: 1);
        }
        finally
        {
            foreach (string file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(store) + "*"))
            {
                File.Delete(file);
            }
        }
    }

    private sealed class Listener : IFleetNews
    {
        public List<string> Hosts { get; } = [];

        public List<FleetReport> Fleets { get; } = [];

        public void Judged(JudgedHost host) => Hosts.Add(host.Name);

        public void Compared(FleetReport fleet, bool isWhole) => Fleets.Add(fleet);
    }

    private sealed class Faulty : IFleetNews
    {
        public void Judged(JudgedHost host) => throw new InvalidOperationException("a defect");

        public void Compared(FleetReport fleet, bool isWhole) => throw new InvalidOperationException("a defect");
    }
}
