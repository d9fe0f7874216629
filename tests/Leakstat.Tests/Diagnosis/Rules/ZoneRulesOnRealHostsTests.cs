using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>The rules about zones and mbufs on captures of real hosts whose truth is known.</summary>
public sealed class ZoneRulesOnRealHostsTests
{
    private static readonly ImmutableArray<string> Ids =
        ["LS0107", "LS0108", "LS0202", "LS0203", "LS0210", "LS0211", "LS0214", "LS0401", "LS0402", "LS0403", "LS0404"];

    [Theory]
    [InlineData("freebsd-14.2-fresh-boot")]
    [InlineData("freebsd-14.2-zfs-arc-full")]
    [InlineData("freebsd-14.2-module-unload-leak")]
    [InlineData("junos-show-system-buffers")]
    [InlineData("nginx-tuning-7.2-netstat")]
    public void Nothing_above_information_where_zones_and_mbufs_are_well(string folder) =>
        Assert.DoesNotContain(Findings(Given.CaptureFolder(folder)), f => f.Severity > Severity.Info);

    [Theory]
    [InlineData("freebsd-14.2-healthy-load-series")]
    [InlineData("freebsd-14.2-leak-malloc-series")]
    public void Nothing_above_information_along_a_series_whose_zones_are_well(string folder) =>
        Assert.DoesNotContain(
            Findings([.. Directory.EnumerateDirectories(Given.Data(folder)).Order(StringComparer.Ordinal)
                .Select(d => Given.CaptureFolder(Path.Combine(folder, Path.GetFileName(d))))]),
            f => f.Severity > Severity.Info);

    [Fact]
    public void Held_clusters_come_first()
    {
        Finding first = Findings(Given.CaptureFolder("freebsd-14.2-mbuf-near-limit"))[0];

        Assert.Equal(new Subject(SubjectKind.Mbuf, "mbuf_cluster"), first.Subject);
        Assert.Equal(Severity.Critical, first.Severity);
        Assert.Equal(Verdict.Exhaustion, first.Verdict);
        Assert.Contains("more than sockets and NIC rings explain", first.Title);
        Assert.Contains(first.Evidence, e => e.Text.Contains("leakmod.ko"));
    }

    private static ImmutableArray<Finding> Findings(params Capture[] captures)
    {
        DiagnosisCase host = Given.Case(captures);
        return FindingOrder.Sort(RuleRegistry.All.Where(r => Ids.Contains(r.Id)).SelectMany(r => r.Evaluate(host)));
    }
}
