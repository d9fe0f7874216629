using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Tests.Diagnosis.Rules;

public sealed class ZoneMemoryRuleTests
{
    private const long Gib = 1L << 30;

    private static readonly IRule Caches = new LS0210CachesHoldMemory();
    private static readonly IRule Domains = new LS0211DomainFull();
    private static readonly IRule Slabs = new LS0108ScatteredSlabs();

    [Fact]
    public void A_large_cache_is_healthy_information()
    {
        Finding finding = Assert.Single(new ZoneHost().Sysctl("hw.physmem", 8 * Gib)
            .Zone("abd_chunk", 4096, 0, 100_000, 400_000).Find(Caches));

        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Equal(Verdict.Healthy, finding.Verdict);
        Assert.Equal(400_000L * 4096, finding.BytesAtStake);
        Assert.All(finding.Advice, a => Assert.Equal("look", a.Kind));
    }

    [Fact]
    public void A_large_cache_while_memory_is_short_is_a_warning_and_draining_says_what_it_does()
    {
        ZoneHost host = new ZoneHost().Sysctl("hw.physmem", 8 * Gib)
            .Sysctl("vm.stats.vm.v_free_count", 2_000).Sysctl("vm.stats.vm.v_free_target", 43_000)
            .Zone("zio_buf_comb_131072", 131_072, 0, 100, 20_000);

        Finding finding = Assert.Single(host.Find(Caches));
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains(finding.Advice, a => a.Commands.Contains("sysctl debug.uma_reclaim=2") && a.Risk!.Contains("Changes the running system"));
        Assert.DoesNotContain(Assert.Single(host.Release("13.2-RELEASE").Find(Caches)).Advice, a => a.Commands.Any(c => c.ToString().Contains("uma_reclaim", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_free_packet_counts_with_its_cluster()
    {
        // 400,000 × (256 + 2,048) bytes are 11 % of 8 GiB; the mbufs alone would be 1 %.
        Finding finding = Assert.Single(new ZoneHost().Sysctl("hw.physmem", 8 * Gib)
            .Zone("mbuf_packet", 256, 0, 1_000, 400_000).Zone("mbuf", 256, 0, 500).Zone("mbuf_cluster", 2048, 500_000, 401_000)
            .Find(Caches));
        Assert.Equal(400_000L * 2304, finding.BytesAtStake);
    }

    [Theory]
    [InlineData("vm pgcache", 4096, 100_000, 400_000)]
    [InlineData("malloc-256", 256, 100_000, 400_000)]
    [InlineData("abd_chunk", 4096, 1_500_000, 250_000)]
    public void Pages_of_others_small_caches_and_caches_small_for_their_zone_are_left_alone(string name, long size, long used, long free) =>
        Assert.Empty(new ZoneHost().Sysctl("hw.physmem", 8 * Gib).Zone(name, size, 0, used, free).Find(Caches));

    [Fact]
    public void A_full_domain_beside_a_free_one_is_found_with_what_is_bound_to_it()
    {
        Finding finding = Assert.Single(Numa(1_000, 900_000)
            .Sysctl("vm.uma.foo.size", 512).Sysctl("vm.uma.foo.flags", "0x0").Sysctl("vm.uma.foo.keg.name", "foo")
            .Sysctl("vm.uma.foo.keg.domain.0.pages", 200_000).Sysctl("vm.uma.foo.keg.domain.1.pages", 10)
            .Find(Domains));

        Assert.Equal(Subject.Host("memory"), finding.Subject);
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("keg foo", StringComparison.Ordinal));
    }

    [Fact]
    public void Domains_that_are_all_free_or_all_full_or_single_are_left_alone()
    {
        Assert.Empty(Numa(800_000, 900_000).Find(Domains));
        Assert.Empty(Numa(1_000, 2_000).Find(Domains));
        Assert.Empty(new ZoneHost().Sysctl("vm.ndomains", 1).Sysctl("vm.domain.0.stats.free_count", 10)
            .Sysctl("vm.domain.0.stats.free_target", 20_000).Sysctl("vm.domain.0.stats.free_min", 5_000).Find(Domains));
    }

    [Fact]
    public void A_keg_that_grows_while_its_items_do_not_is_information()
    {
        Finding finding = Assert.Single(Keg(100_000, 1_600_000, 900_000).FindAfter(Slabs, Keg(50_000, 800_000, 880_000)));
        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Equal(Verdict.Suspect, finding.Verdict);
        Assert.Equal(50_000L * 4096, finding.BytesAtStake);
        Assert.Contains("items in use did not grow", finding.Title);
    }

    [Fact]
    public void Slabs_partly_used_count_and_slabs_wholly_free_do_not()
    {
        // 16 items a page: room for 1,600,000; 1,200,000 free.
        Finding finding = Assert.Single(Keg(100_000, 1_200_000, 400_000).Find(Slabs));
        Assert.Contains("partly in use", finding.Title);
        Assert.Equal(1_200_000L * 256, finding.BytesAtStake);

        Assert.Empty(Keg(100_000, 1_200_000, 400_000).Sysctl("vm.uma.foo.keg.domain.0.free_slabs", 70_000).Find(Slabs));
        Assert.Empty(Keg(100_000, 300_000, 1_300_000).Find(Slabs));
    }

    [Fact]
    public void A_keg_that_grows_with_its_items_is_left_alone() =>
        Assert.Empty(Keg(100_000, 1_000, 1_590_000).FindAfter(Slabs, Keg(50_000, 1_000, 790_000)));

    private static ZoneHost Numa(long first, long second) => new ZoneHost()
        .Sysctl("vm.ndomains", 2)
        .Sysctl("vm.domain.0.stats.free_count", first).Sysctl("vm.domain.0.stats.free_target", 21_000).Sysctl("vm.domain.0.stats.free_min", 6_500)
        .Sysctl("vm.domain.1.stats.free_count", second).Sysctl("vm.domain.1.stats.free_target", 21_000).Sysctl("vm.domain.1.stats.free_min", 6_500);

    private static ZoneHost Keg(long pages, long freeItems, long live) => new ZoneHost()
        .Sysctl("hw.physmem", 4 * Gib)
        .Sysctl("vm.uma.foo.size", 256).Sysctl("vm.uma.foo.flags", "0x0").Sysctl("vm.uma.foo.keg.name", "foo")
        .Sysctl("vm.uma.foo.keg.rsize", 256).Sysctl("vm.uma.foo.keg.ppera", 1).Sysctl("vm.uma.foo.keg.ipers", 16)
        .Sysctl("vm.uma.foo.keg.domain.0.pages", pages).Sysctl("vm.uma.foo.keg.domain.0.free_items", freeItems)
        .Sysctl("vm.uma.foo.stats.current", live);
}
