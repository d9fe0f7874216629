using Leakstat.Captures;
using Leakstat.Captures.Commands.NetstatMbuf;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class NetstatMbufTextTests
{
    [Fact]
    public void Reads_every_line_of_a_complete_file()
    {
        Capture capture = Given.Capture(
            ("netstat-m.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/netstat-m.txt"))));

        MbufStatistics mbufs = capture.Mbufs!;
        Assert.Equal((22, 0), (Assert.Single(capture.Files).Rows, capture.Files[0].SkippedLines));
        SourceLine At(int line) => new(mbufs.File, line);
        Assert.Equal(new MbufPool(258, 1017, 1275, null, At(1)), mbufs.Mbufs);
        Assert.Equal(new MbufPool(0, 508, 508, 62669, At(2)), mbufs.Clusters);
        Assert.Equal(new MbufPool(0, 508, null, null, At(3)), mbufs.Packets);
        Assert.Equal(new MbufPool(256, 506, 762, 31334, At(4)), mbufs.JumboPage);
        Assert.Equal(new MbufPool(0, 0, 0, 9284, At(5)), mbufs.Jumbo9);
        Assert.Equal(new MbufPool(0, 0, 0, 5222, At(6)), mbufs.Jumbo16);
        Assert.Equal(new MbufPool(1088 * 1024, 3294 * 1024, 4382 * 1024, null, At(7)), mbufs.Bytes);
        Assert.Equal(new Reading(0, At(8)), mbufs.PacketsDenied);
        Assert.Equal(new Reading(0, At(10)), mbufs.Jumbo16Delayed);
        Assert.Null(mbufs.SendfileBuffers);
    }

    [Fact]
    public void Reads_wrapped_lines_of_release_7()
    {
        string path = Given.Data("nginx-tuning-7.2-netstat/netstat-m.txt");
        Capture capture = Given.Capture(("b", File.ReadAllText(path)));

        MbufStatistics mbufs = capture.Mbufs!;
        Assert.Equal(0, Assert.Single(capture.Files).SkippedLines);
        Assert.Equal((771, 1969), (mbufs.Packets!.Value.Current, mbufs.Packets.Value.Cache));
        Assert.Equal((296, 12800), (mbufs.JumboPage!.Value.Current, mbufs.JumboPage.Value.Max));
        Assert.Equal(11896 * 1024, mbufs.Bytes!.Value.Total);
        Assert.Equal(0, mbufs.SendfileBuffers!.Value.Max);
        Assert.Null(mbufs.MbufsDelayed);
    }

    [Fact]
    public void Tells_jumbo_clusters_apart_where_all_say_page_size()
    {
        string path = Given.Data("junos-show-system-buffers/netstat-m.1.txt");
        MbufStatistics mbufs = Given.Capture(("n", File.ReadAllText(path))).Mbufs!;

        Assert.Equal((62377, 18482, 10396), (mbufs.JumboPage!.Value.Max, mbufs.Jumbo9!.Value.Max, mbufs.Jumbo16!.Value.Max));
    }

    [Fact]
    public void Knows_a_page_of_16k()
    {
        MbufStatistics mbufs = Given.Capture(
            ("n", "1/2/3/100 16k (page size) jumbo clusters in use (current/cache/total/max)\n" +
                  "0/0/0/50 9k jumbo clusters in use (current/cache/total/max)\n" +
                  "4/5/9/30 16k jumbo clusters in use (current/cache/total/max)\n")).Mbufs!;

        Assert.Equal((100, 30), (mbufs.JumboPage!.Value.Max, mbufs.Jumbo16!.Value.Max));
    }

    [Fact]
    public void Reads_denied_and_delayed_requests()
    {
        MbufStatistics mbufs = Given.Capture(
            ("n", "1/2/3 requests for mbufs denied (mbufs/clusters/mbuf+clusters)\n" +
                  "4/5/6 requests for mbufs delayed (mbufs/clusters/mbuf+clusters)\n" +
                  "7/8/9 requests for jumbo clusters delayed (4k/9k/16k)\n" +
                  "10/11/12 requests for jumbo clusters denied (4k/9k/16k)\n" +
                  "13/14/15 sfbufs in use (current/peak/max)\n")).Mbufs!;

        Assert.Equal([1, 2, 3], new[] { mbufs.MbufsDenied, mbufs.ClustersDenied, mbufs.PacketsDenied }.Select(r => r!.Value.Value));
        Assert.Equal([4, 5, 6], new[] { mbufs.MbufsDelayed, mbufs.ClustersDelayed, mbufs.PacketsDelayed }.Select(r => r!.Value.Value));
        Assert.Equal([7, 8, 9], new[] { mbufs.JumboPageDelayed, mbufs.Jumbo9Delayed, mbufs.Jumbo16Delayed }.Select(r => r!.Value.Value));
        Assert.Equal([10, 11, 12], new[] { mbufs.JumboPageDenied, mbufs.Jumbo9Denied, mbufs.Jumbo16Denied }.Select(r => r!.Value.Value));
        Assert.Equal((13, 14, 15), (mbufs.SendfileBuffers!.Value.Current, mbufs.SendfileBuffers.Value.Cache, mbufs.SendfileBuffers.Value.Max));
    }

    [Theory]
    [InlineData("0 calls to protocol drain routines", LineFit.Continues)]
    [InlineData("   (current/cache/total/max)", LineFit.Continues)]
    [InlineData("258/1017/1275 mbufs in use (current/cache/total)", LineFit.Header)]
    [InlineData("3095K/8801K/11896K bytes allocated to network(current/cache/total)", LineFit.Row)]
    [InlineData("we had 258/1017/1275 mbufs in use", LineFit.None)]
    [InlineData("12/24 files", LineFit.None)]
    [InlineData("1/2/3 mbuf", LineFit.None)]
    public void Fits_its_own_lines_only(string line, LineFit fit) =>
        Assert.Equal(fit, new NetstatMbufText().Fit(System.Text.Encoding.UTF8.GetBytes(line)));
}
