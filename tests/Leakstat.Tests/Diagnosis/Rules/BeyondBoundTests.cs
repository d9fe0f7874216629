using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Tests.Diagnosis.Rules;

public sealed class BeyondBoundTests
{
    private static readonly IRule Rule = new LS0107BeyondBound();

    [Fact]
    public void Path_buffers_that_stay_are_suspect()
    {
        Finding finding = Assert.Single(new ZoneHost()
            .Zone("THREAD", 1824, 0, 167).Zone("NAMEI", 1024, 0, 9_000).Find(Rule));

        Assert.Equal("NAMEI", finding.Subject.Name);
        Assert.Equal(Verdict.Suspect, finding.Verdict);
        Assert.Equal(Severity.Warning, finding.Severity);

        // 4 × 167 threads + 512
        Assert.Contains("1,180 at most", finding.Title);
    }

    [Fact]
    public void Sockets_without_a_control_block_are_suspect_though_the_kernel_counts_them() =>
        Assert.Equal("socket", Assert.Single(new ZoneHost()
            .Sysctl("kern.ipc.numopensockets", 19_000).Zone("socket", 1024, 32_173, 19_000).Zone("tcp_inpcb", 1320, 0, 900)
            .Zone("udp_inpcb", 424, 0, 40).Zone("unpcb", 256, 0, 120).Zone("ripcb", 424, 0, 2).Find(Rule)).Subject.Name);

    [Fact]
    public void Inodes_without_vnodes_are_suspect() =>
        Assert.Equal("FFS inode", Assert.Single(new ZoneHost()
            .Zone("VNODE", 448, 0, 6_000).Zone("FFS inode", 200, 0, 60_000).Zone("FFS2 dinode", 256, 0, 60_000).Find(Rule)).Subject.Name);

    [Fact]
    public void Credentials_that_nothing_carries_are_suspect()
    {
        Finding finding = Assert.Single(new ZoneHost()
            .Zone("PROC", 1376, 0, 138).Zone("Files", 80, 0, 474).Zone("VNODE", 448, 0, 7_276)
            .Type("cred", 400_000, 400_000 * 256).Find(Rule));
        Assert.Equal(new Subject(SubjectKind.Malloc, "cred"), finding.Subject);
        Assert.Equal(400_000 * 256, finding.BytesAtStake);
    }

    [Fact]
    public void What_cannot_be_compared_is_left_alone()
    {
        Assert.Empty(new ZoneHost().Zone("socket", 1024, 32_173, 9_000).Zone("NAMEI", 1024, 0, 9_000).Find(Rule));
        Assert.Empty(new ZoneHost().Sysctl("net.inet.tcp.pcbcount", 3).Zone("tcp_inpcb", 1320, 0, 40_000).Type("vnet", 12, 4096).Find(Rule));
        Assert.Empty(new ZoneHost().Sysctl("hw.physmem", 1_054_261_248).Zone("THREAD", 1824, 0, 167).Zone("NAMEI", 1024, 0, 4_294_967_000).Find(Rule));
    }

    [Fact]
    public void A_busy_server_is_left_alone() => Assert.Empty(new ZoneHost()
        .Sysctl("kern.ipc.numopensockets", 90_000).Sysctl("kern.openfiles", 120_000).Sysctl("net.inet.tcp.pcbcount", 110_000)
        .Sysctl("vfs.numvnodes", 500_000)
        .Zone("VNODE", 448, 0, 499_000).Zone("FFS inode", 200, 0, 400_000).Zone("FFS2 dinode", 256, 0, 400_000)
        .Zone("socket", 1024, 500_000, 90_100).Zone("tcp_inpcb", 1320, 0, 112_000).Zone("unpcb", 256, 500_000, 4_000)
        .Zone("Files", 80, 0, 119_900).Zone("KNOTE", 160, 0, 400_000).Zone("pipe", 736, 0, 3_000)
        .Zone("PROC", 1376, 0, 900).Zone("VMSPACE", 616, 0, 870).Zone("filedesc0", 1072, 0, 900)
        .Zone("THREAD", 1824, 0, 6_000, 400).Zone("TURNSTILE", 136, 0, 6_400).Zone("SLEEPQUEUE", 80, 0, 6_400).Zone("NAMEI", 1024, 0, 700)
        .Zone("pf states", 352, 400_000, 100_000).Zone("pf state keys", 88, 0, 190_000)
        .Zone("g_bio", 376, 0, 2_000).Zone("VM OBJECT", 264, 0, 520_000).Zone("MAP ENTRY", 96, 0, 90_000).Zone("TMPFS node", 232, 0, 0)
        .Type("cred", 9_000, 9_000 * 256).Type("soname", 40, 1_280)
        .Find(Rule));
}
