using System.Text;
using System.Text.RegularExpressions;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Reports.Views.Findings;
using Leakstat.Tests.Diagnosis.Verdicts;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>A kernel message says that a limit was met once since boot: what is in use at the capture says whether it is now.</summary>
public sealed class PastLimitTests
{
    [Theory]
    [InlineData("kern.maxfiles limit exceeded by uid 80, please see tuning(7).", "LS0213", "open files at the capture")]
    [InlineData("kern.ipc.maxpipekva exceeded; see tuning(7)", "LS0213", "address space of pipes at the capture")]
    [InlineData("swap blk zone exhausted, increase kern.maxswzone", "LS0213", "items of zone swblk at the capture")]
    [InlineData("[zone: socket] kern.ipc.maxsockets limit reached", "LS0204", "in use at the capture")]
    public void A_limit_that_is_far_now_is_past_and_nothing_is_raised_in_a_hurry(string message, string rule, string evidence)
    {
        DiagnosisReport report = HealthyCapture.Diagnose("dmesg.txt", HealthyCapture.Text("dmesg.txt") + message + "\n");

        Finding finding = Assert.Single(report.Findings, f => f.Rule == rule);
        Assert.True(finding.IsPast, finding.Title);
        Assert.Contains(finding.Evidence, e => e.Text.Contains(evidence, StringComparison.Ordinal) && e.At is not null);
        Assert.EndsWith("Now it is not.", Headline.Of(report).Text, StringComparison.Ordinal);
        FirstAid aid = FirstAidPlan.Of(report)!;
        Assert.StartsWith("what happened is over", aid.Now.Text, StringComparison.Ordinal);
        Assert.Null(aid.Now.Command);
    }

    [Fact]
    public void A_limit_that_is_still_met_is_not_past()
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", [.. HealthyCapture.Bytes("dmesg.txt"), .. "kern.maxfiles limit exceeded by uid 80, please see tuning(7).\n"u8]),
            ("sysctl.txt", Encoding.UTF8.GetBytes(HealthyCapture.Changed("sysctl.txt", "^kern.maxfiles: .*", "kern.maxfiles: 60"))));

        Assert.DoesNotContain(report.Findings, f => f.IsPast);
        Assert.Contains(report.Findings, f => f.Rule == "LS0213");
    }

    [Fact]
    public void Where_the_capture_does_not_tell_the_headline_says_so()
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            "dmesg.txt", HealthyCapture.Text("dmesg.txt") + "vm_thread_new: kstack allocation failed\n");

        Assert.False(Assert.Single(report.Findings, f => f.Rule == "LS0213").IsPast);
        Assert.EndsWith("whether it still does cannot be told.", Headline.Of(report).Text, StringComparison.Ordinal);
    }

    /// <summary>0.95 of the limit is in use: neither over, nor unknown.</summary>
    [Fact]
    public void A_limit_that_is_near_still_is_said_to_be_near()
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", [.. HealthyCapture.Bytes("dmesg.txt"), .. "kern.maxfiles limit exceeded by uid 80, please see tuning(7).\n"u8]),
            ("sysctl.txt", Changed("kern.maxfiles", "1000", HealthyCapture.Changed("sysctl.txt", "^kern.openfiles: .*", "kern.openfiles: 950"))));

        Assert.All(report.Findings, f => Assert.False(f.IsPast || f.MayBePast, f.Title));
        Assert.EndsWith("is close to a limit.", Headline.Of(report).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_over_does_not_stand_before_a_limit_that_is_near()
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", [.. HealthyCapture.Bytes("dmesg.txt"), .. "swap blk zone exhausted, increase kern.maxswzone\n"u8]),
            ("sysctl.txt", Changed("kern.maxfiles", "1000", HealthyCapture.Changed("sysctl.txt", "^kern.openfiles: .*", "kern.openfiles: 950"))));

        Assert.Equal(("LS0202", false), (report.Findings[0].Rule, report.Findings[0].IsPast));
        Assert.Contains(report.Findings, f => f is { Rule: "LS0213", IsPast: true, Severity: Severity.Warning });
        Assert.EndsWith("is close to a limit.", Headline.Of(report).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, true, false)]
    [InlineData(12_000, false, true)]
    [InlineData(16_380, false, false)]
    public void Counts_that_no_zone_holds_are_looked_at_too(int states, bool isPast, bool mayBePast)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", [.. HealthyCapture.Bytes("dmesg.txt"), .. "ipfw: Cannot allocate dynamic state, consider increasing net.inet.ip.fw.dyn_max\n"u8]),
            ("sysctl.txt", Encoding.UTF8.GetBytes(HealthyCapture.Changed(
                "sysctl.txt", "^kern.maxproc: .*", $"$0\nnet.inet.ip.fw.dyn_max: 16384\nnet.inet.ip.fw.dyn_count: {states}"))));

        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0213");
        Assert.Equal((isPast, mayBePast), (finding.IsPast, finding.MayBePast));
    }

    private static byte[] Changed(string sysctl, string value, string text) => Encoding.UTF8.GetBytes(
        Regex.Replace(text, $"(?m)^{Regex.Escape(sysctl)}: .*", $"{sysctl}: {value}", RegexOptions.None, TimeSpan.FromSeconds(10)));
}
