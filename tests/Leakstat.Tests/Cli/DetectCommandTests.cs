using System.Text.Json;

namespace Leakstat.Tests.Cli;

public sealed class DetectCommandTests
{
    private const string Leaking = "tests/data/freebsd-14.2-leak-malloc-series";
    private const string Healthy = "tests/data/freebsd-14.2-healthy-load-series";

    [Fact]
    public void It_names_the_leak_with_line_start_rate_end_and_owner()
    {
        CommandRun run = CommandRun.Of(["detect", Leaking]);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("The kernel of oracle leaks memory.\n", run.Output, StringComparison.Ordinal);
        Assert.Matches("Used +▁[▁-█]{12}█\n", run.Output);
        Assert.Matches("Start +2026-11-20 19:04 UTC", run.Output);
        Assert.Matches("Rate +\\+12\\.5 MiB/h \\(", run.Output);
        Assert.Matches("Runs out +physical memory about 2026-11-2\\d", run.Output);
        Assert.Matches("Owner +leakmod\\.ko", run.Output);
        Assert.DoesNotContain("Missing", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_rules_that_look_at_the_history_speak()
    {
        CommandRun run = CommandRun.Of(["detect", "--json", Leaking]);

        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement root = document.RootElement;
        Assert.Equal("leakstat.diagnosis/1", root.GetProperty("schema").GetString());
        Assert.Equal(["LS0101"], root.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("rule").GetString()));
        Assert.Equal(
            (14, 12, true),
            (root.GetProperty("trends").GetProperty("captures").GetInt32(),
             root.GetProperty("trends").GetProperty("needed").GetInt32(),
             root.GetProperty("trends").GetProperty("enough").GetBoolean()));
    }

    [Fact]
    public void Eleven_captures_lack_one()
    {
        CommandRun run = CommandRun.Of(["detect", Healthy]);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("It is too early to tell a leak on oracle.\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("  - 1 more capture of this boot: 12 are the least", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_table_alone_lacks_captures_times_and_the_other_tables()
    {
        CommandRun run = CommandRun.Of(
            ["detect", "-", "--json"], File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/vmstat-z.txt")));

        using JsonDocument document = JsonDocument.Parse(run.Output);
        string[] missing = [.. document.RootElement.GetProperty("trends").GetProperty("missing").EnumerateArray().Select(m => m.GetString()!)];
        Assert.Equal(4, missing.Length);
        Assert.StartsWith("11 more captures", missing[0], StringComparison.Ordinal);
        Assert.StartsWith("the time of 1 capture of 1", missing[1], StringComparison.Ordinal);
        Assert.StartsWith("vmstat -m", missing[2], StringComparison.Ordinal);
        Assert.StartsWith("what tells the memory that nobody owns", missing[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Leaking, 1)]
    [InlineData(Healthy, 0)]
    public void Fail_on_sets_the_exit_code(string source, int expected) =>
        Assert.Equal(expected, CommandRun.Of(["detect", "-q", "--fail-on", "warning", source]).ExitCode);
}
