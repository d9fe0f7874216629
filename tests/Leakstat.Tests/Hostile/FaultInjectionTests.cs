using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Leakstat.History;
using Leakstat.Store;
using Leakstat.Tests.Store;

namespace Leakstat.Tests.Hostile;

/// <summary>
/// Every call by which leakstat changes files fails once, in every way that a disk has: nothing that was reported as stored is
/// lost, no half file stands under its final name, nothing is left beside it, and what is said is said with code 74. What the
/// system asks to be tried again (EINTR, a short write) is.
/// </summary>
[Trait("Takes", "long")]
public sealed class FaultInjectionTests(FaultyDisk disk) : IClassFixture<FaultyDisk>
{
    private const string Sample = "samples/freebsd-14.2-fresh-boot";
    private const string Series = "freebsd-14.2-leak-malloc-series";

    [Theory]
    [InlineData("diagnose", "--html")]
    [InlineData("diagnose", "--sarif")]
    [InlineData("detect", "--html")]
    public void A_report_takes_the_place_of_the_old_one_whole_or_not_at_all(string command, string option)
    {
        string report = Path.Combine(disk.Folder, "report");
        string[] arguments = [command, Path.Combine(Given.Root, command == "detect" ? $"samples/{Series}" : Sample), "-q", option, report];
        disk.Clear();
        disk.Run(arguments);
        string whole = File.ReadAllText(report);
        Walk(arguments, () => File.WriteAllText(report, "old"), run =>
        {
            Assert.Equal(run.ExitCode == 0 ? whole : "old", File.ReadAllText(report));
            Assert.Equal(["report"], disk.Files);
        });
    }

    [Theory]
    [InlineData("scrubbed")]
    [InlineData("scrubbed.tar.gz")]
    public void A_scrubbed_capture_is_there_whole_or_not_at_all(string name)
    {
        string[] arguments = ["scrub", Path.Combine(Given.Root, Sample), "-o", Path.Combine(disk.Folder, name)];
        disk.Clear();
        disk.Run(arguments);
        (string File, long Length)[] whole = Held();
        Assert.InRange(whole.Length, 10, 1000);
        Walk(arguments, static () => { }, run => Assert.Equal(run.ExitCode == 0 ? whole : [], Held()));

        (string, long)[] Held() =>
            [.. disk.Files.SelectMany(f => name.EndsWith('z') ? Entries(Path.Combine(disk.Folder, f)) : [(f, new FileInfo(Path.Combine(disk.Folder, f)).Length)])];
    }

    private static List<(string Name, long Length)> Entries(string archive)
    {
        using var packed = new FileStream(archive, FileMode.Open, FileAccess.Read);
        using var plain = new GZipStream(packed, CompressionMode.Decompress);
        using var tar = new TarReader(plain);
        List<(string, long)> entries = [];
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            entries.Add((entry.Name, entry.Length));
        }

