using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Commands.Kldstat;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class KldstatTextTests
{
    [Fact]
    public void Reads_files_paths_and_modules_of_the_verbose_form()
    {
        Capture capture = Given.Capture(
            ("kldstat.txt", File.ReadAllText(Given.Data("freebsd-14.2-zfs-arc-full/kldstat.txt"))),
            ("kldstat-v.txt", File.ReadAllText(Given.Data("freebsd-14.2-zfs-arc-full/kldstat-v.txt"))));

        KernelFileTable table = capture.KernelFiles!;
        Assert.True(table.IsVerbose);
        Assert.Equal(["kernel", "zfs.ko", "xdr.ko", "crypto.ko"], table.Files.Take(4).Select(f => f.Name));
        KernelFile zfs = table.Files[1];
        Assert.Equal((2, 1, 0xffffffff81a00000UL, 0x3e0728L, "/boot/kernel/zfs.ko"), (zfs.Id, zfs.References, zfs.Address, zfs.Size, zfs.Path));
        Assert.Equal(["zfsctrl", "zfs", "zfs_zvol", "zfs_vdev"], zfs.Modules);
        Assert.True(table.Files[0].IsKernel);
        Assert.All(capture.Files, f => Assert.Equal(0, f.SkippedLines));
    }

    [Fact]
    public void Reads_rounded_sizes_and_old_column_widths()
    {
        const string Text = """
            Id Refs Address            Size     Name
             1   35 0xffffffff80200000 1755658  kernel
             2    1 0xffffffff81958000 1.2M     if_foo.ko
            10    2 0xc1e32000 f000 linux.ko

            """;
        KernelFileTable table = Given.Capture(("k", Text.ReplaceLineEndings("\n"))).KernelFiles!;

        Assert.Equal([0x1755658L, 1258291L, 0xf000L], table.Files.Select(f => f.Size));
        Assert.False(table.IsVerbose);
    }

    [Theory]
    [InlineData("Id Refs Address                Size Name", LineFit.Header)]
    [InlineData(" 5    1 0xffffffff8185d000    4a498 pf.ko", LineFit.Row)]
    [InlineData(" 5    1 0xffffffff8185d000    4a498 pf.ko (/boot/kernel/pf.ko)", LineFit.Row)]
    [InlineData("\t\t162 pf", LineFit.Continues)]
    [InlineData("\tContains modules:", LineFit.Continues)]
    [InlineData(" 5    1 0xffffffff8185d000    4a498 pf.ko is loaded", LineFit.None)]
    [InlineData("5 modules were loaded", LineFit.None)]
    public void Knows_its_own_lines(string line, LineFit fit) =>
        Assert.Equal(fit, new KldstatText().Fit(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Reports_what_it_does_not_understand()
    {
        Capture capture = Given.Capture(("k", " 1    1 0xffffffff80200000   fa7720 kernel\nnonsense here\n 2    1 0xffffffff81a00000   3e0728 zfs.ko\n"));

        Assert.Equal(2, capture.KernelFiles!.Files.Length);
        Assert.Equal("caps/a/k:2", Assert.Single(capture.Diagnostics).At.ToString());
    }
}
