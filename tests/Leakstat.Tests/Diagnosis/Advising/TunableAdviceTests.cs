using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Tests.Diagnosis.Advising;

/// <summary>Where each release takes a tunable from is <c>docs/accounting.md</c>, section on tunables: checked by hand.</summary>
public sealed class TunableAdviceTests
{
    [Theory]
    [InlineData("9.3-RELEASE", "loader", "/boot/loader.conf", "vfs.zfs.arc_max=\"4294967296\"")]
    [InlineData("10.4-RELEASE", "sysctl", "/etc/sysctl.conf", "vfs.zfs.arc_max=4294967296")]
    [InlineData("12.1-STABLE", "sysctl", "/etc/sysctl.conf", "vfs.zfs.arc_max=4294967296")]
    [InlineData("13.0-RELEASE", "sysctl", "/etc/sysctl.conf", "vfs.zfs.arc.max=4294967296")]
    [InlineData("15.0-RELEASE", "sysctl", "/etc/sysctl.conf", "vfs.zfs.arc.max=4294967296")]
    public void The_ceiling_of_the_ARC_has_the_name_and_the_file_of_its_release(string release, string kind, string file, string line)
    {
        Advice advice = Assert.Single(TunableAdvice.Set(
            HostWith.Release(release).Case(), "vfs.zfs.arc.max", 4L << 30, "Cap it.", "Hit rate falls."));

        Assert.Equal(kind, advice.Kind);
        Assert.Equal(new PersistentLine(file, line), advice.Persist);
        Assert.Equal(kind == "sysctl" ? [line.Replace("vfs", "sysctl vfs")] : [], advice.Commands);
        Assert.NotNull(advice.Risk);
        Assert.NotNull(advice.Revert);
    }

    [Theory]
    [InlineData("kern.maxvnodes", "14.2-RELEASE", "/etc/sysctl.conf")]
    [InlineData("kern.maxswzone", "14.2-RELEASE", "/boot/loader.conf")]
    [InlineData("net.graph.maxalloc", "12.1-RELEASE", "/boot/loader.conf")]
    [InlineData("net.pf.request_maxcount", "12.1-RELEASE", "/boot/loader.conf")]
    [InlineData("net.pf.request_maxcount", "13.1-RELEASE", "/etc/sysctl.conf")]
    [InlineData("kern.ipc.maxsockets", "9.3-RELEASE", "/etc/sysctl.conf")]
    [InlineData("vm.max_wired", "12.1-RELEASE", "/etc/sysctl.conf")]
    [InlineData("vm.max_wired", "13.0-RELEASE", "/etc/sysctl.conf")]
    [InlineData("no.such.name", "14.2-RELEASE", null)]
    public void A_setting_belongs_into_the_file_that_its_release_reads(string name, string release, string? file) =>
        Assert.Equal(
            file,
            TunableAdvice.Set(HostWith.Release(release).Case(), name, 100_000_000, "Raise it.", "Memory.")
                .Select(a => a.Persist?.File).FirstOrDefault(f => f is not null));

    [Fact]
    public void The_way_back_names_the_value_of_the_capture()
    {
        DiagnosisCase host = HostWith.Release("14.2-RELEASE").Sysctl("kern.maxvnodes", 64173).Case();

        Advice advice = Assert.Single(TunableAdvice.Set(host, "kern.maxvnodes", 128346, "Raise it.", "Memory."));

        Assert.StartsWith("sysctl kern.maxvnodes=64173", advice.Revert);
    }

    [Fact]
    public void A_limit_that_can_only_be_raised_is_neither_lowered_nor_set_to_what_it_is()
    {
        DiagnosisCase host = HostWith.Release("14.2-RELEASE").Sysctl("kern.ipc.maxsockets", 32173).Case();

        Assert.Empty(TunableAdvice.Set(host, "kern.ipc.maxsockets", 20000, "", ""));
        Assert.Empty(TunableAdvice.Set(host, "kern.ipc.maxsockets", 32173, "", ""));
        Assert.Contains("reboot", Assert.Single(TunableAdvice.Set(host, "kern.ipc.maxsockets", 64346, "", "")).Revert);
    }

    [Fact]
    public void The_limit_of_mbufs_is_raised_first_where_the_clusters_would_pass_it()
    {
        // 62669 + 31334 + 9284 + 5222 = 108509; with 350000 clusters 395840, still below 401086; with 400000 it is 445840.
        DiagnosisCase host = HostWith.Release("14.2-RELEASE")
            .Sysctl("kern.ipc.nmbufs", 401086).Sysctl("kern.ipc.nmbclusters", 62669).Sysctl("kern.ipc.nmbjumbop", 31334)
            .Sysctl("kern.ipc.nmbjumbo9", 9284).Sysctl("kern.ipc.nmbjumbo16", 5222).Case();

        Assert.Equal(
            ["kern.ipc.nmbclusters=350000"],
            TunableAdvice.Set(host, "kern.ipc.nmbclusters", 350000, "", "").Select(a => a.Persist?.Line));
        Assert.Equal(
            ["kern.ipc.nmbufs=445840", "kern.ipc.nmbclusters=400000"],
            TunableAdvice.Set(host, "kern.ipc.nmbclusters", 400000, "", "").Select(a => a.Persist?.Line));
    }

    [Fact]
    public void A_name_that_is_not_known_is_not_guessed_into_a_file()
    {
        Advice advice = Assert.Single(TunableAdvice.Set(
            HostWith.Release("14.2-RELEASE").Case(), "hw.somedriver.rings", 4, "Fewer rings.", "Throughput."));

        Assert.Null(advice.Persist);
        Assert.Equal("config", advice.Kind);
    }
}
