using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>
/// Two outputs of one command in one capture: messages are added up; of counters the second must not go unjudged.
/// </summary>
public sealed class SecondOutputTests
{
    private const string Lost = "Freed UMA keg (ripcb) was not empty (54 items).  Lost 1 pages of memory.";

    [Theory]
    [InlineData("vmstat-z.txt", "vmstat-z.evening.txt", "^mbuf_cluster: .*, *")]
    [InlineData("vmstat-m.txt", "later vmstat-m.txt", "^ +temp +")]
    [InlineData("netstat-m.txt", "netstat-m-2.txt", "^")]
    [InlineData("vmstat-s.txt", "vmstat-s.2.txt", "^ *")]
    [InlineData("swapinfo.txt", "swapinfo.2", "^/dev/[^ ]+ +[0-9]+ +")]
    [InlineData("sysctl.txt", "sysctl-evening.txt", "^kern.openfiles: ")]
    public void A_second_table_with_other_numbers_is_named_and_costs_fine(string file, string second, string before)
    {
        string text = HealthyCapture.Text(file);
        var number = new Regex($"(?<={before})[0-9]+", RegexOptions.Multiline, TimeSpan.FromSeconds(10));
        Assert.Matches(number, text);
        string changed = number.Replace(
            text, n => (long.Parse(n.Value, CultureInfo.InvariantCulture) + 7).ToString(CultureInfo.InvariantCulture), 1);

        DiagnosisReport report = HealthyCapture.Diagnose(second, changed);

        Gap gap = HealthyCapture.AssertUnknown(report, $"capture/{second}");
        Assert.Contains($"other numbers than {file}", gap.Text, StringComparison.Ordinal);
        Assert.Contains("a folder of its own", gap.Text, StringComparison.Ordinal);
        Assert.Equal(DiagnosticId.SecondOutput, Assert.Single(report.Latest.Diagnostics, d => d.IsLoss).Id);
        Assert.DoesNotContain(report.Findings, f => f.Rule == "LS0001");
    }

    [Theory]
    [InlineData("vmstat-z.txt")]
    [InlineData("netstat-m.txt")]
    [InlineData("sysctl.txt")]
    [InlineData("swapinfo.txt")]
    public void The_same_rows_once_more_take_nothing(string file)
    {
        string text = HealthyCapture.Text(file).Replace("\n", " \r\n", StringComparison.Ordinal);

        DiagnosisReport report = HealthyCapture.Diagnose("zz-again.txt", "\n" + text + "\n");

        Assert.Equal(VerdictState.Fine, report.Verdict.State);
    }

    [Fact]
    public void Messages_of_a_log_beside_the_buffer_are_added_and_those_of_both_are_one()
    {
        string killed = "pid 812 (mysqld), jid 0, uid 88, was killed: failed to reclaim memory";
        string dmesg = HealthyCapture.Text("dmesg.txt") + killed + "\n";
        string log = $"Nov 20 19:00:01 oracle kernel: {killed}\nNov 20 19:00:02 oracle kernel: {Lost}\n";

        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", Encoding.UTF8.GetBytes(dmesg)), ("messages.txt", Encoding.UTF8.GetBytes(log)));

        KernelMessages messages = report.Latest.Messages!;
        Assert.Single(messages.Messages, m => m.Text == killed);
        Assert.Equal("capture/dmesg.txt", messages.File.Path);
        KernelMessage lost = Assert.Single(messages.Messages, m => m.Text == Lost);
        Assert.Equal("capture/messages.txt:2", messages.At(lost).ToString());
        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0104");
        Assert.Contains(finding.Evidence, e => e.At?.ToString() == "capture/messages.txt:2");
    }

    [Theory]
    [InlineData("a-console.log", "dmesg.txt")]
    [InlineData("dmesg.txt", "z-console.log")]
    public void The_order_of_two_sources_does_not_matter(string first, string second)
    {
        string boot = HealthyCapture.Text("dmesg.txt");
        Capture capture = Given.Capture((first, boot + "first: one\n"), (second, boot + "second: two\n"));

        Assert.Equal(
            boot.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length + 2, capture.Messages!.Messages.Length);
        Assert.Equal("caps/a/dmesg.txt", capture.Messages.File.Path);
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void A_boot_before_stays_in_front_of_the_running_one()
    {
        const string Before = "---<<BOOT>>---\nem0: old boot\n";
        const string Now = "---<<BOOT>>---\nem0: new boot\n";
        Capture capture = Given.Capture(
            ("dmesg.txt", Now + "em0: only in the buffer\n"),
            ("messages.log", Before + Lost + "\n" + Now + "em0: only in the log\n"));

        string[] texts = [.. capture.Messages!.Messages.Select(m => m.Text)];
        int boot = Array.LastIndexOf(texts, "---<<BOOT>>---");
        Assert.True(Array.IndexOf(texts, Lost) < boot);
        Assert.True(Array.IndexOf(texts, "em0: only in the buffer") > boot);
        Assert.True(Array.IndexOf(texts, "em0: only in the log") > boot);
    }

    [Theory]
    [InlineData("")]
    [InlineData("---<<BOOT>>---\n")]
    public void Of_two_outputs_of_dmesg_in_one_paste_both_count(string boot)
    {
        string paste = $"root@oracle:~ # dmesg\n{boot}{Lost}\nroot@oracle:~ # uname -r\n14.2-RELEASE\n"
            + $"root@oracle:~ # dmesg\n{HealthyCapture.Text("dmesg.txt")}{(boot.Length > 0 ? "" : Lost + "\n")}";

        DiagnosisReport report = new Diagnoser(BuiltInKnowledge.Load()).Diagnose([Given.Capture(("post.txt", paste))])!;

        Assert.Single(report.Latest.Messages!.Messages, m => m.Text == Lost);
        Assert.Contains(report.Findings, f => f.Rule == "LS0104");
    }

    [Fact]
    public void What_came_twice_in_a_row_is_counted_as_often_as_the_source_that_says_it_oftenest()
    {
        Capture capture = Given.Capture(
            ("dmesg.txt", $"{Lost}\n{Lost}\n"),
            ("messages.txt", $"Nov 20 19:00:01 fw kernel: {Lost}\nNov 20 19:00:09 fw last message repeated 4 times\n"));

        Assert.Equal(5, capture.Messages!.Messages.Sum(m => 1 + m.Repeated));
    }
}
