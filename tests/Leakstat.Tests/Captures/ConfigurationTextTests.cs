using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class ConfigurationTextTests
{
    private const string Loader = """
        # ZFS
        zfs_load="YES"
        vfs.zfs.arc_max="4G"   # old

        kern.maxvnodes='200000'
        hw.vga.textmode=1
        this is no setting
        """;

    [Fact]
    public void Loader_conf_is_recognised_by_its_quoted_values()
    {
        Capture capture = Given.Capture(("boot.txt", Loader));

        Assert.Equal("loader.conf/text", Assert.Single(capture.Files).Format);
        Assert.Equal(
            [("zfs_load", "YES", 2), ("vfs.zfs.arc_max", "4G", 3), ("kern.maxvnodes", "200000", 5), ("hw.vga.textmode", "1", 6)],
            capture.LoaderConfiguration?.Lines.Select(l => (l.Name, l.Value, l.Line)));
        Assert.Equal(7, Assert.Single(capture.Diagnostics).At.Line);
    }

    [Fact]
    public void What_sysctl_conf_wishes_is_not_taken_for_what_is()
    {
        Capture capture = Given.Capture(
            ("sysctl.conf", "kern.maxvnodes=500000 # more\nvfs.zfs.arc.max=1\n"),
            ("sysctl.txt", "kern.maxvnodes: 64173\nkern.osrelease: 14.2-RELEASE\n"));

        Assert.Equal(64173, capture.Sysctls.Number("kern.maxvnodes")?.Value);
        Assert.Null(capture.Sysctls.Number("vfs.zfs.arc.max"));
        Assert.Equal(
            [("kern.maxvnodes", "500000", 1), ("vfs.zfs.arc.max", "1", 2)],
            capture.SysctlConfiguration?.Lines.Select(l => (l.Name, l.Value, l.Line)));
    }

    [Fact]
    public void The_output_of_sysctl_e_stays_what_it_is()
    {
        Capture capture = Given.Capture(("sysctl.txt", "kern.maxvnodes=64173\nkern.osrelease=14.2-RELEASE\n"));

        Assert.Null(capture.SysctlConfiguration);
        Assert.Equal(64173, capture.Sysctls.Number("kern.maxvnodes")?.Value);
    }
}
