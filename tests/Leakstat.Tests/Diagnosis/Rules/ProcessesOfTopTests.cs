using System.Text;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Tests.Diagnosis.Verdicts;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>The head of top(1) counts processes, and with -H threads, which are none.</summary>
public sealed class ProcessesOfTopTests
{
    private const string Message = "maxproc limit exceeded by uid 1001 (pid 2345); see tuning(7) and login.conf(5)\n";

    [Theory]
    [InlineData("6380 processes:  1 running, 6379 sleeping", false, false)]
    [InlineData("19 processes:  1 running, 18 sleeping", true, false)]
    [InlineData("6380 threads:   1 running, 6379 sleeping", false, true)]
    public void Processes_of_the_head_of_top_are_counted_where_nothing_else_is(string head, bool isPast, bool mayBePast)
    {
        DiagnosisReport report = HealthyCapture.Diagnose(
            ("dmesg.txt", Text(HealthyCapture.Text("dmesg.txt") + Message)),
            ("vmstat-z.json", null), ("vmstat-z.xml", null), ("ps.txt", null), ("ps.json", null), ("ps.xml", null),
            ("vmstat-z.txt", Text(HealthyCapture.Changed("vmstat-z.txt", "^PROC:.*\n", ""))),
            ("top.txt", Text(HealthyCapture.Changed("top.txt", "^19 processes:.*", head))));

        Finding finding = Assert.Single(report.Findings, f => f.Rule == "LS0213");
        Assert.Equal((isPast, mayBePast), (finding.IsPast, finding.MayBePast));
        Assert.Equal(!isPast && !mayBePast, report.Findings.Any(f => f.Rule == "LS0202"));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
