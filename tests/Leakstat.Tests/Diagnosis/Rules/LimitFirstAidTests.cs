using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.Tests.Diagnosis.Verdicts;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>What is said to do about a limit, and of what happens at it, goes with how near it is.</summary>
public sealed class LimitFirstAidTests
{
    private const string Files = "kern.maxfiles limit exceeded by uid 80, please see tuning(7).\n";

    [Fact]
    public void Where_nothing_tells_whether_it_is_met_the_counts_are_looked_at_before_anything_is_raised()
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", Dmesg(Files)),
            ("vmstat-z.txt", null), ("vmstat-z.json", null), ("vmstat-z.xml", null),
            ("sysctl.txt", Changed("^kern.openfiles: .*\n", "")));

        Assert.True(report.Findings[0].MayBePast, report.Findings[0].Title);
        FirstAid aid = FirstAidPlan.Of(report)!;
        Assert.StartsWith("nothing tells whether the limit is still met", aid.Now.Text, StringComparison.Ordinal);
        Assert.Equal("sysctl kern.openfiles kern.maxfiles kern.maxfilesperproc", aid.Now.Command?.ToString());
        Assert.StartsWith("fstat | awk", aid.Next.Command?.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(29_600, "Once it is full: nothing can be opened any more")]
    [InlineData(32_173, "Nothing can be opened any more")]
    public void What_happens_at_a_limit_is_said_to_happen_only_where_it_is_met(int open, string text)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("sysctl.txt", Changed("^kern.maxfiles: .*", "kern.maxfiles: 32173", "^kern.openfiles: .*", $"kern.openfiles: {open}")));

        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0202");
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith(text, StringComparison.Ordinal));
        Assert.StartsWith("fstat | awk", FirstAidPlan.Of(report)!.Next.Command?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_that_the_kernel_reckons_itself_is_no_limit_of_nothing()
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", Dmesg("swap zone exhausted, increase kern.maxswzone\n")),
            ("sysctl.txt", Changed("^kern.maxswzone: .*", "kern.maxswzone: 0")));

        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0213");
        Assert.Contains(
            finding.Evidence, e => e.Text.StartsWith("kern.maxswzone is 0: the kernel reckons the size itself", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pool_that_caches_keep_at_its_limit_is_not_said_to_have_room()
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("netstat-m.json", null), ("netstat-m.xml", null), ("vmstat-z.json", null), ("vmstat-z.xml", null),
            ("netstat-m.txt", Text(HealthyCapture.Changed(
                "netstat-m.txt", "^.* mbuf clusters in use .*", "500/62169/62669/62669 mbuf clusters in use (current/cache/total/max)")
                .Replace("0/0/0 requests for mbufs denied", "0/900/0 requests for mbufs denied", StringComparison.Ordinal))),
            ("vmstat-z.txt", Text(HealthyCapture.Changed(
                "vmstat-z.txt", "^mbuf_cluster:.*", "mbuf_cluster:          2048,  62669,   62669,       0,   62669, 900,   0,   0")
                .Replace("256,      0,       0,     508,      16,", "256,      0,     500,   62169,      16,", StringComparison.Ordinal))));

        Finding finding = Assert.Single(report.Findings, f => f is { Rule: "LS0402", Subject.Name: "mbuf_cluster" });
        Assert.DoesNotContain("not full now", finding.Title, StringComparison.Ordinal);
        Assert.False(finding.IsPast);
    }

    private static byte[] Dmesg(string messages) => Text(HealthyCapture.Text("dmesg.txt") + messages);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Changed(string line, string instead, string? other = null, string? insteadOfOther = null)
    {
        string text = HealthyCapture.Changed("sysctl.txt", line, instead);
        return Text(other is null ? text : System.Text.RegularExpressions.Regex.Replace(
            text, other, insteadOfOther!, System.Text.RegularExpressions.RegexOptions.Multiline, TimeSpan.FromSeconds(10)));
    }
}
