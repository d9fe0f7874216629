using Leakstat.Accounting;
using Leakstat.Model;
using Leakstat.Store;

namespace Leakstat.Tests.Store;

/// <summary>What was stored is read back as if the captures were read.</summary>
public sealed class StoreTests
{
    [Theory]
    [InlineData("freebsd-14.2-leak-malloc-series")]
    [InlineData("freebsd-14.2-healthy-load-series")]
    public void A_stored_history_is_the_one_that_the_captures_give(string series)
    {
        List<Capture> captures = StoreFile.Series(series);
        using var file = new StoreFile();

        Assert.Equal(captures.Count, file.Store(captures));

        StoreFile.AssertSame(StoreFile.Direct(captures), file.Load());
    }

    [Fact]
    public void The_same_captures_again_add_nothing()
    {
        List<Capture> captures = StoreFile.Series("freebsd-14.2-leak-malloc-series");
        using var file = new StoreFile();
        file.Store(captures.Take(5));

        Assert.Equal(captures.Count - 5, file.Store(captures));
        Assert.Equal(0, file.Store(captures));

        StoreFile.AssertSame(StoreFile.Direct(captures), file.Load());
    }

    [Fact]
    public void Captures_that_come_late_are_put_in_their_place()
    {
        List<Capture> captures = StoreFile.Series("freebsd-14.2-leak-malloc-series");
        using var file = new StoreFile();
        file.Store(captures.Skip(9));
        file.Store(captures.Take(4));
        file.Store(captures.Skip(4).Take(5).Reverse());

        StoreFile.AssertSame(StoreFile.Direct(captures), file.Load());
    }

    [Fact]
    public void Packed_captures_and_later_ones_are_one_history()
    {
        List<Capture> captures = Long(1500);
        using var file = new StoreFile();
        file.Store(captures.Take(1300));
        file.Store(captures);

        StoreFile.AssertSame(StoreFile.Direct(captures), file.Load());
    }

    [Fact]
    public void Hosts_are_kept_apart_and_listed()
    {
        List<Capture> one = StoreFile.Series("freebsd-14.2-leak-malloc-series");
        List<Capture> two = StoreFile.Series("freebsd-14.2-healthy-load-series");
        using var file = new StoreFile();
        file.Store(one, "one");
        file.Store(two, "two");
        using var reader = new StoreReader(file.Path);

        Assert.Equal(
            [("one", one.Count, one[^1].TakenAt), ("two", two.Count, two[^1].TakenAt)],
            reader.Hosts().Select(h => (h.Name, (int)h.Captures, h.Latest)));
        StoreFile.AssertSame(StoreFile.Direct(two), reader.Load("two")!);
        Assert.Null(reader.Load("three"));
        Assert.Empty(reader.Check());
    }

    [Fact]
    public void A_reader_sees_what_was_committed_while_a_writer_goes_on()
    {
        List<Capture> captures = StoreFile.Series("freebsd-14.2-leak-malloc-series");
        using var file = new StoreFile();
        using var writer = new StoreWriter(file.Path);
        Add(writer, captures.Take(3));
        writer.Commit();
        Add(writer, captures.Skip(3));

        Assert.Equal(3, file.Load().Samples.Length);
        writer.Commit();
        Assert.Equal(captures.Count, file.Load().Samples.Length);
    }

    /// <summary>Captures of a host with a few zones, by the minute, rebooted once.</summary>
    internal static List<Capture> Long(int count)
    {
        Capture start = Given.CaptureFolder("freebsd-14.2-leak-malloc-series/01");
        return [.. Enumerable.Range(0, count).Select(i => new Capture
        {
            Source = $"spool/{i}",
            ContentMark = $"{i}",
            TakenAt = start.TakenAt!.Value.AddMinutes(i),
            Host = new HostIdentity { Name = "host1", UptimeSeconds = (i < 700 ? 1000 : -41_000) + (i * 60L) },
            Zones = new ZoneTable(
                new SourceFile($"spool/{i}/vmstat-z.txt"),
                [.. start.Zones!.Rows.Take(12).Select((row, n) => row with { Used = row.Used + (n % 3 == 0 ? i * n % 97 : 0) })],
                hasCrossDomain: true),
        })];
    }

    private static void Add(StoreWriter writer, IEnumerable<Capture> captures)
    {
        foreach (Capture capture in captures)
        {
            writer.Host("host1").Add(capture, LedgerBuilder.From(capture));
        }
    }
}
