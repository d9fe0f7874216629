using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>Files that are called as a command's output and hold something else: never taken for what they are not.</summary>
public sealed class NamedFileTests
{
    [Theory]
    [InlineData("dmesg.txt", "dmesg: sysctl kern.msgbuf: Operation not permitted\n")]
    [InlineData("dmesg.txt", "sh: dmesg: Permission denied\n")]
    [InlineData("dmesg.txt", "-sh: dmesg: not found\n")]
    [InlineData("dmesg.txt", "ssh: connect to host fw port 22: Connection refused\n")]
    [InlineData("dmesg.txt", "Operation not permitted\n")]
    [InlineData("dmesg.txt", "there is nothing in here that a kernel says\nnor in the second line\n")]
    [InlineData("dmesg.txt", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("dmesg.txt", "\u0001\u0002a\u0003: \u0004\u0005\u0006\n\u0001\u0002\u0003\u0004\u0005b\u0006\n")]
    [InlineData("netstat-m.txt", "netstat: sysctl: kern.ipc.mb_statlimit: Operation not permitted\n")]
    [InlineData("swapinfo.txt", "swapinfo: Permission denied\n")]
    public void An_error_or_damage_in_place_of_an_output_was_not_judged(string file, string text)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(file, text);

        HealthyCapture.AssertUnknown(report, file);
        Assert.DoesNotContain(report.Latest.Files, f => f.Name == file && f.Use == FileUse.Used);
    }

    [Fact]
    public void Damage_of_random_bytes_was_not_judged()
    {
        byte[] bytes = new byte[6000];
        new Random(13).NextBytes(bytes);

        HealthyCapture.AssertUnknown(HealthyCapture.Diagnose(("dmesg.txt", bytes)), "dmesg");
    }

    [Theory]
    [InlineData("dmesg.txt.xz")]
    [InlineData("dmesg.txt.bz2")]
    public void An_output_that_cannot_be_unpacked_was_not_judged(string file)
    {
        byte[] packed = file.EndsWith("xz", StringComparison.Ordinal)
            ? [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, .. new byte[40]]
            : [.. "BZh91AY&SY"u8, .. new byte[40]];

        HealthyCapture.AssertUnknown(HealthyCapture.Diagnose(("dmesg.txt", null), (file, packed)), file);
    }

    [Fact]
    public void A_hole_of_zeros_is_a_loss_and_what_stands_behind_it_is_read()
    {
        string[] lines = HealthyCapture.Text("dmesg.txt").Split('\n');
        lines[5] = new string('\0', 300) + "em0: watchdog timeout";

        DiagnosisReport report = HealthyCapture.Diagnose("dmesg.txt", string.Join('\n', lines));

        HealthyCapture.AssertUnknown(report, "capture/dmesg.txt:6");
        Assert.Contains(report.Latest.Messages!.Messages, m => m.Text == "em0: watchdog timeout");
    }

    [Theory]
    [InlineData("netstat-m.txt", "dmesg.txt")]
    [InlineData("vmstat-z.txt", "dmesg.txt")]
    [InlineData("sysctl.txt", "dmesg.txt")]
    [InlineData("vmstat-m.txt", "vmstat-z.txt")]
    [InlineData("swapinfo.txt", "dmesg.txt")]
    public void Two_files_that_were_mixed_up_are_read_by_their_content(string one, string other)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            (one, HealthyCapture.Bytes(other)), (other, HealthyCapture.Bytes(one)));

        Assert.Equal(VerdictState.Fine, report.Verdict.State);
        Assert.Empty(report.Latest.Diagnostics.Where(d => d.IsLoss));
        Assert.NotNull(report.Latest.Messages);
    }

    [Fact]
    public void What_is_wrong_in_a_file_of_another_name_is_found()
    {
        string denied = HealthyCapture.Text("netstat-m.txt")
            .Replace("0/0/0 requests for mbufs denied", "412/9931/0 requests for mbufs denied", StringComparison.Ordinal);

        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", Encoding.UTF8.GetBytes(denied)), ("netstat-m.txt", HealthyCapture.Bytes("dmesg.txt")));

        Assert.Contains(report.Findings, f => f.Rule == "LS0402");
    }

    [Fact]
    public void Another_output_in_a_files_place_leaves_that_command_unjudged()
    {
        DiagnosisReport report = HealthyCapture.Diagnose(("dmesg.txt", HealthyCapture.Bytes("netstat-m.txt")));

        Gap gap = HealthyCapture.AssertUnknown(report, "dmesg");
        Assert.Equal("not in dmesg.txt, which holds the output of netstat -m", gap.Text);
    }

    [Theory]
    [InlineData("uart0: <16550 or compatible> port 0x3f8-0x3ff irq 4 flags 0x10 on acpi0\n")]
    [InlineData("ada0 at ahcich0 bus 0 scbus0 target 0 lun 0\n")]
    [InlineData("arp: 10.0.0.1 moved from 00:11:22:33:44:55 to 66:77:88:99:aa:bb on em0\n")]
    [InlineData("ugen0.2: <M\u00fcller GmbH keyboard> at usbus0\n")]
    [InlineData("    swap_pager: indefinite wait buffer: bufobj: 0, blkno: 3, size: 4096\n")]
    public void A_part_of_the_buffer_is_read_as_messages(string text)
    {
        Capture capture = Given.Capture(("dmesg.txt", text));

        Assert.Equal(text.TrimEnd('\n'), Assert.Single(capture.Messages!.Messages).Text);
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void A_table_that_a_console_printed_into_the_buffer_stays_messages()
    {
        Capture capture = Given.Capture(
            ("dmesg.txt", HealthyCapture.Text("dmesg.txt") + HealthyCapture.Text("netstat-m.txt")));

        Assert.Null(capture.Mbufs);
        Assert.Equal("dmesg/text", Assert.Single(capture.Files).Format);
    }
}
