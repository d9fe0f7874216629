using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>Real hosts with nothing wrong: memory, ARC and tunables give no cause for a warning.</summary>
public sealed class HealthyHostsTests
{
    [Theory]
    [InlineData("freebsd-14.2-fresh-boot")]
    [InlineData("freebsd-14.2-zfs-arc-full")]
    [InlineData("freebsd-14.2-healthy-load-series/01")]
    [InlineData("freebsd-14.2-healthy-load-series/05")]
    [InlineData("freebsd-14.2-healthy-load-series/12")]
    public void A_healthy_host_gets_no_warning(string capture)
    {
        DiagnosisCase host = Given.Case(Given.CaptureFolder(capture));

        Assert.Empty(Of(host).Where(f => f.Severity > Severity.Info).Select(f => f.Rule + " " + f.Title));
    }

    [Fact]
    public void A_full_ARC_is_told_as_such_and_nothing_else()
    {
        DiagnosisCase host = Given.Case(Given.CaptureFolder("freebsd-14.2-zfs-arc-full"));

        Finding finding = Assert.Single(Of(host));

        // Hand-read from the capture: size 428030040, c_max 658913280.
        Assert.Equal(("LS0305", Verdict.Healthy, Subject.Arc), (finding.Rule, finding.Verdict, finding.Subject));
        Assert.Contains(finding.Evidence, e => e.Value == 428_030_040);
    }

    private static IEnumerable<Finding> Of(DiagnosisCase host) => RuleRegistry.All
        .Where(r => r.Id.StartsWith("LS03", StringComparison.Ordinal) || r.Id.StartsWith("LS06", StringComparison.Ordinal)
            || r.Id is "LS0201" or "LS0208" or "LS0209" or "LS0212")
        .SelectMany(r => r.Evaluate(host));
}
