using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leakstat.Detection;

namespace Leakstat.Tests.Detection;

/// <summary>The engine on series of real hosts whose truth is known (case.json of each).</summary>
public class RealSeriesTests
{
    [Fact]
    public void A_module_that_loses_300_blocks_every_20_seconds_leaks_and_nothing_else_does()
    {
        HostSeries host = Read("freebsd-14.2-leak-malloc-series");
        Assert.Equal(14, host.Hours.Length);

        HostTrends trends = new TrendEngine().Analyze(host);

        Assert.Equal(
            ["malloc leakmod", "zone malloc-256"],
            trends.Results.Where(r => r.IsLeak).Select(r => r.Key).Order(StringComparer.Ordinal));
        TrendResult leak = Assert.Single(trends.Leaks);
        Assert.Equal("malloc leakmod", leak.Key);
        Assert.True(leak.Chance < 1e-6);
        Assert.Equal(0, leak.Start);

        // 3,929 blocks from 19:04:34 to 19:09:11, by hand from the first and last vmstat-m.txt.
        Assert.InRange(leak.Rate.PerHour, 3929 / (277.0 / 3600) * 0.95, 3929 / (277.0 / 3600) * 1.05);
        Assert.InRange(3929 / (277.0 / 3600), leak.Rate.Low, leak.Rate.High);
    }

    [Fact]
    public void The_first_eleven_samples_of_the_leak_are_too_few_for_the_word()
    {
        HostSeries host = First(Read("freebsd-14.2-leak-malloc-series"), 11);

        Assert.Empty(new TrendEngine().Analyze(host).Leaks);
    }

    [Fact]
    public void A_host_under_rising_load_has_no_leak()
    {
        HostTrends trends = new TrendEngine().Analyze(Read("freebsd-14.2-healthy-load-series"));

        Assert.DoesNotContain(trends.Results, r => r.IsLeak);
    }

    [Fact]
    public void A_host_under_rising_load_has_no_leak_even_where_fewer_samples_would_do()
    {
        var engine = new TrendEngine(TrendOptions.Default with { MinimumSamples = 8 });

        HostTrends trends = engine.Analyze(Read("freebsd-14.2-healthy-load-series"));

        Assert.DoesNotContain(trends.Results, r => r.IsLeak);
    }

    private static HostSeries First(HostSeries host, int count) => host with
    {
        Hours = host.Hours[..count],
        Series = [.. host.Series.Select(s => s with { Values = s.Values[..count] })],
        Counters = [.. host.Counters.Select(c => c with { Values = c.Values[..count] })],
    };

    private static HostSeries Read(string name)
    {
        string[] folders =
        [
            .. Directory.EnumerateDirectories(Given.Data(name)).Order(StringComparer.Ordinal),
        ];
        var hours = ImmutableArray.CreateBuilder<double>();
        var values = new SortedDictionary<string, double[]>(StringComparer.Ordinal);
        for (int i = 0; i < folders.Length; i++)
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folders[i], "manifest.json")));
            DateTimeOffset at = manifest.RootElement.GetProperty("takenAt").GetDateTimeOffset();
            hours.Add((at - DateTimeOffset.UnixEpoch).TotalHours);
            foreach (Match row in Rows(folders[i], "vmstat-z.txt", @"^(.+?):\s*\d+,\s*\d+,\s*(\d+),"))
            {
                Add("zone " + row.Groups[1].Value, i, row.Groups[2].Value);
            }

            foreach (Match row in Rows(folders[i], "vmstat-m.txt", @"^\s*(\S.*?)\s+(\d+)\s+\d+K?\s+\d+"))
            {
                Add("malloc " + row.Groups[1].Value, i, row.Groups[2].Value);
            }
        }

        string[] counters = ["zone PROC", "zone THREAD", "zone VNODE", "zone Files", "zone socket"];
        return new HostSeries
        {
            Hours = hours.ToImmutable(),

            // Hosts were up for some minutes when the series began (uptime.txt of the first capture: 3 minutes).
            UptimeAtStart = 0.05,
            Series =
            [
                .. values.Where(v => !counters.Contains(v.Key)).Select(v => new SeriesInput
                {
                    Key = v.Key,
                    Values = [.. v.Value],
                    Role = v.Key.StartsWith("zone malloc-", StringComparison.Ordinal) ? SeriesRole.Aggregate : SeriesRole.Live,
                }),
            ],
            Counters = [.. counters.Select(c => new ExplainingCounter(c, [.. values[c]]))],
        };

        void Add(string key, int sample, string number)
        {
            if (!values.TryGetValue(key, out double[]? series))
            {
                values[key] = series = [.. Enumerable.Repeat(double.NaN, folders.Length)];
            }

            double value = double.Parse(number, CultureInfo.InvariantCulture);
            series[sample] = double.IsNaN(series[sample]) ? value : series[sample] + value;
        }
    }

    private static IEnumerable<Match> Rows(string folder, string file, string pattern) =>
        File.ReadLines(Path.Combine(folder, file)).Select(l => Regex.Match(l, pattern, RegexOptions.NonBacktracking))
            .Where(m => m.Success);
}
