using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Tests.Diagnosis.Rules;

public sealed class MbufRuleTests
{
    private const string HealthyJunos = """
        588/2142/2730 mbufs in use (current/cache/total)
        516/714/1230/124756 mbuf clusters in use (current/cache/total/max)
        513/499 mbuf+clusters out of packet secondary zone in use (current/cache)
        0/2/2/62377 4k (page size) jumbo clusters in use (current/cache/total/max)
        0/0/0/18482 9k (page size) jumbo clusters in use (current/cache/total/max)
        0/0/0/10396 16k (page size) jumbo clusters in use (current/cache/total/max)
        1179K/1971K/3150K bytes allocated to network (current/cache/total)
        0/0/0 requests for mbufs denied (mbufs/clusters/mbuf+clusters)

        """;

    private static readonly IRule Near = new LS0401MbufsNearLimit();

    private static ZoneHost Small => new ZoneHost()
        .Sysctl("hw.physmem", 1_054_261_248)
        .Sysctl("kern.ipc.maxmbufmem", 513_390_592)
        .Sysctl("kern.ipc.nmbufs", 401_086)
        .Sysctl("kern.ipc.nmbclusters", 62_670)
        .Sysctl("kern.ipc.nmbjumbop", 31_334)
        .Sysctl("kern.ipc.nmbjumbo9", 9_284)
        .Sysctl("kern.ipc.nmbjumbo16", 5_222);

    [Fact]
    public void Clusters_that_neither_sockets_nor_rings_explain_are_held()
    {
        Finding finding = Assert.Single(Small
            .Sysctl("kern.ipc.numopensockets", 9)
            .Sysctl("dev.vtnet.0.rxq0.ipackets", 6152)
            .Zone("mbuf_packet", 256, 0, 56_000, 388)
            .Zone("mbuf", 256, 401_086, 258, 759)
            .Zone("mbuf_cluster", 2048, 62_670, 56_388)
            .Find(Near));

        Assert.Equal("mbuf_cluster", finding.Subject.Name);
        Assert.Equal(SubjectKind.Mbuf, finding.Subject.Kind);
        Assert.Equal(Severity.Critical, finding.Severity);
        Assert.Equal(Verdict.Exhaustion, finding.Verdict);
        Assert.Contains("56,000 of 62,670", finding.Title);
        Assert.Contains("more than sockets and NIC rings explain", finding.Title);
        Assert.Equal("look", finding.Advice[0].Kind);
        Assert.Contains(finding.Advice, a => a.Commands.Contains("sysctl kern.ipc.nmbclusters=125952") && a.Text.Contains("buys time"));
    }

