using System.Text.Json;
using Leakstat.Engines.Tests.Parts;
using Leakstat.Tests.Cli;

namespace Leakstat.Engines.Tests.Queries;

/// <summary>
/// A fleet that went to a real engine and came back is judged as it is out of its store: the same hosts, in the same
/// states, with the same findings on what metrics hold.
/// </summary>
[Trait("Needs", "engines")]
public sealed class SameFindingsTests : IDisposable
{
    private readonly SpoolOfHosts _spool = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-same-");

    public SameFindingsTests()
    {
        _spool.Add("fw1", "samples/freebsd-14.2-leak-malloc-series");
        _spool.Add("fw2", "tests/data/freebsd-14.2-healthy-load-series");
        _spool.Add("nas \"1\\", "tests/data/freebsd-14.2-zfs-arc-full");
        _spool.Add("cdn1", "tests/data/freebsd-14.2-mbuf-near-limit");

        // Kernel messages are text, which no metric holds: rules that read them find nothing in an engine, and say so.
        foreach (string messages in Directory.EnumerateFiles(_spool.Path, "dmesg*", SearchOption.AllDirectories))
        {
            File.Delete(messages);
        }

        Assert.Equal(0, CommandRun.Of(["history", _spool.Path, "--store", Store]).ExitCode);
    }

    private string Store => Path.Combine(_folder.FullName, "fleet.db");

    [Fact]
    public void Through_VictoriaMetrics()
    {
        EngineProcess.Need("victoria-metrics", "victoria-metrics");
        using var engine = EngineProcess.VictoriaMetrics();
        Compare(engine, () => engine.Get("/internal/force_flush"));
    }

    [Fact]
    public void Through_Prometheus()
    {
        EngineProcess.Need("prometheus", "prometheus");
        using var engine = EngineProcess.Prometheus();
        Compare(engine, () => { });
    }

    public void Dispose()
    {
        _spool.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Compare(EngineProcess engine, Action flush)
    {
        CommandRun sent = CommandRun.Of(["history", "export", "--store", Store, "--remote-write", engine.Address]);
        Assert.Equal((0, ""), (sent.ExitCode, sent.Error));
        Assert.DoesNotContain("refused", sent.Output, StringComparison.Ordinal);
        flush();

        string[] direct = Findings(CommandRun.Of(["fleet", "--store", Store, "--json"]));
        CommandRun back = CommandRun.Of(["fleet", "--from", engine.Address, "--last", "3650d", "--json"]);
        Assert.Equal((0, ""), (back.ExitCode, back.Error));

        Assert.Contains(direct, line => line.StartsWith("fw1: LS0101", StringComparison.Ordinal));
        Assert.Contains(direct, line => line.StartsWith("cdn1: LS0401", StringComparison.Ordinal));
        Assert.Equal(direct, Findings(back));
    }

    /// <summary>Host, state, and for each finding what it says but where its numbers stand.</summary>
    private static string[] Findings(CommandRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Output);
        List<string> all = [];
        foreach (JsonElement host in document.RootElement.GetProperty("hosts").EnumerateArray())
        {
            string name = host.GetProperty("host").GetProperty("name").GetString()!;
            all.Add($"{name}: {host.GetProperty("verdict").GetProperty("state")}");
            JsonElement ledger = host.GetProperty("ledger");
            all.AddRange(ledger.GetProperty("pages").EnumerateArray().Concat(ledger.GetProperty("wired").EnumerateArray())
                .Select(a => $"{name}: {a.GetProperty("account")} {a.GetProperty("bytes")}"));
            foreach (JsonElement finding in host.GetProperty("findings").EnumerateArray())
            {
                string rule = finding.GetProperty("rule").GetString()!;
                all.Add(
                    $"{name}: {rule} {finding.GetProperty("title")} {finding.GetProperty("severity")} "
                    + $"{finding.GetProperty("verdict")} {Part(finding, "confidence")} {Part(finding, "growth")} "
                    + Part(finding, "exhaustion"));
            }
        }

        return [.. all];
    }

    private static string Part(JsonElement finding, string name) =>
        finding.TryGetProperty(name, out JsonElement part) ? part.GetRawText() : "";
}
