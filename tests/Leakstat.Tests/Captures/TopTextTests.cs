using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Commands.Top;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class TopTextTests
{
    private const long Mebibyte = 1 << 20;

    [Fact]
    public void Reads_a_real_header_with_arc()
    {
        Capture capture = Given.Capture(("top.txt", File.ReadAllText(Given.Data("freebsd-14.2-zfs-arc-full/top.txt"))));

        TopHeader top = capture.Top!;
        Assert.Equal(169, top.UptimeSeconds!.Value.Value);
        Assert.Equal(15, top.Processes!.Value.Value);
        Assert.Equal(581 * Mebibyte, top.Memory["Wired"].Value);
        Assert.Equal("caps/a/top.txt:4", top.Memory["Wired"].At.ToString());
        Assert.Equal(["Active", "Buf", "Free", "Inact", "Wired"], top.Memory.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(408 * Mebibyte, top.Arc["Total"].Value);
        Assert.Equal(193 * 1024, top.Arc["Other"].Value);
        Assert.Equal(403 * Mebibyte, top.Arc["Uncompressed"].Value);
        Assert.Equal(["Free", "Total"], top.Swap.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
    }

    [Fact]
    public void The_table_below_the_header_is_known()
    {
        Capture capture = Given.Capture(("top-io.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/top-io.txt"))));

        Assert.Equal(44 * Mebibyte, capture.Top!.Memory["Wired"].Value);
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
    }

    [Fact]
    public void Of_both_views_the_usual_one_is_used()
    {
        Capture capture = Given.Capture(
            ("top-io.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/top-io.txt"))),
            ("top.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/top.txt"))));

        Assert.Equal("caps/a/top.txt", capture.Top!.File.Path);
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void Reads_the_headers_of_routers()
    {
        Capture capture = Given.Capture(("top.txt", File.ReadAllText(Given.Data("junos-top-headers/top.txt"))));

        Assert.Equal((((41 * 24L) + 6) * 3600) + (26 * 60) + 24, capture.Top!.UptimeSeconds!.Value.Value);
        Assert.Equal(545, capture.Top.Processes!.Value.Value);
        Assert.Equal(74L << 30, capture.Top.Memory["Free"].Value);
    }

    [Fact]
    public void Reads_old_parts_decimal_commas_and_what_swap_does()
    {
        const string Text = """
            last pid: 71;  load averages:  0,69,  0,24,  0,09  up 0+00:39:10  19:02:51
            Mem: 1,5G Active, 10M Inact, 2048K Wired, 3M Cache, 12M Buf, 512B Free
            Swap: 2048M Total, 1024M Used, 1024M Free, 50% Inuse, 4K In, 8K Out

            """;
        TopHeader top = Given.Capture(("t", Text.ReplaceLineEndings("\n"))).Top!;

        Assert.Equal(2350, top.UptimeSeconds!.Value.Value);
        Assert.Equal(3L << 29, top.Memory["Active"].Value);
        Assert.Equal(3 * Mebibyte, top.Memory["Cache"].Value);
        Assert.Equal(512, top.Memory["Free"].Value);
        Assert.Equal(["Free", "In", "Out", "Total", "Used"], top.Swap.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(8192, top.Swap["Out"].Value);
    }

    [Fact]
    public void Of_several_frames_the_first_is_read()
    {
        const string Frame = "last pid:  {0};  load averages:  0.69,  0.24,  0.09  up 0+00:01:2{0}    19:02:51\nMem: {0}M Active, 5M Free\n  PID USERNAME    THR PRI NICE\n   12 root          1  20    0\n\n";
        Capture capture = Given.Capture(("t", string.Format(Frame, 1) + string.Format(Frame, 2)));

        Assert.Equal(Mebibyte, capture.Top!.Memory["Active"].Value);
        Assert.Equal(81, capture.Top.UptimeSeconds!.Value.Value);
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
    }

    [Fact]
    public void A_part_that_is_no_size_is_reported_and_left_out()
    {
        Capture capture = Given.Capture(("t", "Mem: 10M Active, x7M Inact, 3M Free\nnonsense\n"));

        Assert.Equal(["Active", "Free"], capture.Top!.Memory.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([DiagnosticId.BadNumber, DiagnosticId.BadLine], capture.Diagnostics.Select(d => d.Id));
    }

    [Theory]
    [InlineData("last pid: 24931;  load averages:  0.89,  0.94,  0.81  up 41+06:26:24    00:51:55", LineFit.Header)]
    [InlineData("Mem: 3977M Active, 14G Inact, 1815M Wired, 504M Buf, 74G Free", LineFit.Row)]
    [InlineData("ARC: 35M Total, 6321K MFU, 27M MRU", LineFit.Row)]
    [InlineData("     19M Compressed, 52M Uncompressed, 2.76:1 Ratio", LineFit.Row)]
    [InlineData("Swap: 12G Total, 12G Free", LineFit.Row)]
    [InlineData("545 threads:   9 running, 481 sleeping, 1 zombie, 54 waiting", LineFit.Continues)]
    [InlineData("Mem:  16384256k total, 1000k used", LineFit.None)]
    [InlineData("Mem: mostly wired", LineFit.None)]
    [InlineData("Swap: none", LineFit.None)]
    public void Knows_its_own_lines(string line, LineFit fit) =>
        Assert.Equal(fit, new TopText().Fit(Encoding.UTF8.GetBytes(line)));
}
