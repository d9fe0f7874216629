using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Commands.Dmesg;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class DmesgTextTests
{
    [Fact]
    public void Keeps_every_line_of_a_real_file()
    {
        Capture capture = Given.Capture(("dmesg.txt", File.ReadAllText(Given.Data("freebsd-14.2-module-unload-leak/dmesg.txt"))));

        KernelMessages messages = capture.Messages!;
        string[] lines = File.ReadAllLines(Given.Data("freebsd-14.2-module-unload-leak/dmesg.txt"));
        Assert.Equal(lines.Length, messages.TotalLines);
        Assert.Equal(lines.Where(l => l.Trim().Length > 0), messages.Messages.Select(m => m.Text));
        Assert.Contains(messages.Messages, m => m.Text.StartsWith("Warning: memory type leakmod leaked memory on destroy (4204 ", StringComparison.Ordinal));
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
    }

    [Theory]
    [InlineData("dmesg.txt")]
    [InlineData("dmesg.boot")]
    [InlineData("dmesg-a.txt")]
    [InlineData("dmesg")]
    public void A_file_of_that_name_is_never_taken_for_the_tables_that_a_console_logged_into_it(string name)
    {
        Capture capture = Given.Capture((name, """
            # vmstat -m
                     Type InUse MemUse HighUse Requests  Size(s)
                   devbuf  1234  5678K       -     4321  16,32,64
            # vmstat -z
            ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP
            mbuf:                   256, 1000000,    500,     100,    9000,   0,   0
            Warning: memory type leakmod leaked memory on destroy (4204 allocations, 1076224 bytes leaked).

            """));

        Assert.Null(capture.MallocTypes);
        Assert.Null(capture.Zones);
        Assert.Equal(7, capture.Messages!.Messages.Length);
        Assert.Contains(capture.Messages.Messages, m => m.Text.Contains("leaked memory on destroy", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("paste.txt")]
    [InlineData("dmesgraph.txt")]
    public void Content_decides_of_what_is_not_called_so(string name)
    {
        Capture capture = Given.Capture((name, """
            ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP
            mbuf:                   256, 1000000,    500,     100,    9000,   0,   0

            """));

        Assert.Equal("mbuf", Assert.Single(capture.Zones!.Rows).Name);
    }

    [Theory]
    [InlineData("Nov 20 19:00:01 fw1 kernel: swap_pager: out of swap space")]
    [InlineData("Nov 20 19:00:01 kernel swap_pager: out of swap space")]
    [InlineData("Nov  2 19:00:01 fw1 kernel: [86400] swap_pager: out of swap space")]
    [InlineData("Nov 20 19:00:01 <kern.crit> fw1 kernel: swap_pager: out of swap space")]
    [InlineData("<2>1 2026-11-20T19:00:01.123456+01:00 fw1 kernel - - - swap_pager: out of swap space")]
    [InlineData("<6>swap_pager: out of swap space")]
    [InlineData("[  123.456789] swap_pager: out of swap space")]
    [InlineData("swap_pager: out of swap space")]
    public void Takes_off_what_stands_in_front(string line)
    {
        Capture capture = Given.Capture(("messages", line + "\n"));

        Assert.Equal("swap_pager: out of swap space", Assert.Single(capture.Messages!.Messages).Text);
    }

    [Fact]
    public void Does_not_take_a_zone_for_a_time() => Assert.Equal(
        "[zone: mbuf_cluster] kern.ipc.nmbclusters limit reached",
        Assert.Single(Given.Capture(("d", "[zone: mbuf_cluster] kern.ipc.nmbclusters limit reached\n")).Messages!.Messages).Text);

    [Theory]
    [InlineData("---<<BOOT>>---", LineFit.Header)]
    [InlineData("Copyright (c) 1992-2021 The FreeBSD Project.", LineFit.Header)]
    [InlineData("Warning: memory type foo leaked memory on destroy (2 allocations, 64 bytes leaked).", LineFit.Row)]
    [InlineData("Freed UMA keg (foo node) was not empty (3 items).  Lost 1 pages of memory.", LineFit.Row)]
    [InlineData("[zone: pf states] PF states limit reached", LineFit.Row)]
    [InlineData("swp_pager_getswapspace(12): failed", LineFit.Row)]
    [InlineData("swap_pager_getswapspace(12): failed", LineFit.Row)]
    [InlineData("pid 812 (java), jid 0, uid 80, was killed: failed to reclaim memory", LineFit.Row)]
    [InlineData("pid 812 (java), uid 80, was killed: out of swap space", LineFit.Row)]
    [InlineData("panic: kmem_malloc(4096): kmem_map too small: 335544320 total allocated", LineFit.Row)]
    [InlineData("kmem_malloc(4096): kmem_map too small: 335544320 total allocated", LineFit.Row)]
    [InlineData("sonewconn: pcb 0xfffff80003a41c00: Listen queue overflow: 193 already in queue awaiting acceptance", LineFit.Row)]
    [InlineData("em0: link state changed to UP", LineFit.Row)]
    [InlineData("em0: <Intel(R) PRO/1000 Network Connection> port 0xe000-0xe01f", LineFit.Continues)]
    [InlineData("pid 812 grew over night, so I restarted it", LineFit.Continues)]
    [InlineData("Warning: this is prose", LineFit.Continues)]
    [InlineData("vm.kmem_size: 4096", LineFit.None)]
    [InlineData("mbuf_cluster:          2048, 250362,    8190,     644,    9316,   0,   0", LineFit.None)]
    [InlineData("", LineFit.None)]
    public void Knows_its_own_lines(string line, LineFit fit) =>
        Assert.Equal(fit, new DmesgText().Fit(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Keeps_no_more_messages_than_the_limit()
    {
        Capture capture = GivenText.Read("d", "panic: a\npanic: b\npanic: c\n", ReadLimits.Default with { Rows = 2 });

        Assert.Equal(2, capture.Messages!.Messages.Length);
        Assert.Equal(DiagnosticId.TooMany, Assert.Single(capture.Diagnostics).Id);
    }
}
