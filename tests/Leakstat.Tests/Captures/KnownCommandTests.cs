using Leakstat.Captures.Registry;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

public sealed class KnownCommandTests
{
    private static IEnumerable<Leakstat.Captures.IFormat> Known =>
        CommandRegistry.Formats.Where(f => !f.IsUsed && f.Name.EndsWith("/text", StringComparison.Ordinal));

    [Theory]
    [InlineData("ifconfig.txt", "ifconfig/text")]
    [InlineData("netstat-an.txt", "netstat-an/text")]
    [InlineData("pstat-T.txt", "pstat-T/text")]
    [InlineData("vmstat-i.txt", "vmstat-i/text")]
    [InlineData("vmstat-o.txt", "vmstat-o/text")]
    public void Real_files_are_known_and_nothing_is_read(string name, string format)
    {
        Capture capture = Given.Capture((name, File.ReadAllText(Given.Data("freebsd-14.2-fresh-boot/" + name))));

        CaptureFile file = Assert.Single(capture.Files);
        Assert.Equal((format, 0, 0), (file.Format, file.Rows, file.SkippedLines));
        Assert.All(Known, f => Assert.False(f.IsUsed));
    }

    [Theory]
    [InlineData("Filesystem  1K-blocks    Used   Avail Capacity  Mounted on", "df/text")]
    [InlineData("  pool: tank", "zpool-status/text")]
    [InlineData("tcp:", "netstat-s/text")]
    [InlineData("       tty             ada0              cpu\n tin  tout  KB/t   tps  MB/s  us ni sy in id", "iostat/text")]
    [InlineData("Routing tables", "netstat-rn/text")]
    [InlineData("USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS", "sockstat/text")]
    [InlineData("em0@pci0:0:25:0:\tclass=0x020000 rev=0x04 hdr=0x00 vendor=0x8086 device=0x1502", "pciconf/text")]
    public void Headings_tell_the_command(string text, string format) =>
        Assert.Equal(format, Assert.Single(Given.Capture(("x", text + "\n")).Files).Format);

    [Theory]
    [InlineData("we mount it on /mnt (see above)")]
    [InlineData("the pool: tank")]
    [InlineData("see tcp:")]
    [InlineData("Interrupts: total and rate")]
    [InlineData("51 files")]
    [InlineData("he said x=\"y\"")]
    public void Prose_is_no_command(string line) => Assert.All(
        Known,
        format => Assert.Equal(Leakstat.Captures.LineFit.None, format.Fit(System.Text.Encoding.UTF8.GetBytes(line))));
}
