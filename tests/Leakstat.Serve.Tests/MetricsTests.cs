using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Leakstat.Engines.Metrics;
using Leakstat.Serve.Metrics;
using Leakstat.Serve.Settings;

namespace Leakstat.Serve.Tests;

/// <summary><c>/metrics</c> by Prometheus' rules, with the words of <c>leakstat-collect --prom</c>, and bounded.</summary>
public sealed partial class MetricsTests
{
    private static CancellationToken End => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promtool_has_nothing_to_say()
    {
        string text = await Text();
        Process? started = null;
        try
        {
            started = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("promtool (Debian: prometheus) is not here");
        }

        using Process promtool = started!;
        Task<string> output = promtool.StandardOutput.ReadToEndAsync(End);
        Task<string> error = promtool.StandardError.ReadToEndAsync(End);
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync(End);

        Assert.Equal("", await output + await error);
        Assert.Equal(0, promtool.ExitCode);
    }

    [Fact]
    public async Task Numbers_are_those_of_the_capture()
    {
        string text = await Text();

        // samples/freebsd-14.2-fresh-boot: vmstat -m says "ddb_capture 1 65536 1", and what the test added.
        Assert.Contains("leakstat_malloc_used_bytes{host=\"fw1\",type=\"ddb_capture\"} 65536\n", text, StringComparison.Ordinal);
        Assert.Contains("leakstat_malloc_used_bytes{host=\"fw1\",type=\"leakmod\"} 81920000\n", text, StringComparison.Ordinal);
        Assert.Contains("leakstat_zone_used_items{host=\"fw1\",zone=\"kstack_cache\"} 68\n", text, StringComparison.Ordinal);
        Assert.Contains("leakstat_zone_used_items{host=\"fw1\",zone=\"vm pgcache\"} 7888\n", text, StringComparison.Ordinal);
        Assert.Contains("leakstat_last_capture_timestamp_seconds{host=\"fw1\"} 1795132800\n", text, StringComparison.Ordinal);
        Assert.Contains("leakstat_serve_captures_accepted_total 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_collector_prints_has_the_same_name_type_and_help()
    {
        string script = File.ReadAllText(Path.Combine(HostCaptures.Root, "collector/leakstat-collect"));
        (string Name, string Type, string Help)[] own =
        [
            .. Family().Matches(script)
                .Select(m => (m.Groups["name"].Value, m.Groups["type"].Value, m.Groups["help"].Value))
                .Where(f => f.Item1 != "leakstat_collected_parts"),
        ];

        Assert.True(own.Length >= 10);
        Assert.Superset(
            own.ToHashSet(), HostFamily.All.Select(f => (f.Name, f.Type, f.Help)).ToHashSet());
    }

    [Theory]
    [InlineData(200_000, 5)]
    [InlineData(100, 50)]
    public async Task No_more_series_are_given_than_the_settings_say(int series, int ofHost)
    {
        string text = await Text(limits => limits with { Series = series, SeriesPerHost = ofHost });

        int zones = Regex.Count(text, "^leakstat_zone_used_items", RegexOptions.Multiline, TimeSpan.FromSeconds(5));
        int all = Regex.Count(text, "^leakstat_[a-z_]+[{]host=", RegexOptions.Multiline, TimeSpan.FromSeconds(5));
        Assert.Equal(4, Regex.Count(text, "^leakstat_host_state[{]host=\"fw1\"", RegexOptions.Multiline, TimeSpan.FromSeconds(5)));
        Assert.Contains("leakstat_last_capture_timestamp_seconds{host=\"fw1\"} 1795132800\n", text, StringComparison.Ordinal);
        if (series > 1000)
        {
            Assert.Equal(ofHost, zones);
            Assert.InRange(all, ofHost * 5, series);
        }
        else
        {
            // What is small comes first, then as many zones as there is room for.
            Assert.InRange(zones, 1, ofHost);
            Assert.Equal(series, all);
        }

        string leftOut = Regex.Match(text, "^leakstat_serve_series_left_out (?<n>.*)$", RegexOptions.Multiline, TimeSpan.FromSeconds(5))
            .Groups["n"].Value;
        Assert.True(long.Parse(leftOut, CultureInfo.InvariantCulture) > 100);
    }

    [Fact]
    public void Every_family_that_the_table_of_metrics_has_carries_the_same_labels()
    {
        HostFamily[] known = [.. HostFamily.All.Where(f => MetricTable.Find(f.Name) is not null)];

        Assert.True(known.Length > 20);
        Assert.All(known, f => Assert.Equal(MetricTable.Find(f.Name)!.Labels, f.Labels));
        Assert.All(known, f => Assert.Equal(MetricTable.Find(f.Name)!.Help, f.Help));
    }

    [Fact]
    public void Every_metric_that_the_rules_ask_for_is_served()
    {
        string rules = File.ReadAllText(Path.Combine(HostCaptures.Root, "dashboards/leakstat.rules.yml"));
        string[] asked = [.. rules.Split('\n').Where(l => l.Contains("expr:", StringComparison.Ordinal))
            .SelectMany(l => MetricName().Matches(l)).Select(m => m.Value).Distinct()];

        Assert.True(asked.Length >= 8);
        Assert.Superset(asked.ToHashSet(), HostFamily.All.Select(f => f.Name).ToHashSet());
    }

    /// <summary>A time since boot that is scraped as of now would hide that its host fell silent.</summary>
    [Fact]
    public void The_time_since_boot_is_given_as_of_the_capture() => Assert.Equal(
        "leakstat_uptime_seconds{host=\"a\"} 5 1700000000000\n",
        System.Text.Encoding.UTF8.GetString(
            new PrometheusText().Series("leakstat_uptime_seconds", 5, 1_700_000_000_000, [("host", "a")]).Bytes()));

    private static async Task<string> Text(Func<LimitSettings, LimitSettings>? change = null)
    {
        await using RunningServer server = await RunningServer.Start(
            (s, _) => s with { Limits = change?.Invoke(s.Limits) ?? s.Limits with { SeriesPerHost = 10_000 } });
        using HttpResponseMessage answer =
            await server.Push("fw1", HostCaptures.Small("fw1", 0, bytes: 81_920_000));
        await server.Settled(hosts: 1);
        using HttpClient client = server.Client();
        return await client.GetStringAsync("/metrics", End);
    }

    [GeneratedRegex("leakstat_[a-z_]+", RegexOptions.None, 5000)]
    private static partial Regex MetricName();

    [GeneratedRegex(
        """^\s*family\("(?<name>[a-z_]+)", "(?<type>[a-z]+)", "(?<help>[^"]+)"\)""",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Family();
}
