using System.IO.Compression;
using System.Text;
using Leakstat.Captures.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Tests.Diagnosis.Verdicts;

namespace Leakstat.Tests.Captures;

/// <summary>Text in two bytes for each letter, as redirections of Windows write it, with a mark in front or without.</summary>
public sealed class WideTextTests
{
    public static TheoryData<string, bool, bool> Forms()
    {
        var forms = new TheoryData<string, bool, bool>();
        foreach (string file in (string[])["vmstat-z.txt", "netstat-m.txt", "sysctl.txt", "dmesg.txt", "vmstat-m.json"])
        {
            forms.Add(file, true, true);
            forms.Add(file, true, false);
            forms.Add(file, false, true);
            forms.Add(file, false, false);
        }

        return forms;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void It_is_read_as_the_same_text(string file, bool isBigEndian, bool hasMark)
    {
        var encoding = new UnicodeEncoding(isBigEndian, hasMark);
        string text = HealthyCapture.Text(file);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];

        Assert.Equal(text, Encoding.UTF8.GetString(TextDecoding.ToUtf8(bytes).Span));
        DiagnosisReport report = HealthyCapture.Diagnose((file, bytes));
        Assert.Equal(VerdictState.Fine, report.Verdict.State);
        Assert.DoesNotContain(report.Latest.Diagnostics, d => d.IsLoss);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_line_that_was_cut_shows_in_it_too(bool isBigEndian)
    {
        byte[] bytes = new UnicodeEncoding(isBigEndian, false).GetBytes(HealthyCapture.Text("netstat-m.txt")[..^9]);

        Assert.Equal(VerdictState.Unknown, HealthyCapture.Diagnose(("netstat-m.txt", bytes)).Verdict.State);
    }

    [Fact]
    public void Text_with_a_hole_of_zeros_is_no_wide_text()
    {
        byte[] bytes = [.. "em0: link state changed to UP\n"u8, .. new byte[4096], .. "em0: down\n"u8];

        Assert.Equal(bytes, TextDecoding.ToUtf8(bytes).ToArray());
        Assert.False(TextDecoding.IsWide(new byte[512]));
    }

    [Theory]
    [InlineData("dmesg.txt", 0.3)]
    [InlineData("dmesg.txt", 0.9)]
    [InlineData("dmesg.txt", 0.999)]
    [InlineData("netstat-m.txt", 0.5)]
    [InlineData("kldstat-v.txt", 0.6)]
    [InlineData("swapinfo.txt", 0.97)]
    public void A_packed_file_that_was_cut_is_a_loss(string file, double part)
    {
        byte[] packed = Pack(HealthyCapture.Bytes(file));
        byte[] cut = packed[..Math.Min((int)(packed.Length * part), packed.Length - 1)];

        DiagnosisReport report = HealthyCapture.Diagnose((file, null), (file + ".gz", cut));

        Assert.Equal(VerdictState.Unknown, report.Verdict.State);
        Assert.Contains(report.Verdict.Missing, gap => $"{gap.Command} {gap.At}".Contains(file + ".gz", StringComparison.Ordinal));
    }

    [Fact]
    public void Packed_files_behind_one_another_are_whole()
    {
        byte[] text = HealthyCapture.Bytes("dmesg.txt");
        int half = Array.IndexOf(text, (byte)'\n', text.Length / 2) + 1;

        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", null), ("dmesg.txt.gz", [.. Pack(text[..half]), .. Pack(text[half..])]));

        Assert.Equal(VerdictState.Fine, report.Verdict.State);
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
