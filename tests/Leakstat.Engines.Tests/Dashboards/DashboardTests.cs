using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Leakstat.Accounting;
using Leakstat.Engines.Dashboards;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Engines.Tests.Parts;
using Leakstat.Engines.Writing;
using Leakstat.Model;
using Leakstat.Tests.Cli;

namespace Leakstat.Engines.Tests.Dashboards;

/// <summary>
/// The rules and the dashboard: written from the tables, right by promtool, and with every query answered by real engines
/// from real captures.
/// </summary>
public sealed class DashboardTests
{
    private const string Series = "samples/freebsd-14.2-leak-malloc-series";

    private static string Folder => Path.Combine(Given.Root, "dashboards");

    public static TheoryData<string, string> Files => new()
    {
        { "leakstat.rules.yml", RulesFile.Write() },
        { "leakstat.grafana.json", DashboardFile.Write() },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_what_the_tables_say(string name, string expected)
    {
        string path = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable("LEAKSTAT_ACCEPT") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path));
    }

    [Fact]
    [Trait("Needs", "engines")]
    public void Promtool_takes_the_rules_and_finds_them_doing_what_they_should()
    {
        EngineProcess.Need("promtool", "prometheus");
        (int status, string output) = Tool.Run("promtool", "", "check", "rules", Path.Combine(Folder, "leakstat.rules.yml"));
        Assert.True(status == 0, output);
        (status, output) = Tool.Run("promtool", "", "test", "rules", Path.Combine(Folder, "leakstat.rules.test.yml"));
        Assert.True(status == 0, output);
    }

    [Fact]
    [Trait("Needs", "engines")]
    public void Vmalert_takes_the_rules()
    {
        EngineProcess.Need("vmalert", "victoria-metrics");
        (int status, string output) = Tool.Run("vmalert", "", "-dryRun", "-rule", Path.Combine(Folder, "leakstat.rules.yml"));
        Assert.True(status == 0, output);
    }

    [Fact]
    [Trait("Needs", "engines")]
    public void VictoriaMetrics_answers_every_query()
    {
        EngineProcess.Need("victoria-metrics", "victoria-metrics");
        using var engine = EngineProcess.VictoriaMetrics();
        AskAll(engine, () => engine.Get("/internal/force_flush"));
    }

    [Fact]
    [Trait("Needs", "engines")]
    public void Prometheus_answers_every_query_and_takes_the_rules()
    {
        EngineProcess.Need("prometheus", "prometheus");
        using var engine = EngineProcess.Prometheus("3650d", Path.Combine(Folder, "leakstat.rules.yml"));
        AskAll(engine, () => { });
        Assert.Contains("LeakstatHostSilent", engine.Get("/api/v1/rules"), StringComparison.Ordinal);
    }

    private static void AskAll(EngineProcess engine, Action flush)
    {
        DateTimeOffset last = Send(engine);
        CommandRun judged = CommandRun.Of(["fleet", Series, "--remote-write", engine.Address]);
        Assert.Equal((0, ""), (judged.ExitCode, judged.Error));
        flush();
        string[] times =
        [
            (last.ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture),
            (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture),
        ];
        string[] queries =
        [
            .. PanelTable.All.Select(p => p.Query.Replace("$host", ".+", StringComparison.Ordinal)), .. RuleTable.All.Select(r => r.Value),
            .. RuleTable.All.Where(r => r.Name == "LeakstatFinding").Select(r => r.Query),
        ];

        // Nothing in these captures is critical: such a finding has no row. What was sent a moment ago may take a second.
        string[] empty = [.. queries.Where(q => !q.Contains("\"critical\"", StringComparison.Ordinal))];
        for (var clock = Stopwatch.StartNew(); empty.Length > 0 && clock.Elapsed < TimeSpan.FromSeconds(20); Thread.Sleep(500))
        {
            empty = [.. empty.Where(q => !times.Any(t => Rows(engine, q, t) > 0))];
        }

        Assert.Empty(empty);
    }

    private static int Rows(EngineProcess engine, string query, string time)
    {
        using JsonDocument answer = JsonDocument.Parse(
            engine.Get($"/api/v1/query?query={Uri.EscapeDataString(query)}&time={time}"));
        Assert.Equal("success", answer.RootElement.GetProperty("status").GetString());
        return answer.RootElement.GetProperty("data").GetProperty("result").GetArrayLength();
    }

    /// <summary>Sends captures one by one, as they are taken; gives the time of the last.</summary>
    private static DateTimeOffset Send(EngineProcess engine)
    {
        using HttpClient client = EngineHttp.Make(TimeSpan.FromSeconds(30));
        var writer = new RemoteWriter(client, EngineAddress.Parse(engine.Address)!);
        DateTimeOffset last = default;
        foreach (string folder in Given.SeriesFolders("freebsd-14.2-leak-malloc-series"))
        {
            Capture capture = Given.CaptureFolder(folder);
            last = capture.TakenAt!.Value;
            foreach (WriteBatch batch in WriteBatch.Divide(
                HostTimeSeries.Of(HostSamples.Of("oracle", capture, LedgerBuilder.From(capture))).Series))
            {
                Assert.Equal(0, writer.Send(batch).Refused);
            }
        }

        return last;
    }
}
