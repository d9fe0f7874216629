using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Commands.Ps;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class PsTextTests
{
    [Fact]
    public void Reads_every_thread_of_a_real_file()
    {
        string[] lines = File.ReadAllLines(Given.Data("freebsd-14.2-zfs-arc-full/ps.txt"));
        Capture capture = Given.Capture(("ps.txt", string.Join('\n', lines) + "\n"));

        Assert.Equal(lines.Length - 1, capture.Processes!.Threads);
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
        ProcessRow first = capture.Processes.Rows[0];
        Assert.Equal((0L, 100000L, "swapin", "[kernel/swapper]", 2), (first.Pid, first.ThreadId, first.WaitChannel, first.Command, first.Line));
        Assert.Null(capture.Processes.Rows[1].WaitChannel);
        Assert.Contains(capture.Processes.Rows, r => r.Command == "[kernel/aiod_kick taskq]");
    }

    [Fact]
    public void Reads_blank_cells_and_names_with_blanks()
    {
        const string Text = """
             PID    LWP TDNAME             STAT WCHAN  COMMAND
               0 100042 aiod_kick taskq    DLs  -      kernel
             612 100077                    Is   select devd
              11 100003 idle: cpu0         RNL  -      idle

            """;
        ImmutableRows rows = Rows(Text);

        Assert.Equal([100042L, 100077, 100003], rows.Threads);
        Assert.Equal(["kernel/aiod_kick taskq", "devd", "idle/idle: cpu0"], rows.Commands);
        Assert.Equal([null, "select", null], rows.Waits);
    }

    [Fact]
    public void Reads_the_columns_of_a_crash_summary()
    {
        const string Text = """
            UID   PID  PPID CPU PRI NI    VSZ   RSS MWCHAN   STAT TT         TIME COMMAND
              0     0     0   0 -16  0      0  2432 swapin   DLs   -     12:00.41 [kernel]
              0   812     1   0  20  0  13000  3108 select   Is    -      0:00.01 /usr/sbin/cron -s

            """;
        ImmutableRows rows = Rows(Text);

        Assert.Equal([2432L, 3108], rows.Resident);
        Assert.Equal(["[kernel]", "/usr/sbin/cron -s"], rows.Commands);
        Assert.Equal(["swapin", "select"], rows.Waits);
        Assert.Equal([null, null], rows.Threads);
    }

    [Fact]
    public void Counts_words_where_blanks_were_squeezed()
    {
        ImmutableRows rows = Rows("PID LWP WCHAN RSS COMMAND\n0 100000 swapin 240 [kernel/swapper]\n12345 100123 - 9876 [kernel/aiod_kick taskq]\n");

        Assert.Equal([240L, 9876], rows.Resident);
        Assert.Equal(["[kernel/swapper]", "[kernel/aiod_kick taskq]"], rows.Commands);
    }

    [Fact]
    public void Reports_a_row_it_cannot_place()
    {
        Capture capture = Given.Capture(("ps", "PID COMMAND\n  1 init\nnonsense\n  2 x\n"));

        Assert.Equal([1L, 2], capture.Processes!.Rows.Select(r => r.Pid));
        Assert.Null(capture.Processes.Threads);
        Assert.Equal("caps/a/ps:3", Assert.Single(capture.Diagnostics).At.ToString());
    }

    [Theory]
    [InlineData(" PID    LWP WCHAN     RSS COMMAND", LineFit.Header)]
    [InlineData("USER       PID %CPU %MEM    VSZ   RSS TT  STAT STARTED     TIME COMMAND", LineFit.Header)]
    [InlineData("  PID    TID COMM                TDNAME              KSTACK", LineFit.Header)]
    [InlineData("   0 100000 swapin    896 [kernel/swapper]", LineFit.Continues)]
    [InlineData("  PID USERNAME    THR PRI NICE   SIZE    RES STATE    C   TIME    WCPU COMMAND", LineFit.None)]
    [InlineData("USER     CMD          PID   FD MOUNT      INUM MODE         SZ|DV R/W", LineFit.None)]
    [InlineData("USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS", LineFit.None)]
    [InlineData("The PID of the COMMAND", LineFit.None)]
    public void Knows_its_own_lines(string line, LineFit fit) =>
        Assert.Equal(fit, new PsText().Fit(Encoding.UTF8.GetBytes(line)));

    private static ImmutableRows Rows(string text)
    {
        Capture capture = Given.Capture(("ps", text.ReplaceLineEndings("\n")));
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
        return new ImmutableRows([.. capture.Processes!.Rows]);
    }

    private sealed record ImmutableRows(IReadOnlyList<ProcessRow> All)
    {
        public IEnumerable<long?> Threads => All.Select(r => r.ThreadId);

        public IEnumerable<string?> Waits => All.Select(r => r.WaitChannel);

        public IEnumerable<long?> Resident => All.Select(r => r.ResidentKilobytes);

        public IEnumerable<string> Commands => All.Select(r => r.Command);
    }
}
