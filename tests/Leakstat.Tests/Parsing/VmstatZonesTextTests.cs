using Leakstat.Model;

namespace Leakstat.Tests.Parsing;

public sealed class VmstatZonesTextTests
{
    [Fact]
    public void Reads_every_row_of_a_complete_file()
    {
        Capture capture = Given.Capture(("vmstat-z.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/vmstat-z.txt"))));

        // 124 lines by wc -l, one of them the header.
        Assert.Equal(123, capture.Zones!.Rows.Length);
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
        ZoneRow row = capture.Zones.Find("64 Bucket")!.Value;
        Assert.Equal((512, 0, 47, 25, 1075, 1212), (row.Size, row.Limit, row.Used, row.Free, row.Requests, row.Failures));
        Assert.Equal("caps/a/vmstat-z.txt:16", capture.Zones.At(row).ToString());
    }

    [Theory]
    [InlineData("mbuf_cluster:          2048, 250362,    8190,     644,    9316,   0,   0", "mbuf_cluster", 8190)]
    [InlineData("UDF translation buffer, zone:  2048, 0, 7, 1, 2, 0, 0, 0", "UDF translation buffer, zone", 7)]
    [InlineData("gr3:64k:  65536, 0, 3, 1, 2, 0, 0, 0", "gr3:64k", 3)]
    [InlineData("16:  16, 0, 4699,4372990387, 1, 0, 0", "16", 4699)]
    [InlineData("socket:\t680,\t32000,\t18446744073709551614,\t0,\t5,\t0,\t0", "socket", -2)]
    public void Takes_names_and_numbers_apart_from_the_right(string line, string name, long used)
    {
        ZoneRow row = Assert.Single(Given.Capture(("z", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\n" + line + "\n")).Zones!.Rows);

        Assert.Equal((name, used), (row.Name, row.Used));
    }

    [Fact]
    public void Reports_a_line_it_does_not_understand_and_goes_on()
    {
        Capture capture = Given.Capture(("z", "ITEM SIZE\na: 1, 2, 3, 4, 5, 6, 7\nnonsense\nb: 1, 2, 3, 4, 5, 6, 99999999999999999999999\nc: 1, 2, 3, 4, 5, 6, 7\n"));

        Assert.Equal(["a", "c"], capture.Zones!.Rows.Select(r => r.Name));
        Assert.Equal(["caps/a/z:3", "caps/a/z:4"], capture.Diagnostics.Select(d => d.At.ToString()));
    }
}
