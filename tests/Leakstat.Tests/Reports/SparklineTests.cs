using Leakstat.Reports.Forms.Text;

namespace Leakstat.Tests.Reports;

public sealed class SparklineTests
{
    [Fact]
    public void Eight_steps_are_eight_heights()
    {
        Assert.Equal("▁▂▃▄▅▆▇█", Sparkline.Of([0, 1, 2, 3, 4, 5, 6, 7], 20, ascii: false));
        Assert.Equal("_.:-=+*#", Sparkline.Of([0, 1, 2, 3, 4, 5, 6, 7], 20, ascii: true));
    }

    [Fact]
    public void Samples_that_share_a_column_show_the_lowest() =>
        Assert.Equal("▁▁██", Sparkline.Of([0, 9, 0, 9, 7, 9, 7, 9], 4, ascii: false));

    [Fact]
    public void What_is_unknown_is_blank_and_what_never_changes_is_flat()
    {
        Assert.Equal("▁ ▁", Sparkline.Of([5, null, 5], 10, ascii: false));
        Assert.Equal("  ", Sparkline.Of([null, null], 10, ascii: false));
        Assert.Equal("▁█", Sparkline.Of([long.MinValue, long.MaxValue], 10, ascii: false));
    }
}
