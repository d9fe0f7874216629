using System.Text.RegularExpressions;

namespace Leakstat.Tests.Cli;

/// <summary>The version stands in <c>Directory.Build.props</c>; whatever else says one says the same.</summary>
public sealed class VersionTests
{
    private static readonly string s_version = First("Directory.Build.props", "<VersionPrefix>(.*)</VersionPrefix>");

    [Fact]
    public void The_program_says_it() => Assert.Equal((0, s_version + "\n"), (CommandRun.Of(["--version"]).ExitCode, CommandRun.Of(["--version"]).Output));

    [Fact]
    public void The_collector_says_it() => Assert.Equal(s_version, First("collector/leakstat-collect", @"^version=(\S+)$"));

    [Fact]
    public void The_changelog_has_it_as_its_latest_after_what_is_not_released()
    {
        string[] headings = [.. File.ReadLines(Path.Combine(Given.Root, "CHANGELOG.md")).Where(l => l.StartsWith("## ", StringComparison.Ordinal))];
        Assert.Equal("## [Unreleased]", headings[0]);
        Assert.Matches($@"^## \[{Regex.Escape(s_version)}\] - \d\d\d\d-\d\d-\d\d$", headings[1]);
    }

    [Fact]
    public void The_README_installs_it() => Assert.All(
        Regex.Matches(File.ReadAllText(Path.Combine(Given.Root, "README.md")), @"leakstat[-.](\d+\.\d+\.\d+)"),
        m => Assert.Equal(s_version, m.Groups[1].Value));

    private static string First(string file, string pattern)
    {
        Match match = Regex.Match(File.ReadAllText(Path.Combine(Given.Root, file)), pattern, RegexOptions.Multiline);
        Assert.True(match.Success, $"{file} has no version");
        return match.Groups[1].Value;
    }
}
