using Leakstat.Detection;

namespace Leakstat.Tests.Detection;

/// <summary>The engine on series whose truth is their formula. Noise comes from a fixed seed.</summary>
public class TrendEngineTests
{
    private readonly Random _random = new(7);

    [Fact]
    public void A_line_in_white_noise_is_a_leak_with_its_rate()
    {
        TrendResult result = Judge(400, i => 1000 + (2.0 * i) + Noise(10));

        Assert.Equal(TrendClass.Leak, result.Class);
        Assert.True(result.Chance < 1e-6);
        Assert.InRange(result.Rate.PerHour, 2.0 * 6 * 0.98, 2.0 * 6 * 1.02);
        Assert.InRange(result.Rate.PerHour, result.Rate.Low, result.Rate.High);
    }

    [Fact]
    public void A_leak_that_sets_in_late_is_dated()
    {
        TrendResult result = Judge(600, i => 1000 + (3.0 * Math.Max(i - 300, 0)) + Noise(10));

        Assert.Equal(TrendClass.Leak, result.Class);
        Assert.InRange(result.Start, 270, 330);
    }

    [Fact]
    public void White_noise_alone_is_no_leak() => Assert.False(Judge(400, _ => 1000 + Noise(10)).IsLeak);

    [Fact]
    public void A_constant_series_is_constant() => Assert.Equal(TrendClass.Constant, Judge(400, _ => 5).Class);

    [Fact]
    public void Eleven_samples_are_insufficient() =>
        Assert.Equal(TrendClass.Insufficient, Judge(11, i => 1000 * i).Class);

    [Fact]
    public void One_step_after_long_silence_is_no_leak() =>
        Assert.False(Judge(600, i => i < 560 ? 2107 : 2302).IsLeak);

    [Fact]
    public void One_item_a_sample_is_no_leak_in_fourteen_samples() =>
        Assert.False(Judge(14, i => 144 + i).IsLeak);

    [Fact]
    public void Equal_batches_are_a_leak_in_fourteen_samples_where_a_counter_moves_otherwise()
    {
        HostSeries host = Host(14, i => 275 + (300 * i)) with
        {
            Counters = [new ExplainingCounter("processes", [.. Enumerable.Range(0, 14).Select(i => 80.0 + (i % 3))])],
        };

        Assert.Equal(TrendClass.Leak, new TrendEngine().Analyze(host).Results[0].Class);
    }

    [Fact]
    public void A_warm_up_to_a_plateau_is_no_leak()
    {
        for (int known = 60; known <= 600; known += 60)
        {
            TrendResult result = Judge(known, i => 1000 + (5000 * (1 - Math.Exp(-i / 60.0))) + Noise(5));
            Assert.False(result.IsLeak, $"with {known} samples: {result}");
        }
    }

    [Fact]
    public void Growth_to_a_capacity_is_a_cache_that_fills()
    {
        HostSeries host = Host(400, i => 1000 + (2.0 * i) + Noise(3));
        host = host with
        {
            Series = [host.Series[0] with { Bound = new SeriesBound(5000, BoundKind.Capacity, "capacity") }],
        };

        TrendResult result = new TrendEngine().Analyze(host).Results[0];

        Assert.Equal(TrendClass.BoundedFill, result.Class);
        Assert.InRange(result.BoundUsed!.Value, 0.34, 0.38);
    }

    [Fact]
    public void Growth_that_came_to_rest_below_a_capacity_is_no_suspect()
    {
        HostSeries host = Host(24, i => 1000 + (300.0 * Math.Min(i, 14)) + Noise(40));
        HostSeries bounded = host with
        {
            Series = [host.Series[0] with { Bound = new SeriesBound(9000, BoundKind.Capacity, "capacity") }],
        };
        HostSeries beyond = host with
        {
            Series = [host.Series[0] with { Bound = new SeriesBound(4000, BoundKind.Capacity, "capacity") }],
        };

        Assert.NotEmpty(new TrendEngine().Analyze(host).Suspects);
        Assert.NotEmpty(new TrendEngine().Analyze(beyond).Suspects);
        HostTrends trends = new TrendEngine().Analyze(bounded);
        Assert.Empty(trends.Suspects);
        Assert.Equal(TrendClass.BoundedFill, trends.Results[0].Class);
    }

    [Fact]
    public void Growth_that_a_counter_makes_too_is_explained()
    {
        double[] sockets = [.. Enumerable.Range(0, 400).Select(i => 200 + i + (20.0 * ((i / 13) % 3)))];
        HostSeries host = Host(400, i => (3 * sockets[i]) + Noise(3)) with
        {
            Counters = [new ExplainingCounter("sockets", [.. sockets])],
        };

        TrendResult result = new TrendEngine().Analyze(host).Results[0];

        Assert.Equal(TrendClass.Explained, result.Class);
        Assert.Equal("sockets", result.ExplainedBy);
    }

    [Fact]
    public void A_daily_cycle_of_two_weeks_is_no_leak() =>
        Assert.False(Judge(14 * 144, i => 10000 + (4000 * Math.Sin(2 * Math.PI * i / 144)) + Noise(50)).IsLeak);

    [Fact]
    public void A_leak_under_a_daily_cycle_a_hundred_times_larger_is_one()
    {
        TrendResult result = Judge(45 * 144, i => 10000 + (4000 * Math.Sin(2 * Math.PI * i / 144)) + (40.0 * i / 144) + Noise(50));

        Assert.Equal(TrendClass.Leak, result.Class);
        Assert.InRange(40.0 / 24, result.Rate.Low, result.Rate.High);
    }

