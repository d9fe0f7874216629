using Leakstat.Captures;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

/// <summary>mount(8): how many file systems are mounted.</summary>
public sealed class MountTextTests
{
    [Fact]
    public void Mounts_are_counted()
    {
        Capture capture = GivenText.Read(
            "mount.txt",
            "zroot/ROOT/default on / (zfs, local, noatime, nfsv4acls)\ndevfs on /dev (devfs)\n"
                + "nas:/export/two words on /mnt/two words (nfs)\nprocfs on /proc (procfs, local)\n",
            ReadLimits.Default);

        Assert.Equal(4, capture.Table<MountTable>()!.Mounts);
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void What_is_no_mount_among_them_is_reported()
    {
        Capture capture = GivenText.Read(
            "mount.txt", "devfs on /dev (devfs)\nmount: nas: Permission denied\n/dev/ada0p2 on / (ufs, local)\n", ReadLimits.Default);

        Assert.Equal(2, capture.Table<MountTable>()!.Mounts);
        Assert.Equal(2, Assert.Single(capture.Diagnostics).At.Line);
    }

    [Theory]
    [InlineData("the disk on / (ufs) is full\n")]
    [InlineData("it depends on / (slash)\n")]
    public void A_sentence_is_no_output_of_mount(string text) =>
        Assert.Null(GivenText.Read("paste.txt", text, ReadLimits.Default).Table<MountTable>());
}
