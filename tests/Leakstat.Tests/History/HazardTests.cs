using Leakstat.Accounting;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Tests.History;

/// <summary>What goes wrong with series of real hosts, one by one: none of it may pass for a leak or a reboot, or hide one.</summary>
public sealed class HazardTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_counter_that_wraps_at_32_bits_is_no_reboot()
    {
        HostHistory history = Build(
            Zones(0, "VM OBJECT: 264, 0, 5, 0, 4294967000, 0, 0"),
            Zones(1, "VM OBJECT: 264, 0, 5, 0, 204, 0, 0"));

        Assert.Equal([0, 0], history.Samples.Select(s => s.Boot));
    }

    [Fact]
    public void A_total_that_wrapped_is_no_reboot_and_a_lower_uptime_is_one()
    {
        HostHistory wrapped = Build(
            Zones(0, "a: 264, 0, 5, 0, 4294967000, 0, 0"), Zones(1, "a: 264, 0, 5, 0, 204, 0, 0"), Zones(2, "a: 264, 0, 5, 0, 304, 0, 0"));
        HostHistory rebooted = Build(
            Up(0, 90_000, "a: 264, 0, 5, 0, 4294967000, 0, 0"), Up(1, 600, "a: 264, 0, 5, 0, 204, 0, 0"), Up(2, 4200, "a: 264, 0, 5, 0, 304, 0, 0"));

        Assert.Equal([0, 0, 0], wrapped.Samples.Select(s => s.Boot));
        Assert.Equal([0, 1, 1], rebooted.Samples.Select(s => s.Boot));
    }

    [Theory]
    [InlineData(4_000_000_000, 90, true)]
    [InlineData(1_000_000_000, 90, false)] // too far from 2³²
    [InlineData(100, 90, false)]
    [InlineData(4_000_000_000, 3_000_000_000, false)] // too high for what begins at 0 anew
    public void A_total_near_the_end_of_32_bits_may_have_wrapped(long before, long after, bool may) =>
        Assert.Equal(may, RunningTotal.MayHaveWrapped(before, after));

    [Fact]
    public void An_underflowed_count_is_negative_and_not_enormous()
    {
        HostHistory history = Build(
            Zones(0, "a: 264, 0, 5, 0, 100, 0, 0"),
            Zones(1, "a: 264, 0, 18446744073709551613, 0, 100, 0, 0"),
            Zones(2, "a: 264, 0, 5, 0, 100, 0, 0"));

        Assert.Equal([5, -3, 5], history.Find(SeriesKind.ZoneUsed, "a")!.Values);
    }

    [Fact]
    public void Rounding_to_K_is_no_growth()
    {
        // Up to 13 vmstat -m prints KiB rounded up: 1024 bytes come and go while one byte does.
        Capture[] captures =
        [
            .. Enumerable.Range(0, 40).Select(i => Given.Capture(("m", $"""
                         Type InUse MemUse HighUse Requests  Size(s)
                       kqueue    24 {24 + (i % 2)}K       -     {400 + i}  256,2048
                    """ + "\n")) with { TakenAt = s_start.AddMinutes(i) }),
        ];
        TrendJudgement trends = TrendAnalysis.Of(Build(captures), captures[^1])!;

        Assert.Equal(25 * 1024, Build(captures).Find(SeriesKind.MallocBytes, "kqueue")![1]);
        Assert.Empty(trends.Leaks);
    }

    [Fact]
    public void A_zone_that_is_renamed_is_two_series_and_neither_leaks()
    {
        // 13.0 renamed the buckets: 256 became malloc-256.
        Capture[] captures = [.. Enumerable.Range(0, 60).Select(i => Zones(i, $"{(i < 30 ? "256" : "malloc-256")}: 256, 0, {5000 + (i % 3)}, 0, {10_000 + i}, 0, 0"))];
        HostHistory history = Build(captures);

        Assert.Equal(30, history.Find(SeriesKind.ZoneUsed, "256")!.Values.Count(v => v is not null));
        Assert.Null(history.Find(SeriesKind.ZoneUsed, "256")![30]);
        Assert.Null(history.Find(SeriesKind.ZoneUsed, "malloc-256")![29]);
        Assert.Empty(TrendAnalysis.Of(history, captures[^1])!.Leaks);
    }

    [Fact]
    public void A_zone_that_comes_and_goes_is_absent_in_between_and_does_not_leak()
    {
        Capture[] captures =
        [
            .. Enumerable.Range(0, 60).Select(i => Zones(
                i, "b: 64, 0, 10, 0, 10, 0, 0" + (i % 20 < 10 ? $"\na: 4096, 0, {1000 + (i % 20)}, 0, {10_000 + i}, 0, 0" : ""))),
        ];
        HostHistory history = Build(captures);

        Assert.Equal([1009, null], new[] { history.Find(SeriesKind.ZoneUsed, "a")![9], history.Find(SeriesKind.ZoneUsed, "a")![10] });
        Assert.Empty(TrendAnalysis.Of(history, captures[^1])!.Leaks);
    }

    [Fact]
    public void A_leak_is_found_with_samples_missing_late_and_doubled()
    {
        var random = new Random(7);
        Capture[] captures =
        [
            .. Enumerable.Range(0, 300).Where(_ => random.Next(5) > 0)
                .SelectMany(i => Enumerable.Repeat(i, random.Next(20) == 0 ? 2 : 1))
                .Select(i => Zones(i, $"leaky: 4096, 0, {1000 + (i * 20)}, 0, {10_000 + (i * 30)}, 0, 0", random.Next(900))),
        ];
        HostHistory history = Build([.. captures.OrderBy(c => c.TakenAt)]);
        TrendJudgement trends = TrendAnalysis.Of(history, captures[^1])!;

        Assert.Equal(new SeriesKey(SeriesKind.ZoneUsed, "leaky"), Assert.Single(trends.Leaks));

        // 20 items an hour went in; a sample may be a quarter of an hour late.
        Assert.InRange(trends.Of(trends.Leaks[0])!.Rate.PerHour, 19.8, 20.2);
    }

    [Fact]
    public void Samples_out_of_order_tell_the_clock_and_make_no_reboot()
    {
        HostHistory history = Build(Zones(0, "a: 8, 0, 1, 0, 10, 0, 0"), Zones(2, "a: 8, 0, 2, 0, 20, 0, 0"), Zones(1, "a: 8, 0, 3, 0, 30, 0, 0"));

        Assert.Equal("clock", Assert.Single(history.Events).Kind);
        Assert.Equal([0, 0, 0], history.Samples.Select(s => s.Boot));
        Assert.Null(history.Hours(1, 2));
    }

    [Fact]
    public void A_clock_that_is_stepped_forward_is_no_reboot_where_counters_go_on()
    {
        // The clock of a host that has been up for ten minutes is an hour slow until ntpd steps it.
        HostHistory history = Build(
            Up(0, 600, "VM OBJECT: 264, 0, 5, 0, 4000, 0, 0\nMAP ENTRY: 96, 0, 5, 0, 9000, 0, 0"),
            Up(1, 660, "VM OBJECT: 264, 0, 5, 0, 4200, 0, 0\nMAP ENTRY: 96, 0, 5, 0, 9100, 0, 0"));

        Assert.Equal([0, 0], history.Samples.Select(s => s.Boot));
    }

    [Fact]
    public void A_reboot_is_noticed_though_the_host_has_been_up_for_longer_since_than_it_was_before()
    {
        // Up for ten minutes at 00:00, for fifty at 02:00: it cannot have been up at 01:00.
        HostHistory history = Build(
            Up(0, 600, "VM OBJECT: 264, 0, 5, 0, 4000, 0, 0\nMAP ENTRY: 96, 0, 5, 0, 9000, 0, 0"),
            Up(2, 3000, "VM OBJECT: 264, 0, 5, 0, 3000, 0, 0\nMAP ENTRY: 96, 0, 5, 0, 8000, 0, 0"));

        Assert.Equal([0, 1], history.Samples.Select(s => s.Boot));
    }

    [Fact]
    public void A_boot_ends_what_grew_before_it()
    {
        // A leak of a boot that is over: the latest boot is too short for a word.
        Capture[] captures =
        [
            .. Enumerable.Range(0, 60).Select(i => Up(
                i, (i < 50 ? i + 100 : i - 50) * 3600L, $"leaky: 4096, 0, {(i < 50 ? 1000 + (i * 50) : 1000)}, 0, {(i < 50 ? 100_000 + (i * 100) : i)}, 0, 0")),
        ];
        HostHistory history = Build(captures);

        Assert.Equal(50, history.CurrentBootStart);
        Assert.Equal("boot", Assert.Single(history.Events).Kind);
    }

    [Fact]
    public void Threads_and_processes_do_not_explain_the_zones_they_lie_in()
    {
        // 60 hours in which THREAD and PROC grow by 50 an hour while ps lists as many as ever.
        Capture[] captures =
        [
            .. Enumerable.Range(0, 60).Select(i => Given.Capture(
                ("z", $"ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\nTHREAD: 1824, 0, {100 + (i * 50)}, 0, {1000 + (i * 60)}, 0, 0\nPROC: 1376, 0, {60 + (i * 50)}, 0, {1000 + (i * 60)}, 0, 0\n"),
                ("p", "  PID    LWP WCHAN     RSS COMMAND\n    0 100000 swapin    240 kernel\n    1 100002 wait      900 init\n")) with
            { TakenAt = s_start.AddHours(i) }),
        ];
        HostHistory history = Build(captures);
        TrendJudgement trends = TrendAnalysis.Of(history, captures[^1])!;

        Assert.Equal((2L, 2L), (history.Find(SeriesKind.Counter, ExplainingCounters.Processes)![59], history.Find(SeriesKind.Counter, ExplainingCounters.Threads)![59]));
        Assert.True(trends.IsLeak(new SeriesKey(SeriesKind.ZoneUsed, "THREAD")));
        Assert.True(trends.IsLeak(new SeriesKey(SeriesKind.ZoneUsed, "PROC")));
    }

    [Fact]
    public void Processes_that_ps_lists_do_explain_their_zone()
    {
        Capture[] captures =
        [
            .. Enumerable.Range(0, 60).Select(i => Given.Capture(
                ("z", $"ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\nPROC: 1376, 0, {60 + (i * i)}, 0, {100_000 + (i * 60)}, 0, 0\n"),
                ("p", "  PID    LWP WCHAN     RSS COMMAND\n" + string.Concat(Enumerable.Range(0, 60 + (i * i)).Select(p => $"{p,5} {100000 + p} wait      900 sh\n")))) with
            { TakenAt = s_start.AddHours(i) }),
        ];

        TrendResult? result = TrendAnalysis.Of(Build(captures), captures[^1])!.Of(new SeriesKey(SeriesKind.ZoneUsed, "PROC"));

        Assert.Equal(TrendClass.Explained, result!.Class);
    }

    private static Capture Up(int hour, long seconds, string rows) =>
        Zones(hour, rows) with { Host = new HostIdentity { UptimeSeconds = seconds } };

    private static Capture Zones(int hour, string rows, int late = 0) =>
        Given.Capture(("z", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\n" + rows + "\n")) with { TakenAt = s_start.AddHours(hour).AddSeconds(late) };

    private static HostHistory Build(params Capture[] captures)
    {
        var builder = new HistoryBuilder();
        foreach (Capture capture in captures)
        {
            builder.Add(capture, LedgerBuilder.From(capture));
        }

        return builder.Build();
    }
}