    [Fact]
    public void Reserves_that_grow_are_fragmentation()
    {
        HostSeries host = Host(400, i => 1000 + (2.0 * i) + Noise(3));
        host = host with { Series = [host.Series[0] with { Role = SeriesRole.Reserve }] };

        Assert.Equal(TrendClass.Fragmentation, new TrendEngine().Analyze(host).Results[0].Class);
    }

    [Fact]
    public void Series_in_lockstep_are_one_leak_named_by_the_part_not_the_sum()
    {
        double[] moves = [.. Enumerable.Range(0, 200).Select(i => Math.Round(1000 + (5.0 * i) + Noise(20)))];
        HostSeries host = Host(200, i => moves[i]) with
        {
            Series =
            [
                new SeriesInput { Key = "sum", Values = [.. moves.Select(m => m + 5000)], Role = SeriesRole.Aggregate },
                new SeriesInput { Key = "part", Values = [.. moves] },
            ],
        };

        TrendResult leak = Assert.Single(new TrendEngine().Analyze(host).Leaks);

        Assert.Equal("part", leak.Key);
    }

    [Fact]
    public void A_sum_that_is_bounded_does_not_excuse_its_part()
    {
        double[] moves = [.. Enumerable.Range(0, 200).Select(i => Math.Round(1000 + (5.0 * i) + Noise(20)))];
        HostSeries host = Host(200, i => moves[i]) with
        {
            Series =
            [
                new SeriesInput
                {
                    Key = "sum",
                    Values = [.. moves.Select(m => m + 5000)],
                    Role = SeriesRole.Aggregate,
                    Bound = new SeriesBound(100000, BoundKind.Capacity, "capacity"),
                },
                new SeriesInput { Key = "part", Values = [.. moves] },
            ],
        };

        Assert.Equal("part", Assert.Single(new TrendEngine().Analyze(host).Leaks).Key);
    }

    [Fact]
    public void Samples_out_of_order_doubled_and_missing_change_nothing()
    {
        HostSeries host = Host(400, i => 1000 + (2.0 * i) + Noise(10));
        int[] order = [.. Enumerable.Range(0, 400).Select(i => i ^ 1)];
        HostSeries shuffled = Pick(host, [.. order.SelectMany(i => i % 7 == 0 ? new[] { i, i } : [i])]);

        TrendResult straight = new TrendEngine().Analyze(host).Results[0];
        TrendResult result = new TrendEngine().Analyze(shuffled).Results[0];

        Assert.Equal(straight.Rate, result.Rate);
        Assert.Equal(straight.Chance, result.Chance);
    }

    [Fact]
    public void Live_items_follow_from_allocations_and_frees()
    {
        HostSeries host = Host(400, i => 1000 + (2.0 * i) + Noise(10));
        double[] frees = [.. Enumerable.Range(0, 400).Select(i => 100000.0 * i)];
        HostSeries counted = host with
        {
            Series =
            [
                new SeriesInput
                {
                    Key = "series",
                    Allocations = [.. host.Series[0].Values.Select((v, i) => v + frees[i])],
                    Frees = [.. frees],
                },
            ],
        };

        Assert.Equal(TrendClass.Leak, new TrendEngine().Analyze(counted).Results[0].Class);
    }

    [Fact]
    public void No_input_throws()
    {
        double[] odd = [double.NaN, double.PositiveInfinity, 0, -1, 1e308, double.Epsilon, 5, 5, 5, 5, 5, 5, 7, -1e308];
        foreach (int count in new[] { 0, 1, 11, 12, 14 })
        {
            HostSeries host = Host(count, i => odd[i]);
            Assert.Single(new TrendEngine().Analyze(host).Results);
            Assert.Single(new TrendEngine().Analyze(host with { Hours = [.. odd.Take(count)] }).Results);
        }
    }

    [Fact]
    public void A_bound_is_reached_when_the_line_reaches_it()
    {
        HostSeries host = Host(400, i => 1000 + (2.0 * i) + Noise(3));
        host = host with { Series = [host.Series[0] with { Bound = new SeriesBound(5000, BoundKind.Limit, "limit") }] };

        Exhaustion exhaustion = new TrendEngine().Analyze(host).Results[0].Exhaustion!;

        // 1000 + 2·6·h = 5000 at 333.3 hours.
        Assert.InRange(exhaustion.At, 325, 340);
        Assert.InRange(exhaustion.At, exhaustion.Low, exhaustion.High);
    }

    private static HostSeries Pick(HostSeries host, int[] order) => host with
    {
        Hours = [.. order.Select(i => host.Hours[i])],
        Series = [.. host.Series.Select(s => s with { Values = [.. order.Select(i => s.Values[i])] })],
    };

    private static HostSeries Host(int count, Func<int, double> value) => new()
    {
        Hours = [.. Enumerable.Range(0, count).Select(i => i / 6.0)],
        UptimeAtStart = 1000,
        Series = [new SeriesInput { Key = "series", Values = [.. Enumerable.Range(0, count).Select(value)] }],
    };

    private static TrendResult Judge(int count, Func<int, double> value) =>
        new TrendEngine().Analyze(Host(count, value)).Results[0];

    private double Noise(double deviation) =>
        deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
