using Leakstat.Detection;

namespace Leakstat.Tests.Detection;

/// <summary>What is said to have been named is named.</summary>
public sealed class SensitivityTests
{
    private static readonly double[] s_hours = [.. Enumerable.Range(0, 192).Select(i => (double)i)];

    [Fact]
    public void Four_of_five_leaks_at_the_stated_rate_are_listed()
    {
        HostSeries host = Host(0);
        double perHour = new SensitivityProbe().Slowest(host, host.Series, 1e9)!.Value;
        int listed = 0, all = 0;
        for (int seed = 1; seed <= 3; seed++)
        {
            HostSeries other = Host(seed);
            foreach (SeriesInput series in other.Series)
            {
                SeriesInput leaking = series with
                {
                    Values = [.. series.Values.Select((v, i) => v + Math.Floor(perHour * s_hours[i] / series.BytesPerUnit))],
                };
                HostTrends trends = new TrendEngine().Analyze(other with { Series = [.. other.Series.Select(s => s.Key == series.Key ? leaking : s)] });
                listed += trends.Leaks.Concat(trends.Suspects).Any(r => r.Key == series.Key) ? 1 : 0;
                all++;
            }
        }

        Assert.InRange((double)listed / all, 0.65, 0.95);
    }

    private static HostSeries Host(int seed)
    {
        var random = new Random(seed);
        return new HostSeries
        {
            Hours = [.. s_hours],
            UptimeAtStart = 500,
            PhysicalBytes = 8L << 30,
            Series =
            [
                .. Enumerable.Range(0, 24).Select(k => new SeriesInput
                {
                    Key = $"zone {k}",
                    BytesPerUnit = 128,
                    Values = [.. s_hours.Select(_ => (double)Math.Round(5000 + (20 * (k + 1) * (random.NextDouble() - 0.5))))],
                }),
            ],
        };
    }
}
