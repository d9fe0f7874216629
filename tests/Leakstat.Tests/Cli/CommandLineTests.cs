using System.Text.Json;

namespace Leakstat.Tests.Cli;

public sealed class CommandLineTests
{
    private const string Leaking = "samples/freebsd-14.2-leak-malloc-series";

    [Fact]
    public void Diagnose_prints_the_verdict_first()
    {
        CommandRun run = CommandRun.Of(["diagnose", Leaking]);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("The kernel of oracle leaks memory.\nmalloc type leakmod leaks", run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public void Json_is_all_there_is_on_standard_output()
    {
        CommandRun run = CommandRun.Of(["diagnose", "--json", Leaking]);

        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement first = document.RootElement.GetProperty("findings")[0];
        Assert.Equal("leakstat.diagnosis/1", document.RootElement.GetProperty("schema").GetString());
        Assert.Equal("leak", first.GetProperty("verdict").GetString());
        Assert.Equal("leakmod", first.GetProperty("subject").GetProperty("name").GetString());
        Assert.Equal(14, document.RootElement.GetProperty("captures").GetArrayLength());
    }

    [Theory]
    [InlineData("critical", 0)]
    [InlineData("warning", 1)]
    [InlineData("info", 1)]
    public void Fail_on_sets_the_exit_code(string severity, int expected) =>
        Assert.Equal(expected, CommandRun.Of(["diagnose", "-q", "--fail-on", severity, Leaking]).ExitCode);

    [Theory]
    [InlineData]
    [InlineData("frob")]
    [InlineData("diagnose")]
    [InlineData("diagnose", "--fail-on", "sometimes", "x")]
    [InlineData("ledger", "--no-such-option", "x")]
    public void A_usage_error_is_one_line_and_code_2(params string[] args)
    {
        CommandRun run = CommandRun.Of(args);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Matches("^leakstat: [^\n]+ usage: leakstat [^\n]+\n$", run.Error);
    }

    [Fact]
    public void A_missing_source_is_code_3() =>
        Assert.Equal(
            (3, "leakstat: /nonexistent/x: no such file or folder\n"),
            (CommandRun.Of(["diagnose", "/nonexistent/x"]).ExitCode, CommandRun.Of(["diagnose", "/nonexistent/x"]).Error));

    [Theory]
    [InlineData("")]
    [InlineData("hello\nworld\n")]
    public void Input_in_which_nothing_is_recognised_is_code_3(string input)
    {
        CommandRun run = CommandRun.Of(["diagnose", "-"], input);

        Assert.Equal(3, run.ExitCode);
        Assert.Matches("^leakstat: [^\n]+\n$", run.Error);
    }

    [Fact]
    public void Standard_input_is_a_source()
    {
        CommandRun run = CommandRun.Of(
            ["diagnose", "-", "--json"], File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/vmstat-z.txt")));

        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement file = document.RootElement.GetProperty("captures")[0].GetProperty("files")[0];
        Assert.Equal(("vmstat-z/text", 123), (file.GetProperty("format").GetString(), file.GetProperty("rows").GetInt32()));
    }

    [Fact]
    public void Ledger_names_the_remainder()
    {
        CommandRun run = CommandRun.Of(["ledger", "samples/freebsd-14.2-fresh-boot", "--json"]);

        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Equal(2_912_352, document.RootElement.GetProperty("ledger").GetProperty("unaccounted").GetInt64());
    }

    [Fact]
    public void Same_input_same_bytes() =>
        Assert.Equal(CommandRun.Of(["diagnose", Leaking, "--json"]).Output, CommandRun.Of(["diagnose", Leaking, "--json"]).Output);

    [Fact]
    public void Reports_are_written_to_files_and_nothing_half_is_left()
    {
        string folder = Directory.CreateTempSubdirectory("leakstat-test-").FullName;
        try
        {
            CommandRun run = CommandRun.Of(
                [
                    "diagnose", "-q", Leaking, "--html", Path.Combine(folder, "a.html"), "--sarif", Path.Combine(folder, "a.sarif"),
                    "--bugreport", Path.Combine(folder, "a.txt"),
                ]);

            Assert.Equal(0, run.ExitCode);
            Assert.Equal(["a.html", "a.sarif", "a.txt"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order());
            Assert.Contains("leakmod", File.ReadAllText(Path.Combine(folder, "a.html")), StringComparison.Ordinal);
            Assert.Equal(2, CommandRun.Of(["diagnose", "-q", Leaking, "--html", Path.Combine(folder, "none", "a.html")]).ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Explain_knows_rules_zones_and_types()
    {
        Assert.Contains("LS0305", CommandRun.Of(["explain"]).Output, StringComparison.Ordinal);
        Assert.StartsWith("# LS0305", CommandRun.Of(["explain", "LS0305"]).Output, StringComparison.Ordinal);
        Assert.Contains("kern.ipc.nmbclusters", CommandRun.Of(["explain", "zone", "mbuf_cluster"]).Output, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of(["explain", "malloc", "solaris"]).ExitCode);
        Assert.Equal(2, CommandRun.Of(["explain", "LS9999"]).ExitCode);
    }

    [Fact]
    public void A_users_own_owners_come_first()
    {
        string folder = Directory.CreateTempSubdirectory("leakstat-test-").FullName;
        try
        {
            string file = Path.Combine(folder, "own.csv");
            File.WriteAllText(file, "kind,name,subsystem,module,source,represents,grows_with,bound\nmalloc,leakmod,ours,leakmod.ko,leakmod.c,a lost block,work,none\n");

            CommandRun run = CommandRun.Of(["diagnose", "--json", Leaking, "--owners", file]);

            using JsonDocument document = JsonDocument.Parse(run.Output);
            Assert.Equal("leakmod.c", document.RootElement.GetProperty("findings")[0].GetProperty("owners")[0].GetProperty("source").GetString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Tune_prints_lines_that_can_be_pasted()
    {
        CommandRun run = CommandRun.Of(["tune", "samples/freebsd-14.2-mbuf-near-limit"]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(
            run.Output.Split('\n').Where(l => l.Length > 0 && l[0] != '#'),
            l => Assert.Matches("^[a-z0-9_.]+=[0-9\"a-z]+$", l));
        Assert.Contains("\nkern.ipc.nmbclusters=", run.Output, StringComparison.Ordinal);
    }
}
