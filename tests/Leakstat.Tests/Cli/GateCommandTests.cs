using System.Text.Json;
using System.Xml.Linq;

namespace Leakstat.Tests.Cli;

public sealed class GateCommandTests : IDisposable
{
    private const string Leaking = "tests/data/freebsd-14.2-leak-malloc-series";
    private const string Healthy = "tests/data/freebsd-14.2-healthy-load-series";
    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-gate-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_series_with_a_leak_fails()
    {
        CommandRun run = CommandRun.Of(["gate", "check", Leaking]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("Failed: 1 leak or fault (11 rounds, ", run.Output, StringComparison.Ordinal);
        Assert.Contains("malloc type leakmod keeps 303 items with every round, 3,342 in 11", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Processes_and_files_that_an_exercise_leaves_are_no_leak()
    {
        CommandRun run = CommandRun.Of(["gate", "check", Healthy]);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("Clean: nothing leaks (8 rounds, ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_known_leak_passes_until_its_day()
    {
        string file = Path.Combine(_folder, "known.tsv");
        File.WriteAllText(file, "malloc\tleakmod\t400\t2999-01-01\tPR 1\n");
        Assert.Equal(0, CommandRun.Of(["gate", "check", Leaking, "--baseline", file]).ExitCode);

        File.WriteAllText(file, "malloc\tleakmod\t400\t2020-01-01\tPR 1\n");
        CommandRun expired = CommandRun.Of(["gate", "check", Leaking, "--baseline", file]);
        Assert.Equal(1, expired.ExitCode);
        Assert.Contains("ended on 2020-01-01", expired.Output, StringComparison.Ordinal);

        // More than is known is new.
        File.WriteAllText(file, "malloc\tleakmod\t100\t-\tPR 1\n");
        Assert.Equal(1, CommandRun.Of(["gate", "check", Leaking, "--baseline", file]).ExitCode);
    }

    [Fact]
    public void A_written_baseline_knows_what_was_found()
    {
        string file = Path.Combine(_folder, "known.tsv");
        Assert.Equal(1, CommandRun.Of(["gate", "check", Leaking, "--write-baseline", file]).ExitCode);
        Assert.Equal(0, CommandRun.Of(["gate", "check", Leaking, "--baseline", file]).ExitCode);
    }

    [Fact]
    public void Reports_for_machines_say_the_same()
    {
        string junit = Path.Combine(_folder, "j.xml");
        string sarif = Path.Combine(_folder, "s.json");
        CommandRun run = CommandRun.Of(["gate", "check", Leaking, "--json", "--junit", junit, "--sarif", sarif, "--html", Path.Combine(_folder, "p.html")]);

        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal("leakstat.gate/1", json.RootElement.GetProperty("schema").GetString());
        Assert.False(json.RootElement.GetProperty("clean").GetBoolean());
        Assert.Equal("leakmod", json.RootElement.GetProperty("findings")[0].GetProperty("subject").GetProperty("name").GetString());
        XElement suite = XDocument.Load(junit).Root!;
        Assert.Equal(("testsuite", "2", "1"), (suite.Name.LocalName, (string?)suite.Attribute("tests"), (string?)suite.Attribute("failures")));
        Assert.Equal(2, suite.Elements("testcase").Count());
        using var log = JsonDocument.Parse(File.ReadAllText(sarif));
        Assert.Equal("LS0120", log.RootElement.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("ruleId").GetString());
    }

    [Fact]
    public void Annotations_for_github_are_one_line_each()
    {
        CommandRun run = CommandRun.Of(["gate", "check", Leaking, "-q", "--github"]);

        Assert.Contains("::error title=leakstat LS0120::malloc type leakmod keeps 303 items", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_is_run_in_rounds_with_captures_between()
    {
        // Each capture is the next one of a real series; the exercise only counts.
        string next = Path.Combine(_folder, "next");
        string capture = $"n=$(cat '{next}' 2>/dev/null || echo 0); n=$((n+1)); echo $n >'{next}'; d={Path.Combine(Given.Root, Leaking)}/$(printf %02d $n); "
            + "for f in vmstat-z vmstat-m sysctl kldstat-v; do echo \"$ $f\" | sed 's/vmstat-/vmstat -/;s/kldstat-/kldstat -/'; cat $d/$f.txt; done";
        string count = Path.Combine(_folder, "rounds");

        CommandRun run = CommandRun.Of(
            ["gate", "run", "--capture", capture, "--idle", "1", "--warm-up", "1", "--rounds", "10", "-o", Path.Combine(_folder, "g"), "-q", "--", "sh", "-c", $"echo x >>'{count}'"]);

        Assert.Equal((1, 11), (run.ExitCode, File.ReadAllLines(count).Length));
        Assert.Contains("malloc type leakmod keeps", run.Output, StringComparison.Ordinal);

        // The folder that was kept can be judged again.
        Assert.Equal(1, CommandRun.Of(["gate", "check", Path.Combine(_folder, "g")]).ExitCode);
    }

    [Fact]
    public void Too_few_rounds_for_what_rose_is_neither_clean_nor_failed()
    {
        foreach (string capture in Directory.EnumerateDirectories(Path.Combine(Given.Root, Leaking)).Order(StringComparer.Ordinal).Take(6))
        {
            Directory.CreateSymbolicLink(Path.Combine(_folder, Path.GetFileName(capture)), capture);
        }

        CommandRun run = CommandRun.Of(["gate", "check", _folder]);
        Assert.Equal(5, run.ExitCode);
        Assert.StartsWith("It could not be judged: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("malloc type leakmod: ", run.Output, StringComparison.Ordinal);

        using var json = JsonDocument.Parse(CommandRun.Of(["gate", "check", "--json", _folder]).Output);
        Assert.Equal((false, "unknown"), (json.RootElement.GetProperty("clean").GetBoolean(), json.RootElement.GetProperty("state").GetString()));
        Assert.Contains("too few", json.RootElement.GetProperty("unjudged").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Captures_of_another_system_are_no_captures()
    {
        CommandRun run = CommandRun.Of(
            ["gate", "run", "--capture", "echo 'Linux box 6.1.0 #1 SMP x86_64 GNU/Linux'; echo 'MemTotal: 16384 kB'; echo '$ sysctl kernel'; echo 'kernel.pid_max: 4194304'", "--rounds", "9", "--idle", "1", "--", "true"]);
        Assert.True(run.ExitCode is 3 or 5, run.Output + run.Error);
        Assert.DoesNotContain("Clean", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_begin_takes_captures_by_is_remembered()
    {
        string folder = Path.Combine(_folder, "g"), file = Path.Combine(Given.Root, Leaking, "01", "vmstat-z.txt");
        Assert.Equal(0, CommandRun.Of(["gate", "begin", "-o", folder, "--capture", $"cat {file}"]).ExitCode);
        Assert.Equal(0, CommandRun.Of(["gate", "mark", folder]).ExitCode);
        Assert.Equal(File.ReadAllText(file), File.ReadAllText(Path.Combine(folder, "captures", "0002", "capture.txt")));
    }

    [Fact]
    public void A_round_that_fails_is_neither_clean_nor_leaking()
    {
        CommandRun run = CommandRun.Of(["gate", "run", "--capture", $"cat {Given.Root}/{Leaking}/01/vmstat-z.txt", "--", "false"]);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("the exercise failed with exit status 1; nothing was judged", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Begin_mark_and_end_make_rounds_of_any_workload()
    {
        string folder = Path.Combine(_folder, "g");
        string Capture(int n) => $"cat {Given.Root}/{Healthy}/{n:00}/vmstat-m.txt {Given.Root}/{Healthy}/{n:00}/vmstat-z.txt";
        Assert.Equal(0, CommandRun.Of(["gate", "begin", "-o", folder, "--capture", Capture(1)]).ExitCode);
        Assert.Equal(0, CommandRun.Of(["gate", "mark", folder, "--capture", Capture(2)]).ExitCode);
        CommandRun end = CommandRun.Of(["gate", "end", folder, "--capture", Capture(3)]);

        Assert.Equal(5, end.ExitCode);
        Assert.StartsWith("It could not be judged: ", end.Output, StringComparison.Ordinal);
        Assert.Contains("(2 rounds, ", end.Output, StringComparison.Ordinal);
        Assert.Equal(2, CommandRun.Of(["gate", "begin", "-o", folder, "--capture", "true"]).ExitCode);
    }

    [Theory]
    [InlineData(2, "gate")]
    [InlineData(2, "gate", "begin")]
    [InlineData(2, "gate", "module", "x.txt", "--exercise", "true")]
    [InlineData(2, "gate", "module", "x.ko")]
    [InlineData(3, "gate", "module", "/nonexistent/x.ko", "--exercise", "true")]
    [InlineData(3, "gate", "end", "/nonexistent")]
    [InlineData(3, "gate", "check", "tests/data/freebsd-14.2-fresh-boot")]
    [InlineData(2, "gate", "run", "--target", "ssh://-oProxyCommand=x", "--", "true")]
    public void Wrong_use_is_one_line(int code, params string[] args)
    {
        CommandRun run = CommandRun.Of(args);

        Assert.Equal(code, run.ExitCode);
        Assert.Matches("^leakstat: [^\n]+\n$", run.Error);
    }
}
