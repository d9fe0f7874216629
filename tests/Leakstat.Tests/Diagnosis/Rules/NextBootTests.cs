using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Tests.Diagnosis.Rules;

/// <summary>Lines of loader.conf and sysctl.conf that do harm when the host is booted again, while the running values are good.</summary>
public sealed class NextBootTests
{
    private const string Host =
        "kern.osrelease: 14.2-RELEASE\nhw.machine_arch: amd64\nhw.physmem: 17179869184\nkern.maxusers: 4440\n"
        + "vm.kmem_size: 16642998272\nkern.ipc.nmbclusters: 1000000\nkern.maxfiles: 520000\nkern.maxvnodes: 340000\n";

    [Theory]
    [InlineData("loader.conf", "vm.kmem_size=\"64M\"", "vm.kmem_size")]
    [InlineData("loader.conf", "vm.kmem_size=\"0x4000000\"", "vm.kmem_size")]
    [InlineData("loader.conf", "vm.kmem_size_max=\"512M\"", "vm.kmem_size")]
    [InlineData("loader.conf", "kern.maxusers=\"4\"", "kern.maxusers")]
    [InlineData("loader.conf", "kern.maxfiles=\"200\"", "kern.maxfiles")]
    [InlineData("loader.conf", "hw.physmem=\"1G\"", "hw.physmem")]
    [InlineData("sysctl.conf", "kern.maxvnodes=250", "kern.maxvnodes")]
    [InlineData("sysctl.conf", "vm.pageout_oom_seq=1", "vm.pageout_oom_seq")]
    public void A_dangerous_line_is_told_before_it_holds(string file, string line, string name)
    {
        Finding finding = Assert.Single(Rule.Findings("LS0601", Given.Case((file, line + "\n"), ("sysctl.txt", Host))));

        Assert.StartsWith("At the next boot: ", finding.Title, StringComparison.Ordinal);
        Assert.Equal((Severity.Warning, Subject.Tunable(name)), (finding.Severity, finding.Subject));
        Assert.Equal($"caps/a/{file}:1", finding.Evidence[0].At.ToString());
        Assert.Equal($"grep -n {line.Split('=')[0]} /boot/loader.conf /etc/sysctl.conf", Assert.Single(finding.Advice).Commands[0].ToString());
    }

    [Theory]
    [InlineData("sysctl.conf", "vm.kmem_size=64M")]
    [InlineData("loader.conf", "kern.maxvnodes=\"250\"")]
    [InlineData("loader.conf", "vm.kmem_size=\"64X\"")]
    [InlineData("loader.conf", "vm.kmem_size=\"15G\"")]
    [InlineData("loader.conf", "kern.maxfiles=\"520000\"")]
    public void A_line_that_is_not_read_or_does_no_harm_is_not(string file, string line) =>
        Assert.Empty(Rule.Findings("LS0601", Given.Case((file, line + "\n"), ("sysctl.txt", Host))));

    [Fact]
    public void What_runs_so_already_is_told_once_and_of_now()
    {
        Finding finding = Assert.Single(Rule.Findings("LS0601", Given.Case(
            ("loader.conf", "kern.ipc.nmbclusters=\"0\"\n"), ("sysctl.txt", Host.Replace("nmbclusters: 1000000", "nmbclusters: 0")))));

        Assert.StartsWith("kern.ipc.nmbclusters is 0", finding.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("6.2-RELEASE", 1)]
    [InlineData("9.1-RELEASE", 1)]
    [InlineData("10.4-RELEASE", 0)]
    [InlineData("14.2-RELEASE", 0)]
    public void No_limit_of_clusters_is_the_default_from_9_2_on(string release, int faults) =>
        Assert.Equal(faults, Rule.Findings("LS0601", Given.Case(
            ("sysctl.txt", $"kern.osrelease: {release}\n"), ("loader.conf", "kern.ipc.nmbclusters=\"0\"\n"))).Length);

    [Fact]
    public void No_limit_of_clusters_is_no_fault_where_the_release_is_not_known() =>
        Assert.Empty(Rule.Findings("LS0601", Given.Case(("loader.conf", "kern.ipc.nmbclusters=0\n"))));

    [Theory]
    [InlineData("vm.kmem_size=\"512M\"\nvfs.zfs.arc_max=\"64G\"\n", 1)]
    [InlineData("vm.kmem_size=\"80G\"\nvfs.zfs.arc_max=\"64G\"\n", 0)]
    [InlineData("vfs.zfs.arc_max=\"64G\"\n", 0)]
    public void A_ceiling_of_the_ARC_above_all_of_kernel_memory_is_told(string lines, int faults)
    {
        Finding[] found = [.. Rule.Findings("LS0306", Given.Case(("loader.conf", lines)))];
        Assert.Equal(faults, found.Length);
        Assert.All(found, f => Assert.Contains("64.0 GiB, is above all of kernel memory: vm.kmem_size is 512.0 MiB", f.Title, StringComparison.Ordinal));
    }

    [Fact]
    public void The_last_line_of_a_name_holds() => Assert.Empty(Rule.Findings("LS0601", Given.Case(
        ("loader.conf", "vm.kmem_size=\"64M\"\nvm.kmem_size=\"16G\"\n"), ("sysctl.txt", Host))));

    [Theory]
    [InlineData("vm.kmem_size=\"64M\"\n")]
    [InlineData("vm.kmem_size=\"512M\"\n", "hw.physmem: 17179869184\n")]
    public void Of_a_host_whose_release_is_not_known_too(string lines, string? sysctls = null)
    {
        DiagnosisCase host = sysctls is null
            ? Given.Case(("loader.conf", lines)) : Given.Case(("loader.conf", lines), ("sysctl.txt", sysctls));

        Finding finding = Assert.Single(Rule.Findings("LS0601", host));

        Assert.Equal((Severity.Warning, "vm.kmem_size"), (finding.Severity, finding.Subject.Name));
    }

    [Fact]
    public void A_bound_of_the_ARC_that_is_not_taken_or_far_too_low_is_told()
    {
        const string Arc = Host
            + "vfs.zfs.arc.max: 0\nkstat.zfs.misc.arcstats.size: 9663676416\nkstat.zfs.misc.arcstats.c_max: 16106127360\n"
            + "kstat.zfs.misc.arcstats.c_min: 500000000\n";

        Finding refused = Assert.Single(Rule.Findings("LS0306", Given.Case(
            ("loader.conf", "vfs.zfs.arc.max=\"16M\"\n"), ("sysctl.txt", Arc))));
        Finding low = Assert.Single(Rule.Findings("LS0304", Given.Case(
            ("loader.conf", "vfs.zfs.arc_max=\"100M\"\n"), ("sysctl.txt", Arc))));
        Finding alone = Assert.Single(Rule.Findings("LS0304", Given.Case(
            ("loader.conf", "vfs.zfs.arc_max=\"100M\"\n"), ("sysctl.txt", "hw.physmem: 17179869184\n"))));

        Assert.StartsWith("At the next boot: The ceiling set for the ARC, 16.0 MiB, is not taken", refused.Title, StringComparison.Ordinal);
        Assert.StartsWith("At the next boot: The ARC is as good as disabled", low.Title, StringComparison.Ordinal);
        Assert.Contains("as good as disabled", alone.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void In_the_wrong_file_a_name_of_all_releases_is_told_without_the_release() => Assert.Equal(
        "kern.maxvnodes stands in loader.conf, and the loader's value is not read: it belongs into /etc/sysctl.conf",
        Assert.Single(Rule.Findings("LS0602", Given.Case(("loader.conf", "kern.maxvnodes=\"250\"\n")))).Title);
}
