using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Tests.Diagnosis.Verdicts;

/// <summary>What does not change while a host runs has one value, by whichever command.</summary>
public sealed class FixedFactsTests
{
    [Theory]
    [InlineData("sysctl.txt", "^vm.stats.vm.v_page_count: .*", "vm.stats.vm.v_page_count: 100679", "of pages, and 1005.4 MiB of memory")]
    [InlineData("dmesg.txt", "^real memory  = .*", "real memory  = 17179869184 (16384 MB)", "16.0 GiB of memory when it booted")]
    [InlineData("netstat-m.txt", "/62669 mbuf clusters", "/125338 mbuf clusters", "a limit of 125,338 of mbuf_cluster, and 62,669")]
    [InlineData("sysctl.txt", "^kern.boottime: .*", "kern.boottime: { sec = 1794201284, usec = 1 }", "up 11 d 13 h, and 1 min")]
    [InlineData("sysctl.txt", "^kern.boottime: .*", "kern.boottime: { sec = 1795901284, usec = 1 }", "after the capture of 2026-11-20 19:02")]
    public void A_file_of_another_host_or_boot_costs_fine(string file, string line, string instead, string what)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(file, HealthyCapture.Changed(file, line, instead));

        Gap gap = HealthyCapture.AssertUnknown(report, what);
        Assert.EndsWith(file, gap.At!.Value.File.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("netstat-m.txt", "^.* bytes allocated to network", "900000K/1K/900001K bytes allocated to network", "allocated to network")]
    [InlineData("sysctl.txt", "^vfs.vnode.stats.count: .*", "vfs.vnode.stats.count: 63000", "386 items of VNODE, and 63,000 vnodes")]
    public void A_count_of_another_moment_costs_fine(string file, string line, string instead, string what)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(file, HealthyCapture.Changed(file, line, instead));

        Assert.Contains(report.Verdict.Missing, gap => gap.Text.Contains(what, StringComparison.Ordinal));
        Assert.NotEqual(VerdictState.Fine, report.Verdict.State);
    }

    [Theory]
    [InlineData("sysctl.txt", "^kern.boottime: .*", "kern.boottime: { sec = 1795165284, usec = 1 }")]
    [InlineData("dmesg.txt", "---<<BOOT>>---", "FreeBSD 12.4-RELEASE r1 GENERIC amd64\nreal memory  = 1 (0 MB)\n---<<BOOT>>---")]
    public void A_time_zone_and_an_earlier_boot_contradict_nothing(string file, string line, string instead) =>
        Assert.Equal(VerdictState.Fine, HealthyCapture.Diagnose(file, HealthyCapture.Changed(file, line, instead)).Verdict.State);
}
