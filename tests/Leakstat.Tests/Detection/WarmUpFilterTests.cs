using Leakstat.Detection;

namespace Leakstat.Tests.Detection;

/// <summary>Leaks and warm-ups of a host that has just booted. Noise comes from a fixed seed.</summary>
public class WarmUpFilterTests
{
    private const int Count = 300;
    private readonly Random _random = new(3);

    [Fact]
    public void A_rise_since_boot_is_a_leak_where_nothing_else_rises() =>
        Assert.True(Judge([Rise(0)], uptime: 0.1).Results[0].IsLeak);

    [Fact]
    public void A_rise_since_boot_is_no_leak_while_much_else_rises_since_then_and_has_not_bent() =>
        Assert.Empty(Judge([Rise(0), WarmUp(500), WarmUp(500), WarmUp(500), WarmUp(500), WarmUp(500), WarmUp(500)], uptime: 0.1).Leaks);

    [Fact]
    public void A_rise_that_stays_straight_while_all_else_bends_is_a_leak() =>
        Assert.Equal("series 0", Assert.Single(
            Judge([Rise(0), WarmUp(100), WarmUp(100), WarmUp(100), WarmUp(100), WarmUp(100), WarmUp(100)], uptime: 0.1).Leaks).Key);

    [Fact]
    public void A_rise_long_after_boot_is_a_leak_whatever_else_warms_up() =>
        Assert.Equal("series 0", Assert.Single(
            Judge([Rise(0), WarmUp(100), WarmUp(100), WarmUp(100), WarmUp(100), WarmUp(100), WarmUp(100)], uptime: 1000).Leaks).Key);

    private static HostTrends Judge(double[][] series, double uptime) => new TrendEngine().Analyze(new HostSeries
    {
        Hours = [.. Enumerable.Range(0, Count).Select(i => i / 6.0)],
        UptimeAtStart = uptime,
        Series = [.. series.Select((s, k) => new SeriesInput { Key = $"series {k}", Values = [.. s] })],
    });

    private double[] Rise(double from) => [.. Enumerable.Range(0, Count).Select(i => Math.Round(5000 + (7 * Math.Max(i - from, 0)) + Noise(8)))];

    // Of each other's pace and height, and with noise of their own, so that they are not one thing.
    private double[] WarmUp(double paces)
    {
        double height = 8000 + (4000 * _random.NextDouble()), pace = paces * (1 + _random.NextDouble());
        return [.. Enumerable.Range(0, Count).Select(i => Math.Round(5000 + (height * (1 - Math.Exp(-i / pace))) + Noise(height / 100)))];
    }

    private double Noise(double deviation) =>
        deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
