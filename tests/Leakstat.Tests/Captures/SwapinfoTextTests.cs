using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class SwapinfoTextTests
{
    [Fact]
    public void Reads_a_real_file()
    {
        Capture capture = Given.Capture(("swapinfo.txt", File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/swapinfo.txt"))));

        SwapDevice device = Assert.Single(capture.Swap!.Devices);
        Assert.Equal(new SwapDevice("/dev/vtbd0p2", 2097152L * 1024, 0, 2097152L * 1024, 2), device);
        Assert.Equal(1, capture.Swap.HeaderLine);
    }

    [Theory]
    [InlineData("512-blocks", "4000", 4000L * 512)]
    [InlineData("1M-blocks", "4000", 4000L << 20)]
    [InlineData("1G-blocks", "4", 4L << 30)]
    [InlineData("1K-blocks", "2.0G", 2L << 30)]
    [InlineData("1K-blocks", "0B", 0L)]
    public void Takes_the_block_size_from_the_header_and_units_from_the_number(string block, string used, long bytes)
    {
        Capture capture = Given.Capture(("s", $"Device          {block}     Used    Avail Capacity\n/dev/ada0p3 8000 {used} 1 50%\n<NFSfile> 8000 1 1 1%\nTotal 16000 2 2 50%\n"));

        Assert.Equal(2, capture.Swap!.Devices.Length);
        Assert.Equal(bytes, capture.Swap.Devices[0].Used);
        Assert.Equal(3, Assert.Single(capture.Files).Rows);
    }

    [Fact]
    public void A_header_alone_says_that_there_is_no_swap() =>
        Assert.Empty(Given.Capture(("s", "Device          512-blocks     Used    Avail Capacity\n")).Swap!.Devices);

    [Fact]
    public void Rows_of_df_and_rows_without_a_header_are_none_of_its()
    {
        Capture capture = Given.Capture(
            ("df", "Filesystem  1K-blocks    Used   Avail Capacity  Mounted on\n/dev/da0p2    2026030 1000000  863948    54%    /\n"),
            ("rows", "/dev/da0p3 2097152 0 2097152 0%\n"));

        Assert.Null(capture.Swap);
    }

    [Fact]
    public void Reports_a_bad_row_and_goes_on()
    {
        Capture capture = Given.Capture(("s", "Device 1K-blocks Used Avail Capacity\n/dev/a x 0 0 0%\n/dev/b 1 0 1 0%\n"));

        Assert.Equal("/dev/b", Assert.Single(capture.Swap!.Devices).Device);
        Assert.Equal("caps/a/s:2", Assert.Single(capture.Diagnostics).At.ToString());
    }
}
