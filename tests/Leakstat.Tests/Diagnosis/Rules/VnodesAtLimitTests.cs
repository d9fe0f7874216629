using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;

namespace Leakstat.Tests.Diagnosis.Rules;

public sealed class VnodesAtLimitTests
{
    private static readonly IRule Rule = new LS0214VnodesAtLimit();

    private static ZoneHost Host(long count, long free, long files) => new ZoneHost()
        .Sysctl("hw.physmem", 8L << 30)
        .Sysctl("kern.maxvnodes", 100_000)
        .Sysctl("vfs.numvnodes", count)
        .Sysctl("vfs.freevnodes", free)
        .Sysctl("kern.openfiles", files);

    [Fact]
    public void Held_vnodes_beyond_the_limit_are_critical()
    {
        Finding finding = Assert.Single(Host(104_000, 40, 500).Zone("VNODE", 448, 0, 104_000).Find(Rule));

        Assert.Equal("VNODE", finding.Subject.Name);
        Assert.Equal(Severity.Critical, finding.Severity);
        Assert.Equal(Verdict.Exhaustion, finding.Verdict);
        Assert.Contains("open files do not explain it", finding.Title);
        Assert.Contains(finding.Advice, a => a.Commands.Contains("sysctl kern.maxvnodes=208000") && a.Text.Contains("hides the leak"));
    }

    [Fact]
    public void Many_open_files_explain_held_vnodes()
    {
        Finding finding = Assert.Single(Host(99_500, 900, 80_000).Find(Rule));
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.DoesNotContain("explain", finding.Title);
    }

    [Fact]
    public void Nullfs_is_named_where_it_holds_them()
    {
        Finding finding = Assert.Single(Host(99_900, 10, 500).Type("nullfs_node", 45_000, 45_000 * 128).Find(Rule));
        Assert.Contains(finding.Advice, a => a.Commands.Contains("sysctl vfs.nullfs.cache_vnodes=0"));

        Finding older = Assert.Single(Host(99_900, 10, 500).Release("13.2-RELEASE").Type("nullfs_node", 45_000, 45_000 * 128).Find(Rule));
        Assert.Contains(older.Advice, a => a.Text.Contains("nocache"));
        Assert.DoesNotContain(older.Advice, a => a.Commands.Any(c => c.ToString().Contains("cache_vnodes", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(100_000, 25_000)]
    [InlineData(60_000, 10)]
    public void A_full_cache_with_free_vnodes_and_a_limit_far_away_are_left_alone(long count, long free) =>
        Assert.Empty(Host(count, free, 500).Find(Rule));
}
