using Leakstat.Model;

namespace Leakstat.Tests.Captures;

/// <summary>Tables with a heading that somebody wrote a sentence into: the rows behind it are still its rows.</summary>
public sealed class ProseBetweenRowsTests
{
    private const string Prose = "\nAny help is welcome, I have 3 of them.\n\n";

    [Fact]
    public void RowsOfSwapinfoGoOnBehindProse()
    {
        string text = "root@fw:~ # swapinfo\nDevice          1K-blocks     Used    Avail Capacity\n" + Prose
            + "/dev/vtbd0p2      2097152        0  2097152     0%\n" + Prose + "/dev/vtbd1p2      1048576        0  1048576     0%\n";
        Assert.Equal([2048L << 20, 1024L << 20], Given.Capture(("paste.txt", text)).Swap!.Devices.Select(d => d.Total));
    }

    [Fact]
    public void RowsOfPsStandUnderTheirHeading()
    {
        string text = "root@fw:~ # ps -axo pid,rss,wchan,comm\n  PID   RSS WCHAN  COMMAND\n    1  1000 wait   init\n"
            + Prose + "   20  2000 select sshd\n";
        Capture capture = Given.Capture(("paste.txt", text));
        Assert.Equal([1L, 20L], capture.Processes!.Rows.Select(r => r.Pid));
        Assert.Empty(capture.Diagnostics);
    }
}
