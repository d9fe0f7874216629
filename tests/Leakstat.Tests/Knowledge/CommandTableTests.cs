using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;
using Leakstat.Knowledge;
using Leakstat.Reports.Views.Explanations;

namespace Leakstat.Tests.Knowledge;

/// <summary>Commands in circulation: the page, what is printed of one, and what a paste of one is answered with.</summary>
public sealed class CommandTableTests
{
    private const string Head =
        "# Commands in circulation\n\n"
        + "What guides tell people to run or set, what it shows, what is wrong with it, and what to run in its place. Written from\n"
        + "`src/Leakstat.Core/Knowledge/Data/commands.tsv`; `leakstat explain command NAME` prints the same, and a paste of one is\n"
        + "answered with it ([LS0006](rules/LS0006.md)).\n\n"
        + "| command or setting | shows | what is wrong | instead | source |\n| --- | --- | --- | --- | --- |\n";

    [Fact]
    public void The_page_is_the_table()
    {
        var text = new StringBuilder(Head);
        foreach (CommandAdvice command in CommandTable.All)
        {
            text.Append($"| {Code(command.Name)} | {Cell(command.Shows)} | {Cell(command.Wrong)} | {Code(command.Instead)} | {Cell(command.Source)} |\n");
        }

        string path = Path.Combine(Given.Root, "docs", "commands.md");
        if (Environment.GetEnvironmentVariable("LEAKSTAT_ACCEPT") == "1")
        {
            File.WriteAllText(path, text.ToString());
            return;
        }

        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    [Fact]
    public void Every_row_says_all_and_no_name_stands_twice()
    {
        Assert.All(CommandTable.All, c => Assert.DoesNotContain("", new[] { c.Name, c.Shows, c.Wrong, c.Instead, c.Source }));
        Assert.Equal(CommandTable.All.Length, CommandTable.All.Select(c => c.Name).Distinct().Count());
        string[] settings = [.. CommandTable.All.SelectMany(c => c.Settings)];
        Assert.Equal(settings.Length, settings.Distinct().Count());
    }

    [Theory]
    [InlineData("vmstat -z | sort -k5")]
    [InlineData("VMSTAT  -z | sort -k5")]
    [InlineData("sort -k5")]
    [InlineData("vm.kvm_free")]
    [InlineData("sysctl vm.kmem_map_free")]
    [InlineData("vfs.zfs.arc_stats")]
    [InlineData("netstat -m")]
    public void A_command_is_found_as_people_write_it(string text)
    {
        var output = new StringWriter();
        Assert.True(Explain.Command(text, output));
        Assert.Contains("instead", output.ToString(), StringComparison.Ordinal);
        Assert.All(output.ToString().Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void An_oid_that_the_host_lacks_is_answered()
    {
        Finding finding = Assert.Single(new LS0006CommandInCirculation().Evaluate(
            Given.Case(("sysctl.txt", "sysctl: unknown oid 'vfs.zfs.arc_stats'\n"))));
        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Contains("sysctl kstat.zfs.misc.arcstats", finding.Advice[0].Commands.Select(c => c.ToString()));
    }

    [Fact]
    public void A_setting_in_loader_conf_is_answered_and_a_whole_capture_is_not()
    {
        Finding finding = Assert.Single(new LS0006CommandInCirculation().Evaluate(
            Given.Case(("loader.conf", "kern.ipc.nmbclusters=\"1000000\"\nzfs_load=\"YES\"\n"))));
        Assert.Equal("kern.ipc.nmbclusters", finding.Subject.Name);
        Assert.Empty(new LS0006CommandInCirculation().Evaluate(Given.Case(Given.CaptureFolder("freebsd-14.2-fresh-boot"))));
    }

    private static string Code(string text) => $"`{text.Replace("|", "\\|", StringComparison.Ordinal)}`";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
