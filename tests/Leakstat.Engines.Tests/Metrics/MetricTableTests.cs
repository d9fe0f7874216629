using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Leakstat.Accounting;
using Leakstat.Engines.Metrics;
using Leakstat.History;
using Leakstat.Model;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Engines.Tests.Metrics;

/// <summary>The table of metrics, against the collector's, promtool's and the capture's own words.</summary>
public sealed partial class MetricTableTests
{
    private static readonly Capture s_capture = Given.CaptureFolder("freebsd-14.2-zfs-arc-full");

    [Fact]
    public void What_the_collector_prints_has_the_same_names_types_and_help()
    {
        string script = File.ReadAllText(Path.Combine(Given.Root, "collector", "leakstat-collect"));
        Match[] families = [.. Family().Matches(script).OfType<Match>()];
        Assert.NotEmpty(families);
        foreach (Match family in families.Where(f => f.Groups["name"].Value != "leakstat_collected_parts"))
        {
            Metric metric = Assert.IsType<Metric>(MetricTable.Find(family.Groups["name"].Value));
            Assert.Equal(
                (family.Groups["type"].Value, family.Groups["help"].Value),
                (metric.Type.ToString().ToLowerInvariant(), metric.Help));
        }
    }

    [Fact]
    public void Every_name_is_that_of_a_metric_and_written_once()
    {
        Assert.Equal(
            MetricTable.All.Select(m => m.Name).Order(StringComparer.Ordinal),
            typeof(MetricName).GetFields().Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal));
        string[] literals =
        [
            .. Directory.EnumerateFiles(Path.Combine(Given.Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) != "MetricName.cs")
                .Select(file => (Name: Path.GetFileName(file), Text: File.ReadAllText(file)))
                .SelectMany(file => MetricTable.All.Where(m => file.Text.Contains($"\"{m.Name}\"", StringComparison.Ordinal))
                    .Select(m => $"{file.Name}: {m.Name}")),
        ];
        Assert.Empty(literals);
    }

    [Fact]
    public void Each_name_stands_once_and_each_metric_has_one_source()
    {
        Assert.Equal(MetricTable.All.Length, MetricTable.All.DistinctBy(m => m.Name).Count());
        foreach (Metric metric in MetricTable.All)
        {
            Assert.StartsWith(MetricTable.Prefix, metric.Name, StringComparison.Ordinal);
            Assert.Equal(metric.Type == MetricType.Counter, metric.Name.EndsWith("_total", StringComparison.Ordinal));
            Assert.EndsWith(".", metric.Help, StringComparison.Ordinal);
            Assert.DoesNotContain(MetricTable.HostLabel, metric.Labels);
            bool[] sources = [metric.OfSeries is not null, metric.OfSample is not null || metric.OfLatest is not null, metric.OfVerdict is not null];
            Assert.Single(sources, given => given);
        }
    }

    [Fact]
    public void Every_kind_of_series_goes_out_once_whole()
    {
        foreach (SeriesKind kind in Enum.GetValues<SeriesKind>())
        {
            foreach (string name in (string[])["x", AccountName.Wired, AccountName.Unaccounted, "bytes", "clusters", "ARC size", "vnodes"])
            {
                Assert.Single(
                    MetricTable.All,
                    m => m.OfSeries is { IsTimesItemSize: false } series && series.Takes(new SeriesKey(kind, name)));
            }
        }
    }

    [Fact]
    [Trait("Needs", "engines")]
    public void Promtool_finds_nothing_to_say()
    {
        Parts.EngineProcess.Need("promtool", "prometheus");
        var text = new StringBuilder();
        var series = HostTimeSeries.Of(HostSamples.Of("fw1", s_capture, LedgerBuilder.From(s_capture)));
        foreach (IGrouping<string, TimeSeries> family in series.Series.GroupBy(s => s.Metric))
        {
            Metric metric = MetricTable.Find(family.Key)!;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {metric.Name} {metric.Help}\n# TYPE {metric.Name} {metric.Type.ToString().ToLowerInvariant()}\n");
            foreach (TimeSeries one in family)
            {
                string labels = string.Join(',', one.Labels.Where(l => l.Name != "__name__").Select(l => $"{l.Name}=\"{l.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
                text.Append(CultureInfo.InvariantCulture, $"{metric.Name}{{{labels}}} {one.Values[0]:R}\n");
            }
        }

        (int status, string output) = Parts.Tool.Run("promtool", text.ToString(), "check", "metrics");
        Assert.Equal((0, ""), (status, output));
    }

    [Fact]
    public void A_capture_says_what_its_tables_say()
    {
        TimeSeries[] series = [.. HostTimeSeries.Of(HostSamples.Of("fw1", s_capture, LedgerBuilder.From(s_capture))).Series];
        double Value(string metric, string label, string value) =>
            Assert.Single(series, s => s.Metric == metric && s[label] == value && s["host"] == "fw1").Values[^1];

        ZoneRow zone = s_capture.Zones!.Find("mbuf_cluster")!.Value;
        Assert.Equal(zone.Used, Value("leakstat_zone_used_items", "zone", "mbuf_cluster"));
        Assert.Equal(zone.Used * zone.Size, Value("leakstat_zone_used_bytes", "zone", "mbuf_cluster"));
        Assert.Equal(zone.Limit, Value("leakstat_zone_limit_items", "zone", "mbuf_cluster"));
        Assert.Equal(s_capture.MallocTypes!.Find("solaris")!.Value.Memory, Value("leakstat_malloc_used_bytes", "type", "solaris"));
        Assert.Equal(s_capture.Mbufs!.Clusters!.Value.Max!.Value, Value("leakstat_mbuf_limit_items", "pool", "clusters"));
        Assert.Equal(
            s_capture.Sysctls.Number("vm.stats.vm.v_wire_count")!.Value.Value * 4096.0, Value("leakstat_memory_bytes", "state", "wired"));
        Assert.Equal(s_capture.Sysctls.Number("kern.maxvnodes")!.Value.Value, Value("leakstat_sysctl", "name", "kern.maxvnodes"));
        Assert.All(series, s => Assert.Equal(s.Labels.Select(l => l.Name).Order(StringComparer.Ordinal), s.Labels.Select(l => l.Name)));
        Assert.Equal(series.Length, series.Select(s => string.Join('\n', s.Labels)).Distinct().Count());
    }

    [Fact]
    public void Every_sysctl_that_the_code_reads_as_a_number_goes_out()
    {
        HashSet<string> read = [];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Given.Root, "src", "Leakstat.Core"), "*.cs", SearchOption.AllDirectories)
            .Where(f => f.Contains("/Diagnosis/", StringComparison.Ordinal) || f.Contains("/Accounting/", StringComparison.Ordinal)
                || f.Contains("/History/", StringComparison.Ordinal)))
        {
            read.UnionWith(Sysctl().Matches(File.ReadAllText(file)).Select(m => m.Groups["name"].Value));
        }

        string facts = File.ReadAllText(Path.Combine(Given.Root, "src", "Leakstat.Core", "Knowledge", "Data", "zone-facts.json"));
        string[] ofFacts = [.. Sysctl().Matches(facts).Select(m => m.Groups["name"].Value)];
        Assert.Contains("debug.umtx.umtx_pi_allocated", ofFacts);
        read.UnionWith(ofFacts);

        Assert.True(read.Count > 80, $"{read.Count} names");
        string[] missing = [.. read.Where(name => !JudgedSysctls.Has(name) && !s_noNumbers.Contains(name)).Order(StringComparer.Ordinal)];
        Assert.Empty(missing);
    }

    [Fact]
    public void A_host_with_names_without_end_is_bounded_and_told()
    {
        string rows = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"z{i}: 64, 0, 1, 1, 1, 0, 0, 0\n"));
        Capture capture = Given.Capture(("vmstat-z.txt", "ITEM SIZE LIMIT USED FREE REQ FAILSLEEP XDOMAIN\n" + rows)) with
        {
            TakenAt = DateTimeOffset.UnixEpoch,
        };

        var series = HostTimeSeries.Of(HostSamples.Of("fw1", capture, LedgerBuilder.From(capture)));

        Assert.Equal(HostTimeSeries.MostSeries, series.Series.Length);
        Assert.True(series.LeftOut > 20_000);
    }

    /// <summary>Texts and beginnings of names, and what is read from metrics of its own.</summary>
    private static readonly string[] s_noNumbers =
    [
        "kern.shutdown.dumpdevname", "vm.phys_free", "vm.uma", "vfs.zfs.arc", "kern.ipc", "kern.hostname", "kern.osrelease", "kern.boottime", "vm.stats.vm",
        "vfs.zfs.arc.", "vfs.zfs.arc_", "vm.pmap", "kstat.zfs.misc.arcstats", "vm.uma.", "vm.stats.vm.", "kern.ipc.",
        "kstat.zfs.misc.arcstats.", "net.inet.ip.fw.",
    ];

    [GeneratedRegex("""family\("(?<name>[^"]+)", "(?<type>[^"]+)", "(?<help>[^"]+)"\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Family();

    [GeneratedRegex("\"(?<name>(kern|vm|vfs|hw|net|kstat|debug)\\.[a-zA-Z0-9_.]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sysctl();
}