        return entries;
    }

    [Fact]
    public void A_load_keeps_what_it_reported_and_the_next_one_goes_on()
    {
        string db = Path.Combine(disk.Folder, "history.db");
        string[] arguments = ["history", "load", Path.Combine(Given.Root, $"samples/{Series}"), "--store", db, "-v"];
        HostHistory expected = StoreFile.Direct(StoreFile.Series(Series));
        Walk(arguments, static () => { }, run =>
        {
            if (run.ExitCode == 0)
            {
                Hold(db, expected);
            }
            else if (StoredIn(run.Error) is > 0 and var stored)
            {
                HoldFirst(db, expected, stored);
            }

            Assert.Equal(0, disk.Run(arguments).ExitCode);
            Hold(db, expected);
        });
    }

    [Fact]
    public void Pruning_loses_nothing_but_what_it_thins_out()
    {
        string db = Path.Combine(disk.Folder, "history.db");
        using var made = new StoreFile();
        made.Store(StoreTests.Long(1100));
        string[] arguments = ["history", "prune", "--store", db, "--keep-captures", "1h", "-q"];
        disk.Clear();
        File.Copy(made.Path, db);
        Assert.Equal(0, disk.Run(arguments).ExitCode);
        (long?, long?)[] expected = Extremes(db);
        Assert.Equal(expected, Extremes(made.Path));
        Walk(arguments, () => File.Copy(made.Path, db), _ =>
        {
            Assert.Equal(expected, Extremes(db));
            Assert.Equal(0, disk.Run(arguments).ExitCode);
            Assert.Equal(expected, Extremes(db));
        });
    }

    [Fact]
    public void A_gate_lists_what_it_has_and_goes_on_after_a_fault()
    {
        string folder = Path.Combine(disk.Folder, "gate");
        string zones = Given.Data($"{Series}/01/vmstat-z.txt");
        string[] begin = ["gate", "begin", "-o", folder, "--target", "local", "--capture", $"cat '{zones}'"];
        Walk(begin, static () => { }, run =>
        {
            // One that could not be begun is begun anew; one whose capture failed is gone on with.
            if (run.ExitCode != 0 && !File.Exists(Path.Combine(folder, "gate.tsv")))
            {
                Assert.DoesNotContain("gate/gate.tsv", disk.Files);
            }
        });

        string[] mark = ["gate", "mark", folder];
        Walk(
            mark,
            () => Assert.Equal(0, disk.Run(begin).ExitCode),
            run =>
            {
                HoldGate(folder, run.ExitCode == 0 ? 2 : 1, zones);
                Assert.Equal(0, disk.Run(mark).ExitCode);
                HoldGate(folder, run.ExitCode == 0 ? 3 : 2, zones);
            });
    }

    [Fact]
    public void A_capture_of_a_host_is_in_the_spool_whole_or_not_at_all()
    {
        string spool = Path.Combine(disk.Folder, "spool");
        string[] arguments = ["collect", "ssh://fw1", "-o", spool, "--once", "-v", "--ssh", RecordedHost.Ssh(disk.Beside("host"), $"{Series}/01")];
        disk.Clear();
        Assert.Equal(0, disk.Run(arguments).ExitCode);
        int whole = disk.Files.Length;
        Walk(arguments, static () => { }, run =>
        {
            Assert.True(run.ExitCode == 0 ? disk.Files.Length == whole : disk.Files.Length <= 1, string.Join(' ', disk.Files));
            Assert.Equal(0, disk.Run(arguments).ExitCode);
            Assert.InRange(Directory.GetDirectories(spool).Length, 1, 1);
        });
    }

    [Fact]
    public void Without_the_library_of_SQLite_the_store_says_so_and_all_else_works()
    {
        disk.Clear();
        string db = Path.Combine(disk.Folder, "history.db");
        FaultyRun load = disk.Run(["history", "load", Path.Combine(Given.Root, $"samples/{Series}"), "--store", db], missing: "sqlite3");
        Assert.Equal(3, load.ExitCode);
        Assert.StartsWith("leakstat: the history store needs SQLite's library, which is not installed", load.Error, StringComparison.Ordinal);
        Assert.Single(load.Error.TrimEnd().Split('\n'));
        Assert.Equal(0, disk.Run(["detect", Path.Combine(Given.Root, $"samples/{Series}"), "-q"], missing: "sqlite3").ExitCode);
    }

    /// <summary>Lets each call fail in each way, or some of them where the full counts are not wanted.</summary>
    private void Walk(string[] arguments, Action prepare, Action<FaultyRun> hold)
    {
        disk.Clear();
        prepare();
        FaultyRun without = disk.Run(arguments);
        Assert.Equal(0, without.ExitCode);
        int step = Math.Max(1, without.Calls.Length / LongRuns.Times(2, 1000));
        foreach (int error in (int[])[FaultyDisk.NoSpace, FaultyDisk.InputOutput, FaultyDisk.Interrupted, FaultyDisk.ShortWrite])
        {
            // The last ones are those that matter: what is whole is moved to its place.
            HashSet<int> points = [.. Enumerable.Range(0, without.Calls.Length).Where(i => i % step == error % step).Select(i => i + 1), without.Calls.Length];
            foreach (int at in points.Order())
            {
                disk.Clear();
                prepare();
                FaultyRun run = disk.Run(arguments, at, error);
                string told = string.Create(CultureInfo.InvariantCulture, $"{arguments[0]}: call {at} ({run.Failed}), error {error}: exit {run.ExitCode}\n{run.Error}");
                Assert.True(run.ExitCode is 0 or 74 || IsOfOpening(run), told);

                // SQLite does not ask for a sync again, which no disk interrupts.
                Assert.True(
                    error is FaultyDisk.NoSpace or FaultyDisk.InputOutput || run.ExitCode == 0 || run.Failed.EndsWith("sync", StringComparison.Ordinal),
                    told);
                Assert.True(run.ExitCode == 0 || run.Error.Contains("leakstat: ", StringComparison.Ordinal), told);
                Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
                Assert.DoesNotContain(".part", run.Error, StringComparison.Ordinal);
                hold(run);
                Assert.DoesNotContain(disk.Files, f => f.Contains(".part", StringComparison.Ordinal));
            }
        }
    }

    /// <summary>Why a file of its own cannot be made SQLite does not tell: the folder is named, code 3.</summary>
    private static bool IsOfOpening(FaultyRun run) => run.ExitCode == 3
        && run.Failed.Contains("open", StringComparison.Ordinal)
        && run.Error.Contains("cannot be opened (its folder has to be writable", StringComparison.Ordinal);

    // A slow machine stores in steps, and says each.
    private static int StoredIn(string told) =>
        told.Split('\n').Where(line => line.EndsWith(" stored", StringComparison.Ordinal))
            .Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).LastOrDefault();

    /// <summary>What was told is there; so may be a step that was stored and not told of.</summary>
    private static void HoldFirst(string db, HostHistory expected, int told)
    {
        using var reader = new StoreReader(db);
        Assert.Empty(reader.Check());
        HostHistory stored = reader.Load(Assert.Single(reader.Hosts()).Name)!;
        int count = stored.Samples.Length;
        Assert.InRange(count, told, expected.Samples.Length);
        Assert.Equal(expected.Samples.Take(count).Select(s => s.TakenAt), stored.Samples.Select(s => s.TakenAt));
        foreach (Series have in stored.Series)
        {
            Assert.Equal(expected.Find(have.Key.Kind, have.Key.Name)!.Values.Take(count), have.Values);
        }
    }

    private static void Hold(string db, HostHistory expected)
    {
        using var reader = new StoreReader(db);
        Assert.Empty(reader.Check());
        string host = Assert.Single(reader.Hosts()).Name;
        HostHistory stored = reader.Load(host)!;
        Assert.Equal(expected.Samples.Select(s => s.TakenAt), stored.Samples.Select(s => s.TakenAt));
        foreach ((Series want, Series have) in expected.Series.Zip(stored.Series))
        {
            Assert.Equal(want.Key, have.Key);
            Assert.Equal(want.Values, have.Values);
        }
    }

    private static void HoldGate(string folder, int captures, string zones)
    {
        string[] lines = [.. File.ReadLines(Path.Combine(folder, "gate.tsv")).Where(l => l.StartsWith("capture\t", StringComparison.Ordinal))];
        Assert.Equal(captures, lines.Length);
        string[] taken = Directory.GetDirectories(Path.Combine(folder, "captures"));
        Assert.Equal(captures, taken.Length);
        Assert.All(taken, t => Assert.Equal(File.ReadAllText(zones), File.ReadAllText(Path.Combine(t, "capture.txt"))));
    }

    /// <summary>Least and greatest value of each series, which thinning out keeps.</summary>
    private static (long? Least, long? Greatest)[] Extremes(string db)
    {
        using var reader = new StoreReader(db);
        Assert.Empty(reader.Check());
        HostHistory history = reader.Load("host1")!;
        return [.. history.Series.Select(s => (
            (s.Least.IsEmpty ? s.Values : s.Least).Min(), (s.Greatest.IsEmpty ? s.Values : s.Greatest).Max()))];
    }
}
