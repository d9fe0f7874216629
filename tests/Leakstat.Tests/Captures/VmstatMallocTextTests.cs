using Leakstat.Captures;
using Leakstat.Captures.Commands.VmstatMalloc;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class VmstatMallocTextTests
{
    // Columns of 10.4: type 13, in-use 5, memory 5 and K, "-" 7, requests 8, two blanks, sizes.
    private const string Release10 =
        "         Type InUse MemUse HighUse Requests  Size(s)\n" +
        "      solaris 312045 6321K       - 98765432  16,32,64,128,256,512,1024,2048,4096\n" +
        "NFSD srvcache     3    24K       -        3  \n" +
        "  IpFw/IpAcct    11     6K       -       11  64\n" +
        "       acpica 10562   562K       -   201234  16,32,64,128,256,512,1024,2048,4096\n";

    private const string Release13 =
        "         Type InUse MemUse Requests  Size(s)\n" +
        "       devbuf 16384 39000K    20000  16,32,64,128,256,384,512,1024,2048,4096,8192,65536\n" +
        "     vm_pgdata     2   513K        2  128\n" +
        "   ufs_quota     1  2048K        1  \n";

    private const string Terminal14 =
        "            Type  Use Memory Req Size(s)\n" +
        "          acpica  976  104K  65k 16,32,64,128,256,384,2K,8K\n" +
        "        acpiintr    1    64    1 64\n" +
        "       sysctloid  16k  953K  16k 16,32,64,128\n" +
        "         solaris 1.2M  1.5G 7.0G 16,32,64K\n";

    [Fact]
    public void Reads_every_row_of_a_complete_file()
    {
        Capture capture = Given.Capture(
            ("vmstat-m.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/vmstat-m.txt"))));

        // 130 lines by wc -l, one of them the header.
        MallocTable table = capture.MallocTypes!;
        Assert.Equal(129, table.Rows.Length);
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
        Assert.Equal(MemoryPrecision.Bytes, table.Precision);
        MallocTypeRow row = table.Find("bus-sc")!.Value;
        Assert.Equal((27, 152624, 535), (row.InUse, row.Memory, row.Requests));
        Assert.True(row.Sizes.Contains(384) && row.Sizes.Contains(8192) && !row.Sizes.Contains(64));
        MallocTypeRow large = table.Find("IP reass")!.Value;
        Assert.Equal((1, 122880, 1, true), (large.InUse, large.Memory, large.Requests, large.Sizes.IsEmpty));
    }

    [Fact]
    public void Reads_the_columns_of_release_10()
    {
        MallocTable table = Given.Capture(("m", Release10)).MallocTypes!;

        Assert.Equal(["solaris", "NFSD srvcache", "IpFw/IpAcct", "acpica"], table.Rows.Select(r => r.Name));
        Assert.Equal([312045, 3, 11, 10562], table.Rows.Select(r => r.InUse));
        Assert.Equal([6321 * 1024, 24 * 1024, 6 * 1024, 562 * 1024], table.Rows.Select(r => r.Memory));
        Assert.Equal([98765432, 3, 11, 201234], table.Rows.Select(r => r.Requests));
        Assert.Equal(MemoryPrecision.Kibibytes, table.Precision);
        Assert.True(table.Rows[1].Sizes.IsEmpty);
        Assert.Equal("caps/a/m:4", table.At(table.Rows[2]).ToString());
    }

    [Fact]
    public void Reads_the_columns_of_release_13()
    {
        MallocTable table = Given.Capture(("m", Release13)).MallocTypes!;

        Assert.Equal([16384, 2, 1], table.Rows.Select(r => r.InUse));
        Assert.Equal([39000 * 1024, 513 * 1024, 2048 * 1024], table.Rows.Select(r => r.Memory));
        Assert.Equal(MemoryPrecision.Kibibytes, table.Precision);
    }

    [Fact]
    public void Knows_numbers_that_were_rounded_for_a_person()
    {
        MallocTable table = Given.Capture(("m", Terminal14)).MallocTypes!;

        Assert.Equal(MemoryPrecision.Humanized, table.Precision);
        Assert.Equal([976, 1, 16_000, 1_200_000], table.Rows.Select(r => r.InUse));
        Assert.Equal([104 * 1024, 64, 953 * 1024, 3L << 29], table.Rows.Select(r => r.Memory));
        Assert.True(table.Rows[0].Sizes.Contains(8192) && table.Rows[3].Sizes.Contains(65536));
    }

    [Fact]
    public void Prefers_exact_numbers_to_rounded_ones()
    {
        string exact = "            Type  Use Memory Req Size(s)\n          acpica  976 106288 65364 16,32\n";

        Assert.Equal(106288, Given.Capture(("a", Terminal14), ("b", exact)).MallocTypes!.Rows[0].Memory);
    }

    [Theory]
    [InlineData("            demo    0     0    3 512,1024,2048", "demo", 0, 0, 3)]
    [InlineData("        geli 2.0  107  6848  107 64", "geli 2.0", 107, 6848, 107)]
    [InlineData("       GEOM 2  107  6848  107 64", "GEOM 2", 107, 6848, 107)]
    [InlineData("\tdemo\t7\t4K\t-\t9\t16,32", "demo", 7, 4096, 9)]
    [InlineData("abcdefghijklmnopqrstuvwxyz_1234    7   448    9 16,64", "abcdefghijklmnopqrstuvwxyz_1234", 7, 448, 9)]
    [InlineData("            demo 18446744073709551614  0  3 16,32", "demo", -2, 0, 3)]
    [InlineData("         demo     1 18014398509481983K       -        3  16,32", "demo", 1, -1024, 3)]
    public void Reads_a_row_without_a_header(string line, string name, long use, long memory, long requests)
    {
        MallocTypeRow row = Assert.Single(Given.Capture(("m", line + "\n")).MallocTypes!.Rows);

        Assert.Equal((name, use, memory, requests), (row.Name, row.InUse, row.Memory, row.Requests));
    }

    [Theory]
    [InlineData("We saw about 3 of 5 hosts fail, 12 times 64")]
    [InlineData("  11 root          20    0     0B    32K RUN      1 187:22 199.51% idle")]
    [InlineData("irq1: atkbd0                          12          0")]
    [InlineData("/dev/ada0p2       4194304        0  4194304     0%")]
    [InlineData("64 Bucket:              512,      0,      47,      25,    1075,1212,   0,   0")]
    [InlineData("        acpitask    1 229376    1 ")]
    [InlineData(" 1    8 0xffffffff80200000 1f3c6c0  kernel")]
    [InlineData("    4096 bytes per page")]
    [InlineData("Mem: 10M Active, 1508K Inact, 43M Wired, 923M Free")]
    public void Takes_nothing_else_for_a_row(string line) =>
        Assert.NotInRange(new VmstatMallocText().Fit(System.Text.Encoding.UTF8.GetBytes(line)), LineFit.Row, LineFit.Header);

    [Fact]
    public void Skips_a_last_row_that_may_be_cut()
    {
        Capture capture = Given.Capture(
            ("m", "            Type  Use Memory Req Size(s)\n         a    1    64    1 64\n        b    1 229376    1"));

        Assert.Equal("a", Assert.Single(capture.MallocTypes!.Rows).Name);
        Assert.Equal((DiagnosticId.CutFile, "caps/a/m:3"), Assert.Single(capture.Diagnostics.Select(d => (d.Id, d.At.ToString()))));
    }
}
