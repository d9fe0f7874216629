using Leakstat.Detection;
using Leakstat.Detection.Weighing;

namespace Leakstat.Tests.Detection;

/// <summary>What the weighed evidence names, and what it does not.</summary>
public sealed class SuspicionTests
{
    private const int Samples = 192;

    [Fact]
    public void Fifteen_rises_and_no_fall_are_a_suspect_though_no_line()
    {
        var random = new Random(3);
        int[] steps = [.. Enumerable.Range(0, 15).Select(_ => 20 + random.Next(Samples - 30)).Order()];
        HostTrends trends = Analyze(i => 5000 + (4000 * steps.Count(s => s <= i)) + random.Next(60));

        Assert.Contains(trends.Leaks.Concat(trends.Suspects), r => r.Key == "zone");
    }

    [Fact]
    public void A_sum_that_does_not_rise_beside_its_part_is_no_suspect_of_its_own()
    {
        int explained = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            double[] part = [.. Enumerable.Range(0, Samples).Select(i => 5000.0 + (40 * i) + random.Next(8000))];
            double[] sum = [.. part.Select(v => v + random.Next(4000))];
            HostTrends trends = Analyze(
                new SeriesInput { Key = "zone", Values = [.. sum], BytesPerUnit = 256, Role = SeriesRole.Aggregate },
                new SeriesInput
                {
                    Key = "type",
                    Values = [.. part.Select((v, i) => i % 100 >= 8 ? v : double.NaN)],
                    BytesPerUnit = 256,
                });
            if (trends.Results[0] is { Class: TrendClass.Suspect, ExplainedBy: "type" })
            {
                explained++;
                Assert.Equal("type", Assert.Single(trends.Suspects).Key);
            }
        }

        Assert.True(explained > 5, $"{explained} of 100");
    }

    [Fact]
    public void A_walk_that_happens_to_end_higher_is_no_suspect()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            double level = 20000;
            HostTrends trends = Analyze(_ => level = Math.Abs(level + (400 * (random.NextDouble() - 0.5))));

            Assert.Empty(trends.Leaks);
            Assert.True(trends.Suspects.IsEmpty || trends.Suspects[0].Confidence < 0.95, $"seed {seed}");
        }
    }

    [Fact]
    public void What_took_much_of_memory_and_stopped_is_told()
    {
        var random = new Random(5);
        HostTrends trends = Analyze(i => 2500 + (1_600_000.0 * Math.Clamp((i - 34) / 66.0, 0, 1)) + random.Next(200), bytes: 2696);

        Assert.Contains(trends.Leaks.Concat(trends.Suspects), r => r.Key == "zone");
    }

    [Fact]
    public void What_comes_to_stand_at_one_value_is_a_cache_that_is_full()
    {
        HostTrends trends = Analyze(i => Math.Min(5400 + (1800 * i) + (i % 5), 227022));

        Assert.Empty(trends.Leaks);
        Assert.Empty(trends.Suspects);
    }

    [Theory]
    [InlineData(227_500, true)]
    [InlineData(500_000, false)]
    public void What_stands_still_because_it_has_reached_its_limit_is_not_full_by_design(double limit, bool isNamed)
    {
        HostTrends trends = Analyze(new SeriesInput
        {
            Key = "zone",
            Values = [.. Enumerable.Range(0, Samples).Select(i => (double)Math.Min(5400 + (1800 * i) + (i % 5), 227_022))],
            BytesPerUnit = 256,
            Bound = new SeriesBound(limit, BoundKind.Limit, "limit"),
        });

        Assert.Equal(isNamed, trends.Leaks.Concat(trends.Suspects).Any());
    }

    [Fact]
    public void What_a_cache_is_known_to_keep_is_no_leak_however_straight_it_rises()
    {
        HostTrends unknown = Analyze(i => 5400 + (1800 * i) + (i % 5));
        HostTrends cache = Analyze(i => 5400 + (1800 * i) + (i % 5), nature: OwnerNature.Cache);

        Assert.Single(unknown.Leaks);
        Assert.Empty(cache.Leaks);
    }

    [Fact]
    public void A_piece_of_evidence_that_is_left_out_weighs_nothing()
    {
        var random = new Random(3);
        HostTrends trends = Analyze(i => 5000 + (40 * i) + random.Next(600), without: EvidenceKinds.Slope);

        Suspicion weighed = trends.Results[0].Suspicion!;
        Assert.Equal(0, weighed.Pieces.Single(p => p.Kind == EvidenceKinds.Slope).Weight);
        Assert.Contains(weighed.Pieces, p => p.Kind != EvidenceKinds.Slope && p.Weight != 0);
    }

    [Theory]
    [InlineData(15, 0, 4.52)]
    [InlineData(3, 1, 0.51)]
    [InlineData(1, 2, 0)]
    [InlineData(40, 0, 6)]
    public void The_sign_test_is_exact(int rises, int falls, double expected) =>
        Assert.Equal(expected, FeatureExtraction.SignTest(rises, falls), 2);

    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, 1)]
    [InlineData(new double[] { 4, 3, 2, 1 }, -1)]
    [InlineData(new double[] { 1, 1, 1 }, 0)]
    public void Kendalls_tau_counts_pairs(double[] values, double expected) => Assert.Equal(expected, Monotony.Tau(values));

    private static HostTrends Analyze(
        Func<int, double> value, double bytes = 144, OwnerNature nature = OwnerNature.Unknown, EvidenceKinds without = EvidenceKinds.None) =>
        Analyze(TrendOptions.Default with { Without = without }, new SeriesInput
        {
            Key = "zone",
            Values = [.. Enumerable.Range(0, Samples).Select(i => Math.Round(value(i)))],
            BytesPerUnit = bytes,
            Nature = nature,
        });

    private static HostTrends Analyze(params SeriesInput[] series) => Analyze(TrendOptions.Default, series);

    private static HostTrends Analyze(TrendOptions options, params SeriesInput[] series) =>
        new TrendEngine(options).Analyze(new HostSeries
        {
            Hours = [.. Enumerable.Range(0, Samples).Select(i => i * 1.25)],
            UptimeAtStart = 500,
            PhysicalBytes = 8L << 30,
            Series = [.. series],
        });
}