    [Fact]
    public void What_is_reckoned_from_two_rows_names_both()
    {
        Finding finding = Assert.Single(Rule.Findings("LS0401", Given.Case(
            ("vmstat-z.txt", """
                ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP
                mbuf_packet: 256, 0, 24011, 1589, 91120311, 0, 0
                mbuf: 256, 0, 27119, 2201, 99120311, 0, 0
                mbuf_cluster: 2048, 25600, 25600, 0, 25600, 15310, 0

                """))));
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("24,011 mbuf clusters in use", StringComparison.Ordinal) && e.At is null);
        Assert.Contains(finding.Evidence, e => e.Text == "USED of mbuf_cluster: 25,600" && e.At?.Line == 4);
        Assert.Contains(finding.Evidence, e => e.Text == "of them in FREE of mbuf_packet: 1,589" && e.At?.Line == 2);
    }

    [Fact]
    public void Clusters_parked_in_cached_packets_are_not_in_use()
    {
        // 62,000 USED in vmstat -z, of which 40,000 sit in free items of mbuf_packet: 22,000 of 62,670 are in use.
        Assert.Empty(Small
            .Sysctl("kern.ipc.numopensockets", 9)
            .Zone("mbuf_packet", 256, 0, 21_000, 40_000)
            .Zone("mbuf", 256, 401_086, 258)
            .Zone("mbuf_cluster", 2048, 62_670, 62_000)
            .Find(Near));
    }

    [Fact]
    public void A_busy_server_needs_a_higher_limit_and_mbufs_are_raised_first()
    {
        Finding finding = Assert.Single(new ZoneHost()
            .Sysctl("hw.physmem", 34_359_738_368)
            .Sysctl("kern.ipc.maxmbufmem", 17_179_869_184)
            .Sysctl("kern.ipc.nmbufs", 50_000)
            .Sysctl("kern.ipc.nmbclusters", 25_600)
            .Sysctl("kern.ipc.nmbjumbop", 12_800)
            .Sysctl("kern.ipc.nmbjumbo9", 6_400)
            .Sysctl("kern.ipc.nmbjumbo16", 3_200)
            .Sysctl("kern.ipc.numopensockets", 8_000)
            .Zone("mbuf", 256, 50_000, 20_000)
            .Zone("mbuf_cluster", 2048, 25_600, 25_600, 0, 5_000_000, 317_691)
            .Find(Near));

        Assert.Equal(Severity.Critical, finding.Severity);
        Assert.DoesNotContain("explain", finding.Title);

        // 51,200 + 12,800 + 6,400 + 3,200 = 73,600 mbufs are the least that the kernel accepts with 51,200 clusters.
        Assert.Equal(["sysctl kern.ipc.nmbufs=73600"], finding.Advice[0].Commands);
        Assert.Equal(["sysctl kern.ipc.nmbclusters=51200"], finding.Advice[1].Commands);
        Assert.Equal("/etc/sysctl.conf", finding.Advice[1].Persist?.File);
    }

    [Fact]
    public void Netstat_alone_is_enough_and_says_what_it_cannot_tell()
    {
        Finding finding = Assert.Single(new ZoneHost().Release(null).Netstat("""
            30000/210/30210 mbufs in use (current/cache/total)
            25590/10/25600/25600 mbuf clusters in use (current/cache/total/max)
            0/0/0/12800 4k (page size) jumbo clusters in use (current/cache/total/max)
            0/317691/0 requests for mbufs denied (mbufs/clusters/mbuf+clusters)

            """).Find(Near));

        Assert.Equal(Severity.Critical, finding.Severity);
        Assert.Contains(finding.Evidence, e => e.Text.Contains("cannot be told"));
        Assert.Contains(finding.Evidence, e => e.Text.Contains("317,691 requests denied") && e.At?.Line == 4);
    }

    [Fact]
    public void Idle_hosts_are_left_alone()
    {
        ZoneHost junos = new ZoneHost().Release(null).Netstat(HealthyJunos);
        ZoneHost rings = Small
            .Sysctl("kern.ipc.numopensockets", 40)
            .Sysctl("dev.ix.0.queue0.rx_packets", 1)
            .Sysctl("dev.ix.0.queue1.rx_packets", 1)
            .Zone("mbuf", 256, 401_086, 8_500)
            .Zone("mbuf_cluster", 2048, 62_670, 8_192);
        foreach (IRule rule in (IRule[])[Near, new LS0402MbufRequestsDenied(), new LS0403JumboFragmentation(), new LS0404MbufsHeld()])
        {
            Assert.Empty(junos.Find(rule));
            Assert.Empty(rings.Find(rule));
        }
    }

    [Fact]
    public void Denials_that_are_old_are_information_and_those_that_rise_are_a_warning()
    {
        ZoneHost before = Small.Zone("mbuf_cluster", 2048, 62_670, 3_000, 0, 5_000_000, 500);
        ZoneHost same = Small.Zone("mbuf_cluster", 2048, 62_670, 3_000, 0, 6_000_000, 500);
        ZoneHost more = Small.Zone("mbuf_cluster", 2048, 62_670, 3_000, 0, 6_000_000, 740);
        IRule rule = new LS0402MbufRequestsDenied();

        Assert.Equal(Severity.Info, Assert.Single(before.Find(rule)).Severity);
        Assert.Equal(Severity.Info, Assert.Single(same.FindAfter(rule, before)).Severity);
        Finding rising = Assert.Single(more.FindAfter(rule, before));
        Assert.Equal(Severity.Warning, rising.Severity);
        Assert.Contains("240 more in 1.0 h", rising.Title);
    }

    [Fact]
    public void Denials_of_packets_are_the_clusters_trouble()
    {
        Finding finding = Assert.Single(Small
            .Zone("mbuf_packet", 256, 0, 100, 100, 2_000_000, 60_000)
            .Zone("mbuf", 256, 401_086, 258)
            .Zone("mbuf_cluster", 2048, 62_670, 400)
            .Find(new LS0402MbufRequestsDenied()));

        Assert.Equal("mbuf_cluster", finding.Subject.Name);
        Assert.Equal(Severity.Warning, finding.Severity);
    }

    [Fact]
    public void Large_clusters_denied_below_the_limit_with_free_memory_in_single_pages_are_fragmentation()
    {
        ZoneHost host = Small
            .Sysctl("vm.stats.vm.v_free_count", 60_000)
            .Sysctl("vm.stats.vm.v_free_min", 1_645)
            .Sysctl("vm.phys_free", """

                DOMAIN 0:

                FREE LIST 0:

                  ORDER (SIZE)  |  NUMBER
                                |  POOL 0  |  POOL 1
                --            -- --      -- --      --
                  12 ( 16384K)  |       0  |       0
                   2 (    16K)  |       3  |       1
                   1 (     8K)  |    9000  |     500
                   0 (     4K)  |   30000  |   11000
                """)
            .Zone("mbuf_jumbo_9k", 9216, 9_284, 2_048, 12, 800_000, 44_000);

        Finding finding = Assert.Single(host.Find(new LS0403JumboFragmentation()));

        Assert.Equal("mbuf_jumbo_9k", finding.Subject.Name);
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Equal(Verdict.Misconfiguration, finding.Verdict);
        Assert.Contains(finding.Evidence, e => e.Text.StartsWith("4 free runs of four pages or more", StringComparison.Ordinal) && e.Value == 4);
        Assert.Empty(host.Find(new LS0402MbufRequestsDenied()));
    }

    [Fact]
    public void Large_clusters_denied_for_want_of_memory_or_at_the_limit_are_no_fragmentation()
    {
        IRule rule = new LS0403JumboFragmentation();
        Assert.Empty(Small
            .Sysctl("vm.stats.vm.v_free_count", 900)
            .Sysctl("vm.stats.vm.v_free_min", 1_645)
            .Zone("mbuf_jumbo_9k", 9216, 9_284, 2_048, 12, 800_000, 44_000)
            .Find(rule));
        Assert.Empty(Small.Zone("mbuf_jumbo_9k", 9216, 9_284, 9_284, 0, 800_000, 44_000).Find(rule));
        Assert.Empty(Small.Zone("mbuf_jumbo_9k", 9216, 9_284, 2_048, 12, 800_000, 3).Find(rule));
    }

    [Fact]
    public void Many_clusters_far_from_the_limit_and_hardly_a_socket_are_suspect()
    {
        ZoneHost host = new ZoneHost()
            .Sysctl("hw.physmem", 8L << 30)
            .Sysctl("kern.ipc.numopensockets", 12)
            .Sysctl("dev.em.0.iflib.rxq0.rxq_fl0.credits", 1023)
            .Zone("mbuf_packet", 256, 0, 120_000)
            .Zone("mbuf", 256, 3_000_000, 500)
            .Zone("mbuf_cluster", 2048, 500_000, 120_400);

        Finding finding = Assert.Single(host.Find(new LS0404MbufsHeld()), f => f.Subject.Name == "mbuf_cluster");
        Assert.Equal(Verdict.Suspect, finding.Verdict);
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Empty(host.Find(Near));
    }

    [Fact]
    public void Full_socket_buffers_of_many_connections_are_no_suspects()
    {
        Assert.Empty(new ZoneHost()
            .Sysctl("hw.physmem", 8L << 30)
            .Sysctl("kern.ipc.numopensockets", 5_000)
            .Zone("mbuf", 256, 3_000_000, 130_000)
            .Zone("mbuf_cluster", 2048, 500_000, 120_400)
            .Find(new LS0404MbufsHeld()));
    }
}
