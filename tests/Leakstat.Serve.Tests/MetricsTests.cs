using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
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
        Assert.InRange(zones, 0, ofHost);
        int all = Regex.Count(text, "^leakstat_[a-z_]+[{]host=", RegexOptions.Multiline, TimeSpan.FromSeconds(5));
        Assert.InRange(all, 0, series);
        string leftOut = Regex.Match(text, "^leakstat_serve_series_left_out (?<n>.*)$", RegexOptions.Multiline, TimeSpan.FromSeconds(5))
            .Groups["n"].Value;
        Assert.True(long.Parse(leftOut, CultureInfo.InvariantCulture) > 100);
    }

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

    [GeneratedRegex(
        """^\s*family\("(?<name>[a-z_]+)", "(?<type>[a-z]+)", "(?<help>[^"]+)"\)""",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Family();
}
