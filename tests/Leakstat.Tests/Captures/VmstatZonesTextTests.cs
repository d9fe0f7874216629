using Leakstat.Captures;
using Leakstat.Captures.Commands.VmstatZones;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

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

    [Fact]
    public void Reads_back_numbers_of_every_length()
    {
        var random = new Random(14);
        var text = new System.Text.StringBuilder();
        List<(string, long[])> expected = [];
        for (int i = 0; i < 5000; i++)
        {
            string name = new string('z', random.Next(1, 32)) + (i % 7 == 0 ? " a:b, c" : "");
            long[] numbers = [.. Enumerable.Range(0, random.Next(5, 9)).Select(n => random.NextInt64((long)Math.Pow(10, random.Next(n < 2 ? 6 : 19))))];
            int width = random.Next(1, 12);
            string gap = i % 5 == 0 ? "\t" : new string(' ', random.Next(0, 30));
            text.Append(name).Append(':').Append(gap).AppendJoin(',', numbers.Select(n => n.ToString().PadLeft(width)))
                .Append(i % 11 == 0 ? "  \r\n" : "\n");
            expected.Add((name, numbers));
        }

        System.Collections.Immutable.ImmutableArray<ZoneRow> rows = Given.Capture(("z", text.ToString())).Zones!.Rows;

        Assert.Equal(expected.Count, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            ZoneRow row = rows[i];
            long?[] numbers = [row.Size, row.Limit, row.Used, row.Free, row.Requests, row.Failures, row.Sleeps, row.CrossDomain];
            Assert.Equal((expected[i].Item1, i + 1), (row.Name, row.Line));
            Assert.Equal(expected[i].Item2.Cast<long?>(), numbers.TakeWhile(n => n is not null));
        }
    }

    [Theory]
    [InlineData("a: 1, 2, 3, 4 4, 5, 6, 7")]
    [InlineData("a: 1, 2, , 4, 5, 6, 7")]
    [InlineData("a: 1, 2, 3, 4, 5, 6, 7,")]
    [InlineData("a: 1, 2, 3, 4, 5, 6, 7, 8, 9")]
    [InlineData("a: 1, 2, 3, 4x, 5, 6, 7")]
    [InlineData(": 1, 2, 3, 4, 5, 6, 7")]
    [InlineData("a: -1, 2, 3, 4, 5, 6, 7")]
    [InlineData("a: 1, 2, 3")]
    [InlineData("a:")]
    [InlineData("a 1, 2, 3, 4, 5, 6, 7")]
    public void Takes_nothing_else_for_a_row(string line) =>
        Assert.Equal(LineFit.None, new VmstatZonesText().Fit(System.Text.Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Skips_a_last_row_that_lacks_columns()
    {
        Capture capture = Given.Capture(("z", "ITEM SIZE\na: 1, 2, 3, 4, 5, 6, 7\nb: 1, 2, 3, 4, 5, 6"));

        Assert.Equal("a", Assert.Single(capture.Zones!.Rows).Name);
        Assert.Equal((DiagnosticId.CutFile, "caps/a/z:3"), Assert.Single(capture.Diagnostics.Select(d => (d.Id, d.At.ToString()))));
    }
}
