using Leakstat.Captures;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

/// <summary>
/// A kernel message right behind any other output, or between two rows of it, is read, and none of the rows is lost:
/// people paste one below the other, and a console prints both.
/// </summary>
public sealed class MessagesBehindTablesTests
{
    private static readonly string[] s_messages =
    [
        "pid 1562 (unbound), jid 0, uid 59, was killed: out of swap space",
        "Jul 21 22:30:41 fw kernel: pid 1562 (unbound), jid 0, uid 59, was killed: failed to reclaim memory",
        "swap_pager_getswapspace(16): failed",
        "[zone: pf states] PF states limit reached",
        "kern.maxfiles limit exceeded by uid 80, please see tuning(7).",
        "sonewconn: pcb 0xfffff80018c7d540 (0.0.0.0:443 (proto 6)): Listen queue overflow: 193 already in queue awaiting acceptance (3 occurrences), euid 0, rgid 0, jail 0",
    ];

    /// <summary>Outputs, whole as a host printed them.</summary>
    public static TheoryData<string> Tables => new(
        "vmstat-z.txt", "vmstat-m.txt", "netstat-m.txt", "swapinfo.txt", "top.txt", "ps.txt", "kldstat.txt",
        "kldstat-v.txt", "uname.txt", "uptime.txt", "vmstat-s.txt", "sysctl.txt", "sysctl-uma.txt");

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_message_behind_a_table_is_read(string table)
    {
        string text = File.ReadAllText(Path.Combine(Given.Root, "samples/freebsd-14.2-fresh-boot", table)).TrimEnd() + "\n";
        int rows = RowsOf(GivenText.Read("paste.txt", text, ReadLimits.Default));
        foreach (string message in s_messages)
        {
            Capture capture = GivenText.Read("paste.txt", text + message + "\n", ReadLimits.Default);

            string expected = message[(message.IndexOf("kernel: ", StringComparison.Ordinal) is var tag and >= 0 ? tag + 8 : 0)..];
            Assert.Contains(capture.Messages?.Messages ?? [], m => m.Text == expected);
            Assert.Equal(rows, RowsOf(capture));
        }
    }

    [Theory]
    [InlineData("hw.physmem: 33165615104")]
    [InlineData("kern.maxfiles=3912")]
    [InlineData("kern.version: FreeBSD 14.2-RELEASE GENERIC\n    root@builder:/usr/obj/amd64")]
    [InlineData("vm.uma.socket.stats.current: 17")]
    [InlineData("security.jail.param.name: 256")]
    public void A_message_behind_a_sysctl_is_read(string lines)
    {
        foreach (string message in s_messages)
        {
            foreach (string between in new[] { "\n", "\n\n", "\n\nand the log has\n", "\n```\n```\n" })
            {
                Capture capture = GivenText.Read("paste.txt", $"{lines}{between}{message}\n", ReadLimits.Default);
                Assert.Single(capture.Messages!.Messages, m => message.EndsWith(m.Text, StringComparison.Ordinal));
                Assert.Equal(1, capture.Sysctls.Count);
            }
        }
    }

    [Fact]
    public void The_buffer_of_messages_within_sysctl_is_a_value()
    {
        Capture capture = GivenText.Read(
            "paste.txt",
            $"kern.msgbuf: ---<<BOOT>>---\n{s_messages[0]}\n{s_messages[2]}\nkern.msgbuf_clear: 0\n",
            ReadLimits.Default);
        Assert.Equal(2, capture.Sysctls.Count);
        Assert.Null(capture.Messages);
    }

    private static int RowsOf(Capture capture) => capture.Sysctls.Count + (capture.Zones?.Rows.Length ?? 0)
        + (capture.MallocTypes?.Rows.Length ?? 0) + (capture.KernelFiles?.Files.Length ?? 0);
}
