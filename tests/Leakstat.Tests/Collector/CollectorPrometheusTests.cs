using System.Globalization;
using System.Text.RegularExpressions;
using Leakstat.Captures.Sources;
using Leakstat.Model;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Collector;

/// <summary><c>leakstat-collect --prom</c>: the counters as Prometheus reads them.</summary>
public sealed partial class CollectorPrometheusTests
{
    [Theory]
    [InlineData("8.4", "dash")]
    [InlineData("10.4", "mksh")]
    [InlineData("14.2", "dash")]
    [InlineData("14.2", "ksh93")]
    public void It_says_what_the_tables_say(string release, string shell)
    {
        using ReplayedHost host = Host(release);

        Dictionary<string, double> said = Read(Print(host, shell));

        Capture capture = Of(host);
        foreach (IGrouping<string, ZoneRow> zone in capture.Zones!.Rows.GroupBy(z => z.Name))
        {
            Assert.Equal(zone.Sum(z => z.Used), said[$"leakstat_zone_used_items{{zone=\"{zone.Key}\"}}"]);
            Assert.Equal(zone.Sum(z => z.Used * z.Size), said[$"leakstat_zone_used_bytes{{zone=\"{zone.Key}\"}}"]);
        }

        foreach (IGrouping<string, MallocTypeRow> type in capture.MallocTypes!.Rows.GroupBy(t => t.Name))
        {
            Assert.Equal(type.Sum(t => t.Memory), said[$"leakstat_malloc_used_bytes{{type=\"{type.Key}\"}}"]);
            Assert.Equal(type.Sum(t => t.InUse), said[$"leakstat_malloc_used_allocations{{type=\"{type.Key}\"}}"]);
            Assert.Equal(type.Sum(t => t.Requests), said[$"leakstat_malloc_requests_total{{type=\"{type.Key}\"}}"]);
        }

        Assert.Equal(capture.MallocTypes.Rows.Select(t => t.Name).Distinct().Count(), said.Keys.Count(k => k.StartsWith("leakstat_malloc_used_bytes", StringComparison.Ordinal)));
        Assert.Equal(
            capture.Sysctls.Number("vm.stats.vm.v_wire_count")!.Value.Value * 4096,
            said["leakstat_memory_bytes{state=\"wired\"}"]);
        Assert.Equal(4, said["leakstat_collected_parts"]);
    }

    [Fact]
    public void Promtool_finds_nothing_to_say()
    {
        using ReplayedHost host = Host("14.2");

        ProcessResult run = host.Run("promtool", ["check", "metrics"], Print(host, "dash"));

        Assert.Equal((0, "", ""), (run.Status, run.Text, run.Errors));
    }

    [Fact]
    public void No_name_leaves_its_label()
    {
        using ReplayedHost host = Host("14.2");
        File.WriteAllText(
            Path.Combine(host.Recording, "vmstat-z.txt"),
            "ITEM                   SIZE  LIMIT     USED     FREE      REQ     FAILSLEEP XDOMAIN\n"
            + "a\"} 1\\:                64,      0,       7,       1,       9,   2,   0,   0\n"
            + "twice: 3:               64,      5,       1,       1,       9,   2,   0,   0\n"
            + "twice: 3:               64,      5,       2,       1,       9,   2,   0,   0\n");

        Dictionary<string, double> said = Read(Print(host, "dash"));

        Assert.Equal(7, said["leakstat_zone_used_items{zone=\"a\\\"} 1\\\\\"}"]);
        Assert.Equal(3, said["leakstat_zone_used_items{zone=\"twice: 3\"}"]);
        Assert.Equal(10, said["leakstat_zone_limit_items{zone=\"twice: 3\"}"]);
    }

    [Fact]
    public void A_host_that_says_nothing_is_a_failure_and_writes_nothing_to_disk()
    {
        using ReplayedHost host = Host("14.2");
        host.Replace("vmstat", "exit 1");
        host.Replace("sysctl", "case $* in *malloc_count*) exit 1;; *hostname*) echo 'kern.osreldate: 1402000'; echo 'kern.osrelease: 14.2'; echo 'kern.hostname: h';; *) exit 1;; esac");

        ProcessResult run = host.Run("dash", [ReplayedHost.Script, "--prom"]);

        Assert.Equal(1, run.Status);
        Assert.False(Directory.Exists(host.Spool));
    }

    /// <summary>A replayed host that answers in text: every release does when it is asked to.</summary>
    private static ReplayedHost Host(string release)
    {
        var host = new ReplayedHost(release);
        foreach (string table in (string[])["vmstat-z.txt", "vmstat-m.txt"])
        {
            string file = Path.Combine(host.Recording, table);
            if (!File.Exists(file))
            {
                File.Copy(Given.Data($"freebsd-14.2-zfs-arc-full/{table}"), file);
            }
        }

        return host;
    }

    private static string Print(ReplayedHost host, string shell)
    {
        ProcessResult run = host.Run(shell, [ReplayedHost.Script, "--prom"]);
        Assert.Equal((0, ""), (run.Status, run.Errors));
        return run.Text;
    }

    /// <summary>The recording as leakstat reads it.</summary>
    private static Capture Of(ReplayedHost host) => Assert.Single(Assert.Single(SourceSet.Open(
        [FileSystemSource.TryOpen(host.Recording)!], new(), Leakstat.Captures.ReadLimits.Default).Hosts).Captures());

    /// <summary>Reads the text format strictly: each family once, each series once, everything typed.</summary>
    private static Dictionary<string, double> Read(string text)
    {
        Dictionary<string, double> values = [];
        string family = "";
        HashSet<string> families = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                Assert.True(families.Add(family), line);
                Assert.Equal(family.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge", line.Split(' ')[3]);
            }
            else if (!line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                Match series = Series().Match(line);
                Assert.True(series.Success, line);
                Assert.Equal(family, series.Groups["metric"].Value);
                values.Add(series.Groups["series"].Value, double.Parse(series.Groups["value"].Value, CultureInfo.InvariantCulture));
            }
        }

        return values;
    }

    [GeneratedRegex("""^(?<series>(?<metric>[a-z_]+)(\{[a-z]+="([^"\\]|\\["\\n])*"\})?) (?<value>[0-9]+)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Series();
}
