using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Tests.History;

public sealed class HistoryTests
{
    [Fact]
    public void A_series_gives_back_what_was_put_in_and_absent_where_nothing_was()
    {
        long?[] values = [null, 5, 5, 5, null, null, 7, 5, 5];
        var series = new Series(new SeriesKey(SeriesKind.Counter, "x"), values, 0);

        Assert.Equal(values, series.Values);
        Assert.Equal(values, Enumerable.Range(0, values.Length).Select(i => series[i]));
        Assert.False(series.IsConstant);
    }

    [Fact]
    public void Zones_of_one_name_are_added_up_and_gaps_stay_absent()
    {
        HostHistory history = Build(
            Zones(0, "a: 8, 0, 1, 0, 10, 0, 0\na: 8, 0, 2, 0, 10, 0, 0"),
            Zones(1, "b: 8, 0, 9, 0, 10, 0, 0"),
            Zones(2, "a: 8, 0, 4, 0, 30, 0, 0"));

        Assert.Equal([3, null, 4], history.Find(SeriesKind.ZoneUsed, "a")!.Values);
        Assert.Equal([null, 9, null], history.Find(SeriesKind.ZoneUsed, "b")!.Values);
    }

    [Fact]
    public void A_reboot_shows_in_uptime()
    {
        HostHistory history = Build(Up(0, 5000), Up(1, 8600), Up(2, 300), Up(3, 3900));

        Assert.Equal([0, 0, 1, 1], history.Samples.Select(s => s.Boot));
        Assert.Equal(2, history.CurrentBootStart);
        Assert.Equal("boot", Assert.Single(history.Events).Kind);
    }

    [Fact]
    public void A_clock_step_moves_boottime_and_is_no_reboot()
    {
        HostHistory history = Build(
            Up(1, 5000) with { Host = new HostIdentity { UptimeSeconds = 5000, BootedAt = At(0) } },
            Up(2, 8600) with { Host = new HostIdentity { UptimeSeconds = 8600, BootedAt = At(0).AddSeconds(1000) } });

        Assert.Equal([0, 0], history.Samples.Select(s => s.Boot));
    }

    [Fact]
    public void Without_uptime_falling_counters_of_busy_zones_tell_a_reboot()
    {
        HostHistory history = Build(
            Zones(0, "VM OBJECT: 264, 0, 5, 0, 9000, 0, 0\nMAP ENTRY: 96, 0, 5, 0, 30000, 0, 0"),
            Zones(1, "VM OBJECT: 264, 0, 5, 0, 9100, 0, 0\nMAP ENTRY: 96, 0, 5, 0, 30500, 0, 0"),
            Zones(2, "VM OBJECT: 264, 0, 5, 0, 120, 0, 0\nMAP ENTRY: 96, 0, 5, 0, 500, 0, 0"));

        Assert.Equal([0, 0, 1], history.Samples.Select(s => s.Boot));
    }

    [Fact]
    public void Modules_releases_and_tunables_that_change_are_events()
    {
        HostHistory history = Build(
            Given.Capture(("k", Kldstat("zfs.ko")), ("s", "kern.osrelease: 14.1-RELEASE\nkern.maxvnodes: 100\n")),
            Given.Capture(("k", Kldstat("if_foo.ko")), ("s", "kern.osrelease: 14.2-RELEASE\nkern.maxvnodes: 200\n")));

        Assert.Equal(
            [
                "release: 14.1-RELEASE → 14.2-RELEASE",
                "module loaded: if_foo.ko",
                "module unloaded: zfs.ko",
                "tunable: kern.maxvnodes: 100 → 200",
            ],
            history.Events.Select(e => $"{e.Kind}: {e.Text}"));
    }

    [Fact]
    public void A_real_series_is_one_boot_and_holds_the_leaking_type()
    {
        HostHistory history = Build([.. Given.SeriesFolders("freebsd-14.2-leak-malloc-series").Select(Given.CaptureFolder)]);

        Series leak = history.Find(SeriesKind.MallocInUse, "leakmod")!;
        Assert.Equal(0, history.CurrentBootStart);
        Assert.Equal(14, history.Samples.Length);

        // The row of leakmod in vmstat-m.txt of 01 and of 14.
        Assert.Equal((275, 4204), (leak[0], leak[13]));
    }

    private static string Kldstat(string module) =>
        $"""
        Id Refs Address                Size Name
         1   17 0xffffffff80200000   fa7720 kernel
         2    1 0xffffffff81a00000   3e0728 {module}

        """;

    private static DateTimeOffset At(int hour) => new(2026, 11, 20, hour, 0, 0, TimeSpan.Zero);

    private static Capture Up(int hour, long seconds) => new()
    {
        Source = $"caps/{hour}",
        TakenAt = At(hour),
        Host = new HostIdentity { UptimeSeconds = seconds },
    };

    private static Capture Zones(int hour, string rows) =>
        Given.Capture(("z", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\n" + rows + "\n")) with { TakenAt = At(hour) };

    private static HostHistory Build(params ImmutableArray<Capture> captures)
    {
        var builder = new HistoryBuilder();
        foreach (Capture capture in captures)
        {
            builder.Add(capture, LedgerBuilder.From(capture));
        }

        return builder.Build();
    }
}
