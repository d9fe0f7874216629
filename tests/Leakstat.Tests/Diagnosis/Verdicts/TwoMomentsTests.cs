using System.Text;
using System.Text.RegularExpressions;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>
/// A file of another hour or host among the others: what two commands tell alike is held against each other, and the
/// worse of the two is judged.
/// </summary>
public sealed class TwoMomentsTests
{
    [Theory]
    [InlineData("vmstat-z.txt", "^mbuf_cluster: .*", "mbuf_cluster:          2048,  62669,   62669,       0,   99508,4411,   0,   0")]
    [InlineData("netstat-m.txt", "^.* mbuf clusters in use", "62669/0/62669/62669 mbuf clusters in use")]
    public void A_full_pool_is_told_whichever_of_the_two_commands_saw_it(string file, string line, string instead)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(file, HealthyCapture.Changed(file, line, instead));

        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0401");
        Assert.Contains(finding.Evidence, e => e.At is { } at && at.File.Path.EndsWith(file, StringComparison.Ordinal));
        Assert.Equal(VerdictState.Wrong, report.Verdict.State);
        Assert.Contains(report.Verdict.Missing, gap => gap.Text.Contains("mbuf clusters in use", StringComparison.Ordinal));
    }

    [Fact]
    public void Denials_are_told_whichever_of_the_two_commands_counted_them()
    {
        DiagnosisReport report = HealthyCapture.Diagnose("vmstat-z.txt", HealthyCapture.Changed(
            "vmstat-z.txt", "^mbuf_jumbo_9k: .*", "mbuf_jumbo_9k:         9216,   9284,       0,       0,   99508,4411,   0,   0"));

        Gap gap = HealthyCapture.AssertUnknown(report, "vmstat-z.txt");
        Assert.Contains("4,411 requests for 9 KiB jumbo clusters denied, and 0 at", gap.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("top.txt", "[0-9]+M Wired", "450M Wired", "wired memory")]
    [InlineData("vmstat-s.txt", "^.* pages wired down", "130000 pages wired down", "wired memory")]
    [InlineData("top.txt", "^Swap: .*", "Swap: 2048M Total, 1990M Used, 58M Free", "swap space in use")]
    [InlineData("top.txt", "up 0\\+00:01:27", "up 0+04:01:27", "up 4")]
    public void A_file_of_another_hour_costs_fine_and_is_named(string file, string line, string instead, string what)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(file, HealthyCapture.Changed(file, line, instead));

        Gap gap = HealthyCapture.AssertUnknown(report, what);
        Assert.EndsWith(file, gap.At!.Value.File.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vmstat-z.txt", "^VNODE: .*", "VNODE:                  448,      0,  900000,      84,  999508,   0,   0,   0", "900,000 items of VNODE")]
    [InlineData("vmstat-m.txt", "^ *temp .*", "            temp   60000 838860800    99508  16,32,64,128,65536", "owners of wired memory hold")]
    public void Owners_that_hold_what_is_not_there_cost_fine(string file, string line, string instead, string what)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(file, HealthyCapture.Changed(file, line, instead));

        Assert.Contains(report.Verdict.Missing, gap => gap.Text.Contains(what, StringComparison.Ordinal));
        Assert.NotEqual(VerdictState.Fine, report.Verdict.State);
    }

    [Theory]
    [InlineData("evening.tgz", new byte[] { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 })]
    [InlineData("messages.0.bz2", new byte[] { 0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 1, 2, 3, 4 })]
    [InlineData("messages.0.xz", new byte[] { 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4, 1, 2, 3, 4 })]
    public void A_packed_file_that_is_not_read_costs_fine(string name, byte[] content)
    {
        DiagnosisReport report = HealthyCapture.Diagnose((name, content));

        HealthyCapture.AssertUnknown(report, name);
    }

    /// <summary>Sizes in MiB: what the ARC moves in seconds on a large host is half of a small one.</summary>
    [Theory]
    [InlineData(2_200, 3_300, 16_384L, false)]
    [InlineData(2_200, 6_600, 16_384L, true)]
    [InlineData(43, 103, 256L, true)]
    [InlineData(580, 950, 1_005L, true)]
    [InlineData(100, 170, null, true)]
    [InlineData(100, 150, null, false)]
    [InlineData(900, 1_000, null, false)]
    public void How_far_apart_is_too_far_goes_by_the_memory_there_is(long one, long other, long? memory, bool isApart) =>
        Assert.Equal(isApart, OneMoment.SizesAreApart(one << 20, other << 20, memory << 20));

    [Fact]
    public void What_users_wired_is_counted_for_each_of_them_and_contradicts_nothing()
    {
        DiagnosisReport report = HealthyCapture.Diagnose("sysctl.txt", HealthyCapture.Changed(
            "sysctl.txt", "^vm.stats.vm.v_user_wire_count: .*", "vm.stats.vm.v_user_wire_count: 1200000"));

        Assert.DoesNotContain(report.Verdict.Missing, gap => gap.Command == "two moments or hosts");
    }

    [Theory]
    [InlineData("hw.physmem: 999\n")]
    [InlineData("hw.physmem: unknown\n")]
    [InlineData("vm.stats.vm.v_wire_count: 200000\n")]
    public void A_sysctl_that_cannot_have_two_values_on_one_host_costs_fine(string other)
    {
        DiagnosisReport report = HealthyCapture.Diagnose("also.txt", "kern.maxproc: 6388\n" + other);

        Gap gap = HealthyCapture.AssertUnknown(report, "also.txt:2");
        Assert.Contains("a second value of " + other.Split(':')[0], gap.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vmstat-z.json", "\"name\":\"VNODE\",\"size\":[0-9]+,\"limit\":0,\"used\":", "900000")]
    [InlineData("vmstat-z.json", "\"name\":\"mbuf_cluster\",\"size\":2048,\"limit\":62669,\"used\":", "60000")]
    [InlineData("vmstat-m.json", "\"type\":\"devbuf\",\"in-use\":[0-9]+,\"memory-use\":", "943718400")]
    [InlineData("vmstat-s.json", "\"wired-pages\":", "200000")]
    [InlineData("netstat-m.json", "\"cluster-current\":", "62669")]
    public void The_same_command_in_json_with_other_numbers_costs_fine(string file, string before, string number)
    {
        string text = HealthyCapture.Text(file);
        var old = new Regex($"(?<={before} ?)[0-9]+", RegexOptions.None, TimeSpan.FromSeconds(10));
        Assert.Matches(old, text);

        DiagnosisReport report = HealthyCapture.Diagnose(file, old.Replace(text, number, 1));

        Gap gap = HealthyCapture.AssertUnknown(report, file);
        Assert.Contains("with other numbers than", gap.Text, StringComparison.Ordinal);
        Assert.Equal(VerdictState.Fine, HealthyCapture.Diagnose(file, text).Verdict.State);
    }

    [Theory]
    [InlineData("vmstat-z.txt", "vmstat -z")]
    [InlineData("vmstat-m.txt", "vmstat -m")]
    public void Rows_that_stand_twice_cost_fine(string file, string command)
    {
        string text = HealthyCapture.Text(file);
        string[] lines = text.TrimEnd('\n').Split('\n');

        DiagnosisReport report = HealthyCapture.Diagnose(
            file, text + string.Join('\n', lines[^40..]) + "\n");

        Gap gap = HealthyCapture.AssertUnknown(report, command);
        Assert.Contains("stand twice", gap.Text, StringComparison.Ordinal);
        Assert.InRange(gap.At!.Value.Line, lines.Length + 1, lines.Length + 40);
    }

    [Fact]
    public void What_is_never_freed_is_as_grave_as_how_much_it_holds()
    {
        DiagnosisReport report = HealthyCapture.Diagnose("vmstat-m.txt", HealthyCapture.Changed(
            "vmstat-m.txt", "^ *devbuf .*", "          devbuf  400000 419430400   402000  1024"));

        Finding finding = Assert.Single(report.Findings, f => f.Rule is "LS0110" or "LS0114");
        Assert.Equal(("LS0114", Severity.Warning), (finding.Rule, finding.Severity));
        Assert.Equal(VerdictState.Wrong, report.Verdict.State);
    }

    /// <summary>The zones and the memory of one host, the counts of another: the difference is no suspect.</summary>
    [Theory]
    [InlineData("^real memory.*", "real memory  = 68719476736 (65536 MB)", VerdictState.Unknown, Severity.Info)]
    [InlineData("^FreeBSD is a", "FreeBSD is a", VerdictState.Wrong, Severity.Warning)]
    public void What_differs_between_two_hosts_is_no_suspect(
        string line, string instead, VerdictState state, Severity severity)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", Encoding.UTF8.GetBytes(HealthyCapture.Changed("dmesg.txt", line, instead))),
            ("vmstat-z.txt", Encoding.UTF8.GetBytes(HealthyCapture.Changed(
                "vmstat-z.txt",
                "^VNODE: .*",
                "VNODE:                  448,      0,   60000,      84,  999508,   0,   0,   0"))));

        Assert.Equal(severity, Assert.Single(report.Findings, f => f.Rule == "LS0107").Severity);
        Assert.Equal(state, report.Verdict.State);
    }
}
