using Leakstat.History;
using Leakstat.Model;
using Leakstat.Store;

namespace Leakstat.Tests.Store;

/// <summary>Tiers keep last, least and greatest values, boots and events; what is young stays as it was.</summary>
public sealed class PruningTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Hours_hold_the_last_the_least_and_the_greatest_value_of_each_hour_and_boot()
    {
        List<Capture> captures = Captures(3000);
        using var file = new StoreFile();
        file.Store(captures);

        Prune(file, new Retention { Captures = TimeSpan.FromHours(10) }, s_start.AddMinutes(3000));

        // Counted by hand from the captures: one bucket for each hour of each boot that is older than 40:00.
        DateTimeOffset cutoff = s_start.AddHours(40);
        HostHistory direct = StoreFile.Direct(captures);
        var expected = Enumerable.Range(0, captures.Count)
            .GroupBy(i => captures[i].TakenAt < cutoff
                ? (direct.Samples[i].Boot, captures[i].TakenAt!.Value.Ticks / TimeSpan.TicksPerHour, -1)
                : (0, 0L, i))
            .Select(g => (captures[g.Last()].TakenAt, Last: Used(captures[g.Last()]), Least: g.Min(i => Used(captures[i])), Greatest: g.Max(i => Used(captures[i]))))
            .ToArray();
        HostHistory history = file.Load();
        Series series = history.Find(SeriesKind.ZoneUsed, "moving")!;
        Assert.Equal(expected.Select(e => e.TakenAt), history.Samples.Select(s => s.TakenAt));
        Assert.Equal(expected.Select(e => (long?)e.Last), series.Values);
        Assert.Equal(expected.Select(e => (long?)e.Least), series.Least);
        Assert.Equal(expected.Select(e => (long?)e.Greatest), series.Greatest);
        Assert.Equal(direct.Samples[^1].Boot, history.Samples[^1].Boot);
        Assert.Equal(direct.Events.Count(e => e.Kind == "boot"), history.Events.Count(e => e.Kind == "boot"));
        Assert.Empty(history.Find(SeriesKind.ZoneUsed, "still")!.Least);
    }

    [Fact]
    public void Days_are_made_of_hours_and_dropped_when_they_are_old()
    {
        List<Capture> captures = Captures(6 * 1440);
        using var file = new StoreFile();
        file.Store(captures);
        DateTimeOffset now = s_start.AddDays(6);

        Prune(file, new Retention { Captures = TimeSpan.FromDays(1) }, now);
        Prune(file, new Retention { Captures = TimeSpan.FromDays(1), Hours = TimeSpan.FromDays(2), Days = TimeSpan.FromDays(5) }, now);

        using var reader = new StoreReader(file.Path);
        StoredHost host = Assert.Single(reader.Hosts());

        // Young: the last day. Hours: the day before, one of them twice, as the host was booted in it. Days: three, as many boots.
        Assert.Equal((1440, 24 + 0, 3 + 3), (host.Captures, host.Hours, host.Days));
        Assert.Equal(s_start.AddDays(1), new DateTimeOffset(host.Earliest!.Value.Date, TimeSpan.Zero));
        Series series = reader.Load("host1")!.Find(SeriesKind.ZoneUsed, "moving")!;
        int[] firstDay = [.. Enumerable.Range(1440, 1440).Where(i => Boot(i) == Boot(1440))];
        Assert.Equal(firstDay.Min(i => Used(captures[i])), series.Least[0]);
        Assert.Equal(firstDay.Max(i => Used(captures[i])), series.Greatest[0]);
        Assert.Empty(reader.Check());
    }

    [Fact]
    public void A_file_shrinks_below_the_size_that_it_may_have()
    {
        using var file = new StoreFile();
        file.Store(Captures(20_000));
        long before = new FileInfo(file.Path).Length;

        Pruned pruned = Prune(file, new Retention { MostBytes = before / 2 }, s_start.AddDays(20));

        Assert.InRange(new FileInfo(file.Path).Length, 1, before / 2);
        Assert.Equal((before, new FileInfo(file.Path).Length), (pruned.BytesBefore, pruned.BytesAfter));
        Assert.InRange(pruned.Captures, 1, 20_000);
        Assert.Equal(s_start.AddMinutes(19_999), file.Load().Samples[^1].TakenAt);
    }

    [Fact]
    public void What_was_pruned_is_not_taken_in_again_and_what_is_later_is()
    {
        List<Capture> captures = Captures(1500);
        using var file = new StoreFile();
        file.Store(captures.Take(1400));
        Prune(file, new Retention { Captures = TimeSpan.FromHours(1) }, s_start.AddMinutes(1400));
        int samples = file.Load().Samples.Length;

        Assert.Equal(100, file.Store(captures));

        Assert.Equal(samples + 100, file.Load().Samples.Length);
    }

    [Fact]
    public void A_pruned_history_still_shows_the_leak_under_the_load()
    {
        // A floor that rises by six an hour under a load a thousand times that, whatever the last capture of an hour was.
        List<Capture> captures = [.. Captures(4000).Select((c, i) => WithUsed(c, "moving", 1000 + (i / 10) + (i % 7 * 1000)))];
        using var file = new StoreFile();
        file.Store(captures);
        Prune(file, new Retention { Captures = TimeSpan.FromMinutes(1) }, s_start.AddMinutes(4100));

        Series series = file.Load().Find(SeriesKind.ZoneUsed, "moving")!;
        Assert.All(
            series.Least.Select((least, hour) => (least, hour)).Skip(1).SkipLast(1),
            s => Assert.InRange(s.least!.Value - series.Least[s.hour - 1]!.Value, 0, 30));
    }

    private static int Boot(int minute) => minute / (25 * 60);

    private static List<Capture> Captures(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new Capture
        {
            Source = $"spool/{i}",
            ContentMark = $"{i}",
            TakenAt = s_start.AddMinutes(i),
            Host = new HostIdentity { Name = "host1", UptimeSeconds = (i % (25 * 60) * 60) + 30 },
            Zones = new ZoneTable(
                new SourceFile($"spool/{i}/vmstat-z.txt"),
                [Row("still", 5), Row("moving", (i * 7919 % 1000) + (i / 5))],
                hasCrossDomain: true),
        }),
    ];

    private static Capture WithUsed(Capture capture, string zone, long used) => capture with
    {
        Zones = new ZoneTable(capture.Zones!.File, [.. capture.Zones.Rows.Select(r => r.Name == zone ? r with { Used = used } : r)], hasCrossDomain: true),
    };

    private static ZoneRow Row(string name, long used) => new()
    {
        Name = name,
        Size = 64,
        Limit = 0,
        Used = used,
        Free = 0,
        Requests = 1000,
        Line = 2,
    };

    private static long Used(Capture capture) => capture.Zones!.Find("moving")!.Value.Used;

    private static Pruned Prune(StoreFile file, Retention keep, DateTimeOffset now)
    {
        using var writer = new StoreWriter(file.Path);
        return writer.Prune(keep, now);
    }
}
