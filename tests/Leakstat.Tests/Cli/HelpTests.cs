namespace Leakstat.Tests.Cli;

/// <summary>Help in a pipe is 80 columns wide, whichever command it is of, and says a default once.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Commands =>
        ["", .. CommandRun.Commands(), "gate run", "gate begin", "gate mark", "history export", "history prune", "dump x leaks"];

    [Theory]
    [MemberData(nameof(Commands))]
    public void It_fits_80_columns(string command)
    {
        CommandRun run = CommandRun.Of([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(run.Output.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.StartsWith("Description:\n  ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nUsage:\n  ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fleet", "--last <TIME>", "(default 30d)")]
    [InlineData("collect", "--every <TIME>", "(default 60s)")]
    [InlineData("collect", "--jobs <N>", "(default 16)")]
    [InlineData("gate run", "--rounds <N>", "(20)")]
    public void A_default_is_said_once(string command, string option, string said)
    {
        string help = CommandRun.Of([.. command.Split(' '), "--help"]).Output;
        int start = help.IndexOf(option, StringComparison.Ordinal);
        int next = help.IndexOf("\n  -", start, StringComparison.Ordinal);
        string text = string.Join(' ', help[start..next].Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains(said, text, StringComparison.Ordinal);
        Assert.DoesNotContain("[default", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_default_that_no_description_says_is_said() =>
        Assert.Contains("[default: growth]", CommandRun.Of(["watch", "--help"]).Output, StringComparison.Ordinal);
}
