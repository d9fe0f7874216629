using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Tests.Diagnosis.Verdicts;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>The message of PV entries tells of a moment; the counts beside it tell of now.</summary>
public sealed class PvEntryLimitTests
{
    private const string Message =
        "Approaching the limit on PV entries, consider increasing either the vm.pmap.shpgperproc or the vm.pmap.pv_entry_max tunable.\n";

    [Theory]
    [InlineData(20_000, true, false, "far from the limit now")]
    [InlineData(1_000_000, false, true, "1,000,000 of 1,500,000 PV entries")]
    [InlineData(1_490_000, false, false, "1,490,000 of 1,500,000 PV entries")]
    public void The_counts_say_whether_it_is_over(int count, bool isPast, bool mayBePast, string evidence)
    {
        Finding finding = Find($"vm.pmap.pv_entry_max: 1500000\nvm.pmap.pv_entry_count: {count}\n");

        Assert.Equal((isPast, mayBePast), (finding.IsPast, finding.MayBePast));
        Assert.Contains(finding.Evidence, e => e.At is not null && e.Text.Contains(evidence, StringComparison.Ordinal));
        Assert.Equal(!isPast && !mayBePast, finding.Title.Contains("near their limit: page mappings are", StringComparison.Ordinal));
        Assert.DoesNotContain(finding.Owners, o => o.Source?.Contains("arm", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_kernel_that_has_no_such_limit_did_not_say_it()
    {
        Finding finding = Find("");

        Assert.True(finding.MayBePast);
        Assert.Contains(finding.Evidence, e => e.Text.Contains("for amd64 has no limit of PV entries", StringComparison.Ordinal));
        Assert.Empty(finding.Owners);
        Assert.DoesNotContain(finding.Advice, a => a.Kind == "loader");
    }

    [Fact]
    public void Where_the_counts_are_missing_that_is_said()
    {
        Finding finding = Find("", "i386");

        Assert.True(finding.MayBePast);
        Assert.Contains(finding.Evidence, e => e.Text.Contains("is not in the capture (vm.pmap.pv_entry_count", StringComparison.Ordinal));
        Assert.Contains(finding.Owners, o => o.Source == "sys/i386/i386/pmap.c");
        Assert.Contains(finding.Advice, a => a.Kind == "loader");
    }

    private static Finding Find(string sysctls, string? platform = null)
    {
        DiagnosisReport report = platform is null
            ? HealthyCapture.Diagnose(
                ("dmesg.txt", Encoding.UTF8.GetBytes(HealthyCapture.Text("dmesg.txt") + Message)),
                ("sysctl.txt", Encoding.UTF8.GetBytes(HealthyCapture.Text("sysctl.txt") + sysctls)))
            : new Diagnoser(BuiltInKnowledge.Load()).Diagnose([Given.Capture(
                ("dmesg.txt", Message),
                ("sysctl.txt", $"kern.osrelease: 12.4-RELEASE\nhw.machine_arch: {platform}\nkern.hostname: fw\n{sysctls}"))])!;
        return Assert.Single(report.Findings, f => f.Rule == "LS0205");
    }
}
