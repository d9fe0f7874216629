using Leakstat.Captures;
using Leakstat.Captures.Commands.VmstatCounters;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class VmstatSummaryTextTests
{
    [Fact]
    public void Reads_every_line_of_a_complete_file()
    {
        Capture capture = Given.Capture(
            ("vmstat-s.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/vmstat-s.txt"))));

        // 45 lines: 43 values, 2 of three percentages each.
        VmstatSummary summary = capture.Summary!;
        Assert.Equal(49, summary.Values.Count);
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
        Assert.Equal(11061, summary.Values["wired-pages"].Value);
        Assert.Equal("caps/a/vmstat-s.txt:39", summary.Values["wired-pages"].At.ToString());
        Assert.Equal(18669, summary.Values["faults-from-fork"].Value);
        Assert.Equal(84, summary.Values["positive-cache-hits"].Value);
        Assert.Equal(0, summary.Values["too-long"].Value);
    }

    [Fact]
    public void Has_the_same_keys_as_the_command_s_own_document()
    {
        string text = File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/vmstat-s.txt"));
        using var document = System.Text.Json.JsonDocument.Parse(
            File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/vmstat-s.json")));

        Assert.Equal(
            document.RootElement.GetProperty("vmstat").GetProperty("summary-statistics").EnumerateObject().Select(p => p.Name).Order(),
            Given.Capture(("s", text)).Summary!.Values.Keys.Order());
    }

    [Theory]
    [InlineData("     1234 pages reactivated", "reactivated", 1234)]
    [InlineData("    55555 pages in VM cache", "cached-pages", 55555)]
    [InlineData("        7 permanently allocated pages", "nofree-pages", 7)]
    [InlineData("  1060123 pages wired down", "wired-pages", 1060123)]
    [InlineData("        3 virtual user pages wired down", "virtual-user-wired-pages", 3)]
    public void Knows_labels_of_older_and_newer_releases(string line, string key, long value) =>
        Assert.Equal(value, Given.Capture(("s", line + "\n")).Summary!.Values[key].Value);

    [Theory]
    [InlineData("12 pages free of charge")]
    [InlineData("traps")]
    [InlineData("7 traps")]
    [InlineData("0 pages read by sendfile as part of a request")]
    public void Takes_nothing_else_for_a_line(string line) =>
        Assert.NotInRange(new VmstatSummaryText().Fit(System.Text.Encoding.UTF8.GetBytes(line)), LineFit.Row, LineFit.Header);

    [Fact]
    public void Reports_a_label_it_does_not_know()
    {
        Capture capture = Given.Capture(("s", "     1234 pages free\n      1 pages of something new\n"));

        Assert.Equal("caps/a/s:2", Assert.Single(capture.Diagnostics).At.ToString());
    }
}
