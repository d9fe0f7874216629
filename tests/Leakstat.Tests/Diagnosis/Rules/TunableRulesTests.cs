using System.Text;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>Tunables by value and by line. What each release reads is the table of <c>docs/rules/LS0602.md</c> and its sources.</summary>
public sealed class TunableRulesTests
{
    private const long Giga = 1L << 30;

    [Theory]
    [InlineData("kern.maxvnodes", 0)]
    [InlineData("kern.maxvnodes", -1)]
    [InlineData("kern.ipc.maxsockets", 128)]
    [InlineData("kern.maxfiles", 64)]
    [InlineData("vm.kmem_size", 512L << 20)]
    [InlineData("kern.ipc.nmbclusters", 0)]
    [InlineData("kern.ipc.nmbclusters", 8_000_000)]
    [InlineData("vm.v_free_min", 2_000_000)]
    [InlineData("vm.v_free_target", 2_000_000)]
    [InlineData("vfs.zfs.arc.free_target", 2_000_000)]
    [InlineData("vfs.zfs.dirty_data_max", 12L << 30)]
    [InlineData("vm.pageout_oom_seq", 1)]
    public void A_value_that_starves_or_floods_is_a_warning(string name, long value)
    {
        Finding finding = Rule.Finding("LS0601", HostWith.Release("14.2-RELEASE").Memory(16 * Giga).Sysctl(name, value));

        Assert.Equal((Severity.Warning, Verdict.Misconfiguration), (finding.Severity, finding.Verdict));
        Assert.Equal(Subject.Tunable(name), finding.Subject);
    }

    [Theory]
    [InlineData("kern.maxvnodes", 64_173)]
    [InlineData("kern.ipc.maxsockets", 32_173)]
    [InlineData("kern.maxfiles", 32_173)]
    [InlineData("vm.kmem_size", 15L << 30)]
    [InlineData("kern.ipc.nmbclusters", 1_000_000)]
    [InlineData("vm.v_free_min", 25_000)]
    [InlineData("vfs.zfs.arc.free_target", 86_000)]
    [InlineData("vfs.zfs.dirty_data_max", 1L << 30)]
    [InlineData("vm.pageout_oom_seq", 12)]
    [InlineData("vm.pfault_oom_attempts", 3)]
    public void A_usual_value_is_left_alone(string name, long value) =>
        Rule.IsSilent("LS0601", HostWith.Release("14.2-RELEASE").Memory(16 * Giga).Sysctl(name, value));

    [Fact]
    public void An_ARC_that_gives_way_later_than_programs_is_a_warning()
    {
        HostWith host = HostWith.Release("14.2-RELEASE").Memory(16 * Giga)
            .Sysctl("vm.v_free_min", 25_000).Sysctl("vm.v_free_target", 86_000).Sysctl("vfs.zfs.arc.free_target", 1000);

        Finding finding = Rule.Finding("LS0601", host);

        Assert.Equal("vfs.zfs.arc.free_target=86000", finding.Advice.Single(a => a.Persist is not null).Persist?.Line);
    }

    [Theory]
    [InlineData("14.2-RELEASE", "loader.conf", "kern.maxvnodes=\"500000\"", "kern.maxvnodes=500000")]
    [InlineData("10.4-RELEASE", "loader.conf", "kern.maxfilesperproc=\"9000\"", "kern.maxfilesperproc=9000")]
    [InlineData("14.2-RELEASE", "sysctl.conf", "kern.maxswzone=33554432", "kern.maxswzone=\"33554432\"")]
    [InlineData("9.3-RELEASE", "sysctl.conf", "vfs.zfs.arc_max=4G", "vfs.zfs.arc_max=\"4294967296\"")]
    public void A_line_in_the_wrong_file_is_moved_to_the_right_one(string release, string file, string line, string right)
    {
        Finding finding = Assert.Single(Rule.Findings("LS0602", With(release, (file, line))));

        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Equal(right, finding.Advice.Single(a => a.Persist is not null).Persist?.Line);
        Assert.Equal(1, Assert.Single(finding.Evidence).At?.Line);
    }

    [Theory]
    [InlineData("14.2-RELEASE", "loader.conf", "kern.ipc.nmbclusters=\"500000\"")]
    [InlineData("14.2-RELEASE", "loader.conf", "vfs.zfs.arc.max=\"4G\"")]
    [InlineData("14.2-RELEASE", "loader.conf", "vfs.zfs.arc_max=\"4G\"")]
    [InlineData("12.1-RELEASE", "loader.conf", "kern.maxfilesperproc=\"9000\"")]
    [InlineData("14.2-RELEASE", "loader.conf", "some.driver.tunable=\"1\"")]
    [InlineData("14.2-RELEASE", "sysctl.conf", "kern.maxvnodes=500000")]
    public void A_line_in_the_right_file_is_left_alone(string release, string file, string line) =>
        Assert.Empty(Rule.Findings("LS0602", With(release, (file, line))));

    [Fact]
    public void The_old_name_of_the_ceiling_is_told_from_15_on()
    {
        Finding finding = Assert.Single(Rule.Findings("LS0602", With("15.0-RELEASE", ("loader.conf", "vfs.zfs.arc_max=\"4G\""))));

        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Equal("vfs.zfs.arc.max=4294967296", finding.Advice.Single(a => a.Persist is not null).Persist?.Line);
    }

    [Fact]
    public void A_name_is_called_gone_only_where_a_whole_listing_lacks_it()
    {
        var listing = new StringBuilder("kern.osrelease: 14.2-RELEASE\nhw.machine_arch: amd64\n");
        for (int i = 0; i < 600; i++)
        {
            listing.Append($"dev.test.{i}.x: 1\n");
        }

        const string Line = "vfs.zfs.arc_meta_limit=1000000000\n";
        DiagnosisCase whole = Given.Case(("sysctl.conf", Line), ("sysctl.txt", listing.ToString()));

        Assert.Contains("does not exist", Assert.Single(Rule.Findings("LS0602", whole)).Title);
        Assert.Empty(Rule.Findings("LS0602", With("14.2-RELEASE", ("sysctl.conf", Line))));
    }

    private static DiagnosisCase With(string release, (string Name, string Text) file) =>
        Given.Case((file.Name, file.Text + "\n"), ("sysctl.txt", $"kern.osrelease: {release}\nhw.machine_arch: amd64\n"));
}
