using Leakstat.Detection;

namespace Leakstat.Tests.Detection;

/// <summary>Times of exhaustion against series that go on by their formula. Noise comes from a fixed seed.</summary>
public class ForecastTests
{
    private readonly Random _random = new(5);

    [Fact]
    public void A_bound_under_a_daily_cycle_is_reached_at_a_peak()
    {
        // 4,000 up and down each day, 400 more every day: the first hour at which this passes 25,000, by its formula.
        static double At(double hours) => 10000 + (4000 * Math.Sin(2 * Math.PI * hours / 24)) + (400 * hours / 24);
        double reached = 0;
        while (At(reached) < 25000)
        {
            reached += 1 / 6.0;
        }

        Exhaustion said = Judge(20 * 144, i => At(i / 6.0) + (50 * Normal()), 25000)!;

        Assert.InRange(reached, said.Low, said.High);
        Assert.InRange(said.At, reached - 30, reached + 30);
        Assert.InRange(said.High - said.Low, 0, 10 * 24);
    }

    [Fact]
    public void Four_in_five_lines_in_correlated_noise_reach_their_bound_within_the_interval()
    {
        const int trials = 150, count = 300, most = 4000;
        int told = 0, inside = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            double state = 0;
            double[] values = [.. Enumerable.Range(0, most).Select(i => 5000 + i + (state = (0.6 * state) + (16 * Normal())))];
            double bound = values[..count].Max() + 200 + (600 * _random.NextDouble());
            int reached = Array.FindIndex(values, v => v >= bound);
            if (Judge(count, i => values[i], bound) is { } said)
            {
                told++;
                inside += said.Low <= reached / 6.0 && reached / 6.0 <= said.High ? 1 : 0;
            }
        }

        // Three standard deviations of a share around 0.8, with the goal's own width of 0.05.
        Assert.InRange(told, 0.9 * trials, trials);
        Assert.InRange((double)inside / told, 0.65, 0.95);
    }

    private static Exhaustion? Judge(int count, Func<int, double> value, double bound) => new TrendEngine().Analyze(new HostSeries
    {
        Hours = [.. Enumerable.Range(0, count).Select(i => i / 6.0)],
        UptimeAtStart = 1000,
        Series =
        [
            new SeriesInput
            {
                Key = "series",
                Values = [.. Enumerable.Range(0, count).Select(i => Math.Round(value(i)))],
                Bound = new SeriesBound(bound, BoundKind.Limit, "limit"),
            },
        ],
    }).Results[0].Exhaustion;

    private double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
