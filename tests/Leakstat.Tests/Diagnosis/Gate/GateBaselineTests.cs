using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Gate;

namespace Leakstat.Tests.Diagnosis.Gate;

public sealed class GateBaselineTests
{
    [Fact]
    public void A_line_names_a_leak_its_size_and_its_end()
    {
        var baseline = GateBaseline.Read("b.tsv", "# comment\n\nmalloc\tCAM queue\t2\t2027-01-31\tPR 1234\nzone\tfoo*\t*\t-\n");

        Assert.Empty(baseline.Problems);
        Assert.Equal(
            [("malloc", "CAM queue", (double?)2, (DateOnly?)new DateOnly(2027, 1, 31), "PR 1234", 3), ("zone", "foo*", null, null, "", 4)],
            baseline.Entries.Select(e => (e.Kind, e.Name, e.PerRound, e.Until, e.Why, e.At.Line)));
        Assert.True(baseline.Entries[1].Names(Subject.Zone("foobar")));
        Assert.False(baseline.Entries[1].Names(Subject.Malloc("foobar")));
        Assert.False(baseline.Entries[0].Names(Subject.Malloc("CAM")));
    }

    [Theory]
    [InlineData("kernel\tx")]
    [InlineData("malloc")]
    [InlineData("malloc\t")]
    [InlineData("malloc\tx\tmany")]
    [InlineData("malloc\tx\t1\ttomorrow")]
    public void What_is_no_entry_is_named_with_its_line(string line)
    {
        var baseline = GateBaseline.Read("b.tsv", "zone\ty\n" + line + "\n");

        Assert.Single(baseline.Entries);
        Assert.Equal("b.tsv:2", Assert.Single(baseline.Problems).At.ToString());
    }
}
