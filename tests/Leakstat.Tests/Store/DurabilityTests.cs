using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Store;
using Leakstat.Store.Errors;

namespace Leakstat.Tests.Store;

/// <summary>What was reported as stored is there after a power cut and after the disk was full, and the next load goes on.</summary>
public sealed class DurabilityTests
{
    private const int Count = 1400;

    private static readonly List<Capture> s_captures = StoreTests.Long(Count);

    [Fact]
    [Trait("Takes", "long")]
    public void A_power_cut_at_any_point_loses_nothing_that_was_reported()
    {
        using var file = new StoreFile();
        RecordingLayer.Start();
        List<(int Step, int Stored)> reports = [];
        Write(file.Path, n => reports.Add((RecordingLayer.Count, n)));
        FileStep[] steps = RecordingLayer.Steps;
        Assert.True(reports.Count > 20 && steps.Length > 200);

        var random = new Random(20261120);
        for (int cut = 0; cut < 150; cut++)
        {
            int step = cut == 0 ? steps.Length : random.Next(1, steps.Length);
            using var after = new StoreFile();
            PowerCut.Apply(steps.AsSpan(0, step), file.Path, after.Path, random);
            int reported = reports.LastOrDefault(r => r.Step <= step).Stored;
            if (reported == 0)
            {
                // Nothing was reported: there may be no store yet. A load makes one or goes on.
                Assert.InRange(after.Store(s_captures.Take(20)), 0, 20);
                continue;
            }

            using (var reader = new StoreReader(after.Path))
            {
                Assert.Empty(reader.Check());
                HostHistory history = reader.Load("host1")!;
                Assert.InRange(history.Samples.Length, reported, Count);
                StoreFile.AssertSame(StoreFile.Direct(s_captures.Take(history.Samples.Length)), history);
            }

            if (cut % 10 == 0)
            {
                after.Store(s_captures);
                StoreFile.AssertSame(StoreFile.Direct(s_captures), after.Load());
            }
        }
    }

    [Fact]
    [Trait("Takes", "long")]
    public void A_full_disk_is_said_and_loses_nothing_that_was_reported()
    {
        var random = new Random(7);
        int full = 0;
        for (int round = 0; round < 25; round++)
        {
            using var file = new StoreFile();
            RecordingLayer.Start(room: random.Next(20_000, 900_000));
            int reported = 0;
            try
            {
                Write(file.Path, n => reported = n);
            }
            catch (StoreException e)
            {
                Assert.True(e.IsFull, e.Message);
                Assert.EndsWith("there is no room left (full disk, or the largest size the file may have)", e.Message, StringComparison.Ordinal);
                full++;
            }

            if (reported > 0)
            {
                StoreFile.AssertSame(StoreFile.Direct(s_captures.Take(reported)), file.Load());
            }

            // There is room again.
            file.Store(s_captures);
            StoreFile.AssertSame(StoreFile.Direct(s_captures), file.Load());
        }

        Assert.InRange(full, 5, 25);
    }

    [Fact]
    [Trait("Takes", "long")]
    public void Pruning_on_a_full_disk_takes_smaller_steps_or_says_so_and_loses_nothing()
    {
        using var made = new StoreFile();
        made.Store(s_captures);
        var keep = new Retention { Captures = TimeSpan.FromHours(2) };
        DateTimeOffset now = s_captures[^1].TakenAt!.Value;
        using var pruned = new StoreFile();
        File.Copy(made.Path, pruned.Path);
        Prune(pruned.Path, keep, now, layer: null);
        HostHistory expected = pruned.Load();
        var random = new Random(11);
        int full = 0;
        for (int round = 0; round < LongRuns.Times(12, 100); round++)
        {
            using var file = new StoreFile();
            File.Copy(made.Path, file.Path);
            RecordingLayer.Start(room: random.Next(0, 400_000));
            try
            {
                Prune(file.Path, keep, now, RecordingLayer.Name);
            }
            catch (StoreException e)
            {
                Assert.True(e.IsFull, e.Message);
                full++;
            }

            using (var reader = new StoreReader(file.Path))
            {
                Assert.Empty(reader.Check());
                Assert.Equal(s_captures[^1].TakenAt, reader.Load("host1")!.Samples[^1].TakenAt);
            }

            // There is room again.
            RecordingLayer.Start();
            Prune(file.Path, keep, now, RecordingLayer.Name);
            StoreFile.AssertSame(expected, file.Load());
            Assert.Equal(expected.Series.SelectMany(s => s.Least), file.Load().Series.SelectMany(s => s.Least));
        }

        Assert.InRange(full, 1, LongRuns.Times(12, 100) - 1);
    }

