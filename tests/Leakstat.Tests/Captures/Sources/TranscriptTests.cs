using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Captures.Sources;

/// <summary>Texts as people paste them. Every expected line number is counted by hand.</summary>
public class TranscriptTests
{
    [Fact]
    public void Prompts_divide_a_text_into_outputs()
    {
        Capture capture = One("""
            Hello, my firewall runs out of memory, see below.

            root@fw:~ # vmstat -z
            ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP
            mbuf:                   256, 1000000,    500,     100,    9000,   0,   0
            mbuf_cluster:          2048, 250362,    8190,     644,    9316,   0,   0
            root@fw:~ # vmstat -m
                     Type InUse MemUse HighUse Requests  Size(s)
                   devbuf  1234  5678K       -     4321  16,32,64
            root@fw:~ #
            Any idea?
            """);
        Assert.Equal("fw", capture.Host.Name);
        Assert.Equal(["mbuf", "mbuf_cluster"], capture.Zones!.Rows.Select(r => r.Name));
        Assert.Equal([5, 6], capture.Zones.Rows.Select(r => r.Line));
        Assert.Equal(9, Assert.Single(capture.MallocTypes!.Rows).Line);
        Assert.Empty(capture.Diagnostics);
        Assert.Equal(["bug.txt:4", "bug.txt:8"], capture.Files.Select(f => f.Name));
    }

    [Theory]
    [InlineData("root@fw:~ # vmstat -z")]
    [InlineData("root@fw:/usr/home/joe# vmstat -z")]
    [InlineData("joe@fw.example.org:/var/log $ sudo vmstat -z")]
    [InlineData("[root@fw ~]# vmstat -z")]
    [InlineData("[joe@fw:~]$ vmstat -z")]
    [InlineData("fw# vmstat -z")]
    [InlineData("fw:~# vmstat -z")]
    [InlineData("# /usr/bin/vmstat -z")]
    [InlineData("$ vmstat -z")]
    [InlineData("% vmstat -z")]
    [InlineData("=== vmstat -z ===")]
    [InlineData("vmstat -z:")]
    public void Any_prompt_or_title_ends_the_output_before(string prompt)
    {
        Capture capture = One($"""
            # netstat -m
            1024/2048/3072 mbufs in use (current/cache/total)
            {prompt}
            mbuf_cluster:          2048, 250362,    8190,     644,    9316,   0,   0
            """);
        Assert.Equal(1024, capture.Mbufs?.Mbufs?.Current);
        Assert.Equal(4, Assert.Single(capture.Zones!.Rows).Line);
        Assert.Empty(capture.Diagnostics);
    }

