using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Tests.Diagnosis.Rules;

public sealed class ZoneLimitRuleTests
{
    private static readonly IRule Near = new LS0202ZoneNearLimit();
    private static readonly IRule Failures = new LS0203ZoneFailures();

    [Fact]
    public void Pf_states_at_their_limit_are_critical_and_the_advice_is_pf_conf()
    {
        Finding finding = Assert.Single(new ZoneHost()
            .Sysctl("hw.physmem", 4L << 30)
            .Zone("pf states", 352, 10_000, 10_000, 0, 90_000_000, 2_000_000)
            .Zone("pf state keys", 88, 0, 18_000)
            .Find(Near));

        Assert.Equal("pf states", finding.Subject.Name);
        Assert.Equal(Severity.Critical, finding.Severity);
        Assert.Equal(Verdict.Exhaustion, finding.Verdict);
        Assert.Contains(finding.Advice, a => a.Persist is { File: "/etc/pf.conf", Line: "set limit states 20000" } && a.Risk is not null);
    }

    [Fact]
    public void Zones_under_one_limit_are_one_finding()
    {
        Finding finding = Assert.Single(new ZoneHost()
            .Sysctl("kern.ipc.maxsockets", 32_173)
            .Sysctl("kern.ipc.numopensockets", 31_900)
            .Zone("socket", 1024, 32_173, 31_900)
            .Zone("unpcb", 256, 32_173, 30_500)
            .Find(Near));

        Assert.Equal("socket", finding.Subject.Name);
        Assert.Equal("kern.ipc.maxsockets", finding.Exhaustion?.Of);
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("unpcb", StringComparison.Ordinal));
        Assert.Contains(finding.Advice, a => a.Commands.Contains("sysctl kern.ipc.maxsockets=64346"));
    }

    [Theory]
    [InlineData("11.3-RELEASE", "sysctl kern.ipc.maxsockets=32768")]
    [InlineData("8.4-RELEASE", "sysctl kern.ipc.maxsockets=32768")]
    public void The_limit_of_the_zone_is_that_of_sockets_where_no_sysctl_is_in_the_capture(string release, string command)
    {
        Finding finding = Assert.Single(Rule.Findings("LS0202", Given.Case(
            ("sysctl.txt", $"kern.osrelease: {release}\n"),
            ("vmstat-z.txt", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\nsocket: 872, 16384, 16384, 0, 40211331, 22107, 0\n"))));
        Advice raise = Assert.Single(finding.Advice, a => a.Kind == "sysctl");
        Assert.Equal(command, Assert.Single(raise.Commands).ToString());
        Assert.Contains("only be raised", raise.Revert, StringComparison.Ordinal);
    }

    [Fact]
    public void A_modules_own_zone_is_found_without_being_known()
    {
        Finding finding = Assert.Single(new ZoneHost().Zone("foo request", 512, 1_000, 930).Find(Near));
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Equal("foo request", finding.Subject.Name);
        Assert.All(finding.Advice, a => Assert.Equal("look", a.Kind));
    }

    [Theory]
    [InlineData("hostcache", 64, 15_360, 15_360)]
    [InlineData("vnpbuf", 2360, 128, 128)]
    [InlineData("tcptw", 50, 27_000, 27_000)]
    [InlineData("mbuf_cluster", 2048, 25_600, 25_600)]
    [InlineData("socket", 1024, 32_173, 28_000)]
    [InlineData("foo request", 512, 8, 8)]
    [InlineData("VNODE", 448, 0, 900_000)]
    public void Zones_that_are_meant_to_be_full_or_are_not_full_or_belong_to_another_rule_are_left_alone(
        string name, long size, long limit, long used) =>
        Assert.Empty(new ZoneHost().Zone(name, size, limit, used).Find(Near));

    [Fact]
    public void Open_files_have_no_zone_limit_and_are_held_against_their_sysctl()
    {
        Finding finding = Assert.Single(new ZoneHost()
            .Sysctl("kern.openfiles", 31_950).Sysctl("kern.maxfiles", 32_173)
            .Zone("Files", 80, 0, 31_940)
            .Find(Near));

        Assert.Equal("Files", finding.Subject.Name);
        Assert.Equal(Severity.Critical, finding.Severity);
        Assert.Contains("kern.maxfiles", finding.Title);
        Assert.Empty(new ZoneHost().Sysctl("kern.openfiles", 474).Sysctl("kern.maxfiles", 32_173).Find(Near));
    }

    [Fact]
    public void Loader_limits_are_advised_for_loader_conf()
    {
        Finding finding = Assert.Single(new ZoneHost()
            .Sysctl("net.graph.maxalloc", 4_096)
            .Zone("NetGraph items", 72, 4_118, 4_118)
            .Find(Near));
        Assert.Contains(finding.Advice, a => a.Persist is { File: "/boot/loader.conf", Line: "net.graph.maxalloc=\"8192\"" });
    }

    [Fact]
    public void Failures_of_internal_zones_are_normal()
    {
        Assert.Empty(new ZoneHost()
            .Sysctl("vm.stats.vm.v_free_count", 100).Sysctl("vm.stats.vm.v_free_min", 1_645)
            .Zone("vm pgcache", 4096, 0, 226_800, 118, 1_623_142, 8_776)
            .Zone("2 Bucket", 32, 0, 88, 668, 453_875, 286_381)
            .Zone("256 Bucket", 2048, 0, 43, 11, 161_725, 6_316)
            .Zone("vmem btag", 56, 0, 1_420, 656, 3_144, 20)
            .Find(Failures));
    }

    [Fact]
    public void Failures_at_a_limit_are_information_when_old_and_a_warning_when_they_rise()
    {
        ZoneHost before = new ZoneHost().Zone("pf states", 352, 100_000, 4_000, 0, 90_000_000, 2_000);
        ZoneHost after = new ZoneHost().Zone("pf states", 352, 100_000, 5_000, 0, 90_400_000, 2_600);

        Assert.Equal(Severity.Info, Assert.Single(before.Find(Failures)).Severity);
        Finding rising = Assert.Single(after.FindAfter(Failures, before));
        Assert.Equal(Severity.Warning, rising.Severity);
        Assert.Contains("600 more in 1.0 h", rising.Title);
    }

    [Theory]
    [InlineData(500, 40_000, Severity.Info)]
    [InlineData(5_000, 4_000_000, Severity.Info)]
    [InlineData(5_000, 40_000, Severity.Warning)]
    public void Failures_without_a_limit_that_go_on_are_a_warning(long failed, long requests, Severity severity)
    {
        ZoneHost before = new ZoneHost().Zone("tcp_inpcb", 1_280, 0, 900, 0, requests);
        ZoneHost after = new ZoneHost().Zone("tcp_inpcb", 1_280, 0, 900, 0, requests, failed);
        Assert.Equal(severity, Assert.Single(after.FindAfter(Failures, before)).Severity);
    }

    [Fact]
    public void Failures_without_a_limit_are_told_only_when_memory_is_short()
    {
        ZoneHost host = new ZoneHost().Zone("zio_buf_comb_131072", 131_072, 0, 112, 74, 13_620, 900);
        Assert.Empty(host.Sysctl("vm.stats.vm.v_free_count", 60_000).Sysctl("vm.stats.vm.v_free_min", 1_645).Find(Failures));
        Finding finding = Assert.Single(new ZoneHost().Zone("zio_buf_comb_131072", 131_072, 0, 112, 74, 13_620, 900)
            .Sysctl("vm.stats.vm.v_free_count", 900).Sysctl("vm.stats.vm.v_free_min", 1_645).Find(Failures));
        Assert.Equal(Severity.Info, finding.Severity);
    }

    [Theory]
    [InlineData(20_000, Severity.Warning)]
    [InlineData(9_000, null)]
    [InlineData(900, null)]
    public void Failures_of_one_in_a_hundred_since_boot_are_told_of_a_zone_without_a_limit(long failed, Severity? severity)
    {
        Finding[] findings = [.. new ZoneHost()
            .Sysctl("hw.physmem", 4L << 30)
            .Zone("FPU_save_area", 832, 0, 300, 20, 1_000_000, failed)
            .Find(Failures)];

        Assert.Equal(severity, findings.SingleOrDefault()?.Severity);
    }
}
