using System.Globalization;
using Leakstat.Accounting;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;
using Leakstat.Store;

namespace Leakstat.Tests.Store;

/// <summary>
/// The captures of a host have one order, whether they are read from folders or from a store, and however they came into
/// the store: times out of order, equal, missing, or only in names without a zone.
/// </summary>
public sealed class CaptureOrderTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 20, 18, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_store_and_folders_give_the_same_history_whatever_times_the_captures_have()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            MemorySource[] given = [.. Enumerable.Range(0, random.Next(1, 4)).Select(n => Spool($"spool{n}", random, random.Next(1, 9)))];
            random.Shuffle(given);

            Hold(seed, given, [given]);
        }
    }

    [Fact]
    public void It_does_not_matter_in_which_order_a_spool_came_into_the_store()
    {
        for (int seed = 1000; seed < 1300; seed++)
        {
            var random = new Random(seed);
            MemorySource spool = Spool("spool", random, random.Next(2, 12));
            List<ISourceNode> some = [.. spool.Children().Where(_ => random.Next(2) == 0)];

            Hold(seed, [spool], [[new MemorySource("spool", some)], [spool]]);
        }
    }

    [Fact]
    public void Captures_given_one_by_one_stay_as_they_were_given_where_times_do_not_tell()
    {
        var random = new Random(1);
        MemorySource before = Folder("before", random, "2026-11-20T18:00:00Z");
        MemorySource after = Folder("after", random, "2026-11-20T18:00:00Z");

        Hold(0, [before, after], [[before, after]]);
        Hold(0, [before, after], [[before], [after]]);
        Assert.Equal("after", SourceSet.Open([before, after], new NamePool(), ReadLimits.Default, zstd: null).Hosts[0].Captures().Last().Source);
    }

    [Fact]
    public void The_latest_capture_is_the_last_in_order_and_not_the_last_that_came()
    {
        var random = new Random(2);
        MemorySource[] captures =
        [
            Folder("cap-1", random, "2026-11-20T18:00:00Z"),
            Folder("cap-2", random, takenAt: null),
            Folder("cap-10", random, "2026-11-20T18:00:00Z"),
        ];
        Hold(0, [new MemorySource("spool", captures)], [[new MemorySource("spool", captures[2..])], [new MemorySource("spool", captures)]]);
        Hold(0, [new MemorySource("spool", captures)], [[new MemorySource("spool", captures[1..2])], [new MemorySource("spool", captures)]]);
    }

    /// <summary>Holds what the folders give against what a store gives that was loaded in some steps.</summary>
    private static void Hold(int seed, IReadOnlyList<ISourceNode> folders, ISourceNode[][] loads)
    {
        List<Capture> direct = [.. Assert.Single(Open(folders).Hosts).Captures()];
        using var file = new StoreFile();
        foreach (ISourceNode[] load in loads)
        {
            using var writer = new StoreWriter(file.Path);
            foreach (HostSource host in Open(load).Hosts)
            {
                foreach (Capture capture in host.Captures())
                {
                    writer.Host(host.Host!).Add(capture, LedgerBuilder.From(capture));
                }
            }

            writer.Commit(isEnd: seed % 2 == 0);
        }

        using var reader = new StoreReader(file.Path);
        StoredHistory stored = reader.LoadWhole("h1")!;
        string[] expected = [.. direct.Select(c => c.Source)];
        Assert.True(
            expected.SequenceEqual(stored.History.Samples.Select(s => s.Source)),
            $"seed {seed}: {string.Join(" ", expected)}\nstored: {string.Join(" ", stored.History.Samples.Select(s => s.Source))}");
        StoreFile.AssertSame(StoreFile.Direct(direct), stored.History);
        Assert.Equal(expected[^1], stored.Latest?.Source);
    }

    private static SourceSet Open(IReadOnlyList<ISourceNode> sources) =>
        SourceSet.Open(sources, new NamePool(), ReadLimits.Default, zstd: null);

    private static MemorySource Spool(string name, Random random, int count)
    {
        HashSet<string> names = [];
        List<ISourceNode> captures = [];
        while (captures.Count < count)
        {
            DateTimeOffset time = s_start.AddHours(random.Next(4));
            string folder = random.Next(3) switch
            {
                0 => $"cap-{random.Next(1, 30)}",
                1 => time.AddMinutes(random.Next(2)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                _ => time.AddMinutes(random.Next(2)).ToString("yyyy-MM-dd_HHmm", CultureInfo.InvariantCulture),
            };
            if (names.Add(folder))
            {
                string? taken = random.Next(3) == 0 ? null : s_start.AddHours(random.Next(4)).ToString("o", CultureInfo.InvariantCulture);
                captures.Add(Folder(folder, random, taken));
            }
        }

        return new MemorySource(name, captures);
    }

    private static MemorySource Folder(string name, Random random, string? takenAt)
    {
        int used = random.Next(1, 1_000_000);
        string zones =
            "ITEM                   SIZE   LIMIT     USED     FREE      REQ FAIL SLEEP XDOM\n"
            + string.Create(CultureInfo.InvariantCulture, $"PROC:                  1376,      0,{used,8},      14,{used + random.Next(1000),8},   0,   0,   0\n");
        List<ISourceNode> files = [new MemorySource("vmstat-z.txt", zones), new MemorySource("sysctl.txt", "kern.hostname: h1\n")];
        if (takenAt is not null)
        {
            files.Add(new MemorySource("manifest.json", $$"""{"host": "h1", "takenAt": "{{takenAt}}"}"""));
        }

        return new MemorySource(name, files);
    }
}