    [Theory]
    [InlineData("vmstat shows this")]
    [InlineData("top of the list")]
    [InlineData("memory is at 95% of the limit")]
    [InlineData("cost: $ 12 a month")]
    [InlineData("see issue # 17")]
    public void Prose_is_no_prompt(string prose)
    {
        Capture capture = One($"""
            ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP
            mbuf:                   256, 1000000,    500,     100,    9000,   0,   0

            {prose}

            mbuf_cluster:          2048, 250362,    8190,     644,    9316,   0,   0
            """);
        Assert.Equal([2, 6], capture.Zones!.Rows.Select(r => r.Line));
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void Quoting_of_mail_is_taken_off_and_broken_rows_are_put_together()
    {
        Capture capture = One("""
            On Friday, Joe wrote:
            > > fw# vmstat -z
            > > ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP
            > > XDOMAIN
            > > mbuf_packet:            256, 1000000,    500,     100,    9000,   0,   0,
            > > 7
            > > UDF translation buffer,
            > > zone: 32, 0, 1, 2, 3, 0, 0, 0
            > > mbuf_cluster:          2048, 250362,    8190,     644
            > > ,    9316,   0,   0,   0
            >
            > That is a lot.
            Yes.
            """);
        Assert.Equal(
            [("mbuf_packet", 5), ("UDF translation buffer, zone", 7), ("mbuf_cluster", 9)],
            capture.Zones!.Rows.Select(r => (r.Name, r.Line)));
        Assert.Equal(7, capture.Zones.Rows[0].CrossDomain);
        Assert.Equal(9316, capture.Zones.Rows[^1].Requests);
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void A_row_broken_behind_a_comma_is_one_row()
    {
        Capture capture = One("""
            ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP
            mbuf_cluster:          2048, 250362,    8190,     644,
             9316,   0,   0
            mbuf:                   256, 1000000,    500,     100,    9000,   0,   0
            """);
        Assert.Equal([("mbuf_cluster", 2), ("mbuf", 4)], capture.Zones!.Rows.Select(r => (r.Name, r.Line)));
        Assert.Equal(9316, capture.Zones.Rows[0].Requests);
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void Forum_tags_entities_and_hard_blanks_are_taken_off()
    {
        Capture capture = One(
            "It leaks:\n[CODE=sh]root@fw:~ #&nbsp;vmstat -z\nITEM\u00a0SIZE LIMIT USED FREE REQ FAIL SLEEP\n"
            + "mbuf:\u00a0\u00a0256, 0, 5, 1, 9, 0, 0[/CODE]\n[quote=joe]why?[/quote]\n```\n$ netstat -m\n"
            + "1024/2048/3072 mbufs in use (current/cache/total)\n```\n<pre>16/32/48 mbuf+clusters out of packet secondary zone in use (current/cache)</pre>\n");
        ZoneRow row = Assert.Single(capture.Zones!.Rows);
        Assert.Equal(("mbuf", 5L, 4), (row.Name, row.Used, row.Line));
        Assert.Equal(1024, capture.Mbufs?.Mbufs?.Current);
    }

    [Fact]
    public void What_a_terminal_recorded_is_read()
    {
        Capture capture = One(
            "Script started on Fri Nov 20\r\n\u001b[1mroot@fw\u001b[0m:~ # vmx\bstat -z\r\n\u001b]0;title\u0007ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\r\n"
            + "\tmbuf:\t256,\t0,\t5,\t1,\t9,\t0,\t0   \r\n\u001b[32mfw\u001b[0m# exit\r\n");
        ZoneRow row = Assert.Single(capture.Zones!.Rows);
        Assert.Equal(("mbuf", 256L, 4), (row.Name, row.Size, row.Line));
        Assert.Empty(capture.Diagnostics);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Other_encodings_are_told_by_their_mark(string encoding)
    {
        var coding = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. coding.GetPreamble(), .. coding.GetBytes("ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\nmbuf: 256, 0, 5, 1, 9, 0, 0\n")];
        Capture capture = Assert.Single(All(new MemorySource("bug.txt", bytes)));
        Assert.Equal("mbuf", Assert.Single(capture.Zones!.Rows).Name);
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void The_same_commands_again_are_a_second_capture()
    {
        Capture[] captures = All(new MemorySource("bug.txt", """
            # date
            Fri Nov 20 18:00:00 UTC 2026
            # vmstat -z
            mbuf:                   256, 1000000,    500,     100,    9000,   0,   0
            # vmstat -z | grep mbuf
            mbuf:                   256, 1000000,    501,     100,    9000,   0,   0
            # netstat -m
            1024/2048/3072 mbufs in use (current/cache/total)

            An hour later:

            # date
            Fri Nov 20 19:00:00 UTC 2026
            # vmstat -z
            mbuf:                   256, 1000000,    600,     100,    9900,   0,   0
            # netstat -m
            1124/2048/3172 mbufs in use (current/cache/total)
            """));
        Assert.Equal(["bug.txt#1", "bug.txt#2"], captures.Select(c => c.Source));
        Assert.Equal([18, 19], captures.Select(c => c.TakenAt!.Value.Hour));
        Assert.Equal([500L, 600L], captures.Select(c => c.Zones!.Rows[0].Used));
        Assert.Equal([1024L, 1124L], captures.Select(c => c.Mbufs!.Mbufs!.Value.Current!.Value));
        Assert.Equal(FileUse.Duplicate, captures[0].Files[^1].Use);
    }

    [Fact]
    public void A_loop_without_prompts_is_a_series()
    {
        const string Header = "ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP\n\n";
        Capture[] captures = All(new MemorySource("bug.txt", string.Concat(Enumerable.Range(1, 3).Select(i =>
            $"{Header}mbuf: 256, 0, {i}, 1, 9, 0, 0\nmbuf_cluster: 2048, 0, {i}, 1, 9, 0, 0\n\n"))));
        Assert.Equal([1L, 2L, 3L], captures.Select(c => c.Zones!.Rows[1].Used));
    }

    [Fact]
    public void A_long_loop_is_taken_apart_once_and_not_for_every_capture()
    {
        const int Times = 900;
        string text = string.Concat(Enumerable.Range(0, Times).Select(i =>
            $"# vmstat -z\nmbuf: 256, 0, {i}, 1, 9, 0, 0\nmbuf_cluster: 2048, 0, {i}, 1, 9, 0, 0\n"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(Times, All(new MemorySource("bug.txt", text)).Length);

        // Quadratic reading would allocate the text once per capture, 70 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000_000);
    }

    [Fact]
    public void An_indented_block_is_read()
    {
        Capture capture = One("""
            Output of vmstat -z:

                ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP
                mbuf:                   256, 1000000,    500,     100,    9000,   0,   0

            and of netstat -m:

                1024/2048/3072 mbufs in use (current/cache/total)
            """);
        Assert.Equal(4, Assert.Single(capture.Zones!.Rows).Line);
        Assert.Equal(1024, capture.Mbufs?.Mbufs?.Current);
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void A_damaged_line_between_rows_is_reported_with_its_number()
    {
        Capture capture = One("""
            # vmstat -z
            ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP
            mbuf:                   256, 1000000,    500,     100,    9000,   0,   0
            mbuf_cluster@@@@@@
            mbuf_jumbo_page:       4096, 1000000,    500,     100,    9000,   0,   0
            """);
        Assert.Equal(2, capture.Zones!.Rows.Length);
        Diagnostic diagnostic = Assert.Single(capture.Diagnostics);
        Assert.Equal((DiagnosticId.BadLine, "bug.txt:4"), (diagnostic.Id, diagnostic.At.ToString()));
        Assert.Equal(1, Assert.Single(capture.Files).SkippedLines);
    }

    [Fact]
    public void A_file_with_one_output_is_read_whole()
    {
        Capture capture = One("ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\nmbuf: 256, 0, 5, 1, 9, 0, 0\nnonsense\nmbuf_clus");
        Assert.Single(capture.Zones!.Rows);
        Assert.Equal(
            [(DiagnosticId.BadLine, 3), (DiagnosticId.CutFile, 4)], capture.Diagnostics.Select(d => (d.Id, d.At.Line)));
    }

    [Fact]
    public void A_crash_summary_gives_its_outputs_and_says_so()
    {
        string rule = new('-', 72);
        Capture capture = One($"""
            fw.example.org dumped core - see /var/crash/vmcore.3

            Fri Nov 20 19:00:00 UTC 2026

            FreeBSD fw.example.org 14.2-RELEASE FreeBSD 14.2-RELEASE releng/14.2-n269506 GENERIC  amd64

            panic: kmem_malloc(4096): out of memory

            #0  doadump () at pcpu.h:250
            #1  0xffffffff80b5a001 in kern_reboot (howto=260)

            {rule}
            vmstat -m

                        Type  Use Memory Req Size(s)
                      devbuf 1234 567890 4321 16,32,64

            {rule}
            vmstat -z

            ITEM                 SIZE   LIMIT     USED     FREE      REQ FAIL SLEEP XDOM
            mbuf:                 256, 1000000,    500,     100,    9000,   0,   0,   0

            {rule}
            fstat

            fstat: not enough information

            """, "core.txt.3");
        Assert.True(capture.IsCrashSummary);
        Assert.Equal(22, Assert.Single(capture.Zones!.Rows).Line);
        Assert.Equal(16, Assert.Single(capture.MallocTypes!.Rows).Line);
        Assert.Equal("fw.example.org", capture.Host.Name);
        Assert.Null(capture.TakenAt);
    }

    [Fact]
    public void A_crash_dump_is_named_and_not_read()
    {
        Capture capture = Given.Capture(
            ("vmcore.0", "minidump FreeBSD/amd64\0\0\0"),
            ("vmstat-z.txt", "mbuf: 256, 0, 5, 1, 9, 0, 0\n"));
        Diagnostic diagnostic = Assert.Single(capture.Diagnostics);
        Assert.Equal(DiagnosticId.UnusedCommand, diagnostic.Id);
        Assert.Contains("leakstat dump", diagnostic.Text, StringComparison.Ordinal);
        Assert.Equal(FileUse.NotUsed, capture.Files[0].Use);
    }

    [Fact]
    public void Several_transcripts_in_a_folder_are_captures_of_their_own()
    {
        const string Text = "# vmstat -z\nmbuf: 256, 0, {0}, 1, 9, 0, 0\n# netstat -m\n{0}/2/3 mbufs in use (current/cache/total)\n";
        Capture[] captures = All(new MemorySource("x", [
            new MemorySource("1.txt", Text.Replace("{0}", "10", StringComparison.Ordinal)),
            new MemorySource("2.txt", Text.Replace("{0}", "20", StringComparison.Ordinal))]));
        Assert.Equal(["x/1.txt", "x/2.txt"], captures.Select(c => c.Source));
        Assert.Equal([10L, 20L], captures.Select(c => c.Zones!.Rows[0].Used));
    }

    [Fact]
    public void Outputs_beyond_the_limit_are_reported_and_not_read()
    {
        var set = SourceSet.Open(
            [new MemorySource("bug.txt", string.Concat(Enumerable.Repeat("# vmstat -z | grep mbuf\nmbuf: 256, 0, 5, 1, 9, 0, 0\n", 6)))],
            new NamePool(),
            ReadLimits.Default with { FilesPerCapture = 3 });
        Capture capture = Assert.Single(Assert.Single(set.Hosts).Captures());
        Assert.Equal(3, capture.Files.Length);
        Assert.Contains(capture.Diagnostics, d => d.Id == DiagnosticId.TooMany);
    }

    private static Capture One(string text, string name = "bug.txt") => Assert.Single(All(new MemorySource(name, text)));

    private static Capture[] All(MemorySource source) =>
        [.. SourceSet.Open([source], new NamePool(), ReadLimits.Default).Hosts.SelectMany(host => host.Captures())];
}
