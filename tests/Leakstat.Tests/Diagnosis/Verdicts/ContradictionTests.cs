using System.Text;
using Leakstat.Captures.Sources;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>Captures whose outputs contradict each other: names of two hosts, counts that cannot be, one command twice.</summary>
public sealed class ContradictionTests
{
    private const string Uname = "FreeBSD oracle 14.2-RELEASE FreeBSD 14.2-RELEASE GENERIC amd64\n";

    [Theory]
    [InlineData("oracle", "", false)]
    [InlineData("oracle.example.org", "", false)]
    [InlineData("ORACLE", "", false)]
    [InlineData("oracle2", "", true)]
    [InlineData("fw2", "", true)]
    [InlineData("fw2", "\"named\": true, ", false)]
    [InlineData("fw2", "\"named\": false, ", true)]
    public void A_manifest_that_names_another_host_than_its_outputs_is_two_hosts(string host, string named, bool isOther)
    {
        DiagnosisReport report = Diagnose(
            (CaptureManifest.FileName, $$"""
                {"host": "{{host}}", {{named}}"takenAt": "2026-11-20T19:02:43Z", "collector": {"name": "leakstat-collect"} }
                """),
            ("uname.txt", Uname));

        Assert.Equal(host, report.Host.Name);
        Assert.Equal(isOther, report.Findings.Any(f => f.Rule == "LS0003"));
        Assert.Equal(isOther, report.Verdict.Missing.Any(gap => gap.Command == "host oracle"));
        Assert.Equal(isOther ? VerdictState.Unknown : VerdictState.Fine, report.Verdict.State);
    }

    [Fact]
    public void A_manifest_that_a_person_wrote_may_call_a_host_as_they_like()
    {
        DiagnosisReport report = Diagnose(
            (CaptureManifest.FileName, """{"host": "fw2", "takenAt": "2026-11-20T19:02:43Z"}"""), ("uname.txt", Uname));

        Assert.Null(report.Host.OtherName);
        Assert.Equal(VerdictState.Fine, report.Verdict.State);
    }

    [Fact]
    public void Outputs_that_name_two_hosts_are_told_without_a_manifest()
    {
        DiagnosisReport report = Diagnose(
            ("manifest.json", null), ("uname.txt", Uname), ("sysctl-host.txt", "kern.hostname: fw1\nkern.maxproc: 6388\n"));

        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0003");
        Assert.Contains("fw1 and oracle", finding.Title, StringComparison.Ordinal);
        Assert.Equal("uname.txt", Path.GetFileName(finding.Evidence[0].At!.Value.File.Path));
    }

    [Theory]
    [InlineData("vm.stats.vm.v_wire_count: ", "vm.stats.vm.v_wire_count: 400000", "sysctl.txt")]
    [InlineData("pages wired down", "400000 pages wired down", "vmstat-s.txt")]
    [InlineData("Mem: ", "Mem: 10M Active, 1480K Inact, 4300M Wired, 14M Buf, 923M Free", "top.txt")]
    public void Pages_beyond_the_memory_there_is_are_named_with_both_lines(string line, string instead, string file)
    {
        string[] lines = Encoding.UTF8.GetString(HealthyCapture.Bytes(file)).Split('\n');
        int at = Array.FindIndex(lines, l => l.Contains(line, StringComparison.Ordinal));
        lines[at] = instead;

        DiagnosisReport report = Diagnose((file, string.Join('\n', lines)));

        Assert.Equal(VerdictState.Unknown, report.Verdict.State);
        Gap gap = Assert.Single(report.Verdict.Missing);
        Assert.Contains($"{file}:{at + 1}", $"{gap.Text} {gap.At}", StringComparison.Ordinal);
        Assert.Contains("more than the", gap.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vmstat-z.old.txt", false)]
    [InlineData("old-vmstat-z.txt", false)]
    [InlineData("vmstat-z (1).txt", false)]
    [InlineData("vmstat-z.txt.bak", false)]
    [InlineData("vmstat-z.out", true)]
    public void Of_two_outputs_of_a_command_that_of_the_file_with_its_name_is_used(string other, bool isName)
    {
        string zones = File.ReadAllText(Path.Combine(Given.Data("freebsd-14.2-mbuf-near-limit"), "vmstat-z.txt"));

        DiagnosisReport report = Diagnose((other, zones));

        Assert.Equal(isName ? other : "vmstat-z.txt", Path.GetFileName(report.Latest.Zones!.File.Path));
        Diagnostic said = Assert.Single(report.Latest.Diagnostics, d => d.Id == DiagnosticId.SecondOutput);
        Assert.EndsWith(isName ? "vmstat-z.txt" : other, said.At.File.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Marked_messages_behind_a_line_of_uname_are_read()
    {
        Capture capture = Given.Capture(("post.txt",
            Uname + "+swap_pager: out of swap space\n+swp_pager_getswapspace(21): failed\n"
                + "+pid 61233 (rustc), jid 3, uid 65534, was killed: failed to reclaim memory\n"));

        Assert.Equal("oracle", capture.Host.Name);
        Assert.Equal(
            ["swap_pager: out of swap space", "swp_pager_getswapspace(21): failed",
                "pid 61233 (rustc), jid 3, uid 65534, was killed: failed to reclaim memory"],
            capture.Messages!.Messages.Select(m => m.Text));
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void The_collector_asks_for_every_sysctl_that_a_whole_capture_is_known_by()
    {
        string script = File.ReadAllText(Path.Combine(Given.Root, "collector", "leakstat-collect"));
        string[] asked = script.Split("vital_sysctls='")[1].Split('\'')[0]
            .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

        Assert.All(
            UsualNames.Sysctls,
            name => Assert.Contains(asked, a => name == a || name.StartsWith(a + ".", StringComparison.Ordinal)));
        Assert.Equal(SysctlTree.FirstOfCollector.Order(), asked.Intersect(SysctlTree.FirstOfCollector).Order());
    }

    private static DiagnosisReport Diagnose(params (string Name, string? Text)[] changed) =>
        HealthyCapture.Diagnose([.. changed.Select(c => (c.Name, c.Text is { } text ? Encoding.UTF8.GetBytes(text) : null))]);
}