    [Fact]
    public void Loads_beside_prunes_that_never_end_are_all_stored()
    {
        using var file = new StoreFile();
        file.Store(s_captures.Take(300));
        var keep = new Retention { Captures = TimeSpan.FromHours(3) };
        int loads = 0;
        int prunes = 0;
        Beside.Run(Load, Prune);
        Assert.Equal(34, loads);
        Assert.InRange(prunes, 1, int.MaxValue);
        HostHistory history = file.Load();
        Assert.Equal(s_captures[299 + (34 * 20)].TakenAt, history.Samples[^1].TakenAt);
        Assert.Equal(0, file.Store(s_captures.Take(300 + (34 * 20))));
        using var reader = new StoreReader(file.Path);
        Assert.Empty(reader.Check());

        void Load()
        {
            for (int i = 0; i < 34; i++)
            {
                Assert.Equal(20, file.Store(s_captures.Skip(300 + (i * 20)).Take(20)));
                Volatile.Write(ref loads, i + 1);
            }
        }

        // At least once, also where the loads had the processors for themselves.
        void Prune()
        {
            do
            {
                DurabilityTests.Prune(file.Path, keep, s_captures[300 + (Volatile.Read(ref loads) * 20)].TakenAt!.Value, layer: null);
                prunes++;
            }
            while (Volatile.Read(ref loads) < 34);
        }
    }

    private static void Prune(string file, Retention keep, DateTimeOffset now, string? layer)
    {
        using var writer = new StoreWriter(file, layer);
        writer.Prune(keep, now);
    }

    [Fact]
    public void Readers_see_whole_commits_while_a_writer_goes_on()
    {
        using var file = new StoreFile();
        file.Store(s_captures.Take(7));
        HostHistory[] expected = [.. Enumerable.Range(0, 15).Select(i => StoreFile.Direct(s_captures.Take(7 + (i * 60))))];
        int seen = 0;
        bool isDone = false;
        Beside.Run(Append, Read, Read, Read);
        Assert.InRange(seen, 3, int.MaxValue);
        StoreFile.AssertSame(expected[^1], file.Load());

        void Read()
        {
            do
            {
                HostHistory history = file.Load();
                Assert.Equal(7, history.Samples.Length % 60);
                StoreFile.AssertSame(expected[history.Samples.Length / 60], history);
                Interlocked.Increment(ref seen);
            }
            while (!Volatile.Read(ref isDone));
        }

        void Append()
        {
            try
            {
                using var writer = new StoreWriter(file.Path);
                foreach (Capture capture in s_captures.Skip(7).Take(14 * 60))
                {
                    HostWriter host = writer.Host("host1");
                    host.Add(capture, LedgerBuilder.From(capture));
                    if (host.Waiting == 60)
                    {
                        writer.Commit();
                    }
                }
            }
            finally
            {
                Volatile.Write(ref isDone, true);
            }
        }
    }

    [Fact]
    public void Writers_take_turns_and_nothing_is_lost_or_stored_twice()
    {
        using var file = new StoreFile();
        file.Store(s_captures.Take(5));

        // Each writes every third capture and one of a neighbour's, so that texts, series and marks of the others matter.
        Parallel.For(0, 3, new ParallelOptions { MaxDegreeOfParallelism = 3 }, turn =>
        {
            using var writer = new StoreWriter(file.Path);
            for (int i = 5 + turn; i < 1100; i += 3)
            {
                Add(writer, i, i + 1);
                Add(writer, i - 1, i);
                if (i % 31 < 3)
                {
                    writer.Commit();
                }
            }

            writer.Commit(isEnd: true);
        });

        Assert.Equal(0, file.Store(s_captures.Take(1100)));
        StoreFile.AssertSame(StoreFile.Direct(s_captures.Take(1100)), file.Load());
        using var reader = new StoreReader(file.Path);
        Assert.Empty(reader.Check());
    }

    private static void Add(StoreWriter writer, int from, int to)
    {
        foreach (Capture capture in s_captures[from..to])
        {
            writer.Host("host1").Add(capture, LedgerBuilder.From(capture));
        }
    }

    /// <summary>Stores all captures in commits of different sizes; says after each how many are stored.</summary>
    private static void Write(string file, Action<int> stored)
    {
        using var writer = new StoreWriter(file, RecordingLayer.Name);
        for (int at = 0; at < Count;)
        {
            int next = Math.Min(Count, at + 1 + (at * 31 % 90));
            Add(writer, at, next);
            writer.Commit(isEnd: next == Count);
            stored(at = next);
        }
    }
}
