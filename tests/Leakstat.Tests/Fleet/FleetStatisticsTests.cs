using Leakstat.Fleet;

namespace Leakstat.Tests.Fleet;

/// <summary>
/// The tests that the pivot is made of, against numbers that were computed with exact fractions and by hand.
/// </summary>
public sealed class FleetStatisticsTests
{
    [Theory]
    [InlineData(3, 4, 1, 4, -1.4152818979931432)] // Fisher's lady and her tea: 17/70
    [InlineData(10, 10, 0, 10, -12.126791314602455)]
    [InlineData(5, 20, 5, 80, -3.6704681304263023)]
    [InlineData(37, 40, 0, 212, -93.2794123806311)]
    [InlineData(400, 500, 100, 500, -195.22239365307775)]
    [InlineData(0, 40, 10, 40, 0)]
    public void Fishers_test_is_exact(int with, int ofWith, int without, int ofWithout, double expected) =>
        Assert.Equal(expected, new FourfoldTable(with, ofWith, without, ofWithout).LogChance, 1e-9);

    [Fact]
    public void The_odds_ratio_has_an_interval_even_where_a_cell_is_empty()
    {
        (double ratio, double low, double high) = new FourfoldTable(37, 40, 0, 212).Odds;

        Assert.Equal((4553.5714, 230.4915, 89960.0035), (Math.Round(ratio, 4), Math.Round(low, 4), Math.Round(high, 4)));
    }

    [Fact]
    public void False_discoveries_are_those_of_Benjamini_and_Hochberg()
    {
        double[] rates = FalseDiscoveries.Rates([0.01, 0.04, 0.03, 0.005, 0.5], hosts: 5);

        Assert.Equal([0.025, 0.05, 0.05, 0.025, 0.5], rates.Select(r => Math.Round(r, 12)));
    }

    [Fact]
    public void Many_hosts_take_more_than_one_and_many_discoveries_take_less()
    {
        Assert.Equal(0.1, FalseDiscoveries.Rates([0.001], hosts: 100)[0], 12);
        Assert.All(FalseDiscoveries.Rates([.. Enumerable.Repeat(0.001, 50)], hosts: 100), r => Assert.Equal(0.002, r, 12));
    }

    [Fact]
    public void One_stratum_is_Wilcoxons_test()
    {
        var ranks = new StratifiedRanks([1.1, 2.2, 5.5, 6.0, 0.1, 0.2, 3.3, 1.0, 0.0], new int[9]);

        double score = Score(ranks, [true, true, true, true, false, false, false, false, false]);

        Assert.Equal(1.9595917942265424, score, 12);
    }

    [Fact]
    public void What_a_stratum_has_in_common_cancels()
    {
        // Hosts of stratum 1 are a thousand higher, and most of the group are of stratum 1: within a stratum nothing differs.
        double[] values = [1, 2, 3, 4, 1001, 1002, 1003, 1004];
        int[] strata = [0, 0, 0, 0, 1, 1, 1, 1];
        bool?[] has = [false, true, false, false, false, true, true, null];

        Assert.True(Math.Abs(Score(new StratifiedRanks(values, strata), has)) < 1);
        Assert.True(Score(new StratifiedRanks(values, new int[8]), has) > 0.5);
    }

    [Fact]
    public void A_group_that_is_a_whole_stratum_says_nothing() =>
        Assert.Equal(double.NaN, Score(new StratifiedRanks([1, 2, 3, 4], [0, 0, 1, 1]), [false, false, true, true]));

    [Fact]
    public void Pooled_growth_is_not_moved_by_a_host_that_is_far_off()
    {
        PooledGrowth growth = PooledGrowth.Of([1, 2, 3, 4, 5, 6, 7, 8, 9, 100])!.Value;

        // Mean of 3 to 8; error 1.1453, Student's t of 5 degrees 2.5706.
        Assert.Equal(5.5, growth.BytesPerDay, 12);
        Assert.Equal(5.5 - (2.570582 * 1.145307), growth.Low, 4);
        Assert.Null(PooledGrowth.Of([1, 2, 3, 4]));
    }

    [Theory]
    [InlineData("cdn-fra-07.example.org", "cdn-fra")]
    [InlineData("FW2", "fw")]
    [InlineData("db", "db")]
    [InlineData("10.0.0.7", "")]
    public void The_role_is_the_name_up_to_its_number(string name, string role) =>
        Assert.Equal(role, PoolStrata.RoleOf(name));

    private static double Score(StratifiedRanks ranks, bool?[] has)
    {
        bool[] all = [.. has.Select(_ => true)];
        return ranks.Score(TraitGroup.Of([], [.. has]), all, ranks.Totals(all));
    }
}
