using System.Diagnostics;
using Leakstat.History;
using Leakstat.Store;
using Leakstat.Tests.Hostile;
using Leakstat.Tests.Store;

namespace Leakstat.Tests.Cli;

/// <summary><c>kill -9</c> in the midst of pruning and of collecting, of a real process.</summary>
[Trait("Takes", "long")]
public sealed class KilledWritersTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-killed-");

    [Fact]
    public void Pruning_that_is_killed_has_lost_nothing_and_goes_on()
    {
        using var made = new StoreFile();
        for (int host = 0; host < 12; host++)
        {
            made.Store(StoreTests.Long(400), $"host{host:00}");
        }

        string db = Path.Combine(_folder.FullName, "killed.db");
        var random = new Random(5);
        int killed = 0;
        int rounds = LongRuns.Times(8, 330);
        TimeSpan whole = TimeSpan.Zero;
        for (int round = 0; round <= rounds; round++)
        {
            foreach (string left in Directory.EnumerateFiles(_folder.FullName, "killed.db*"))
            {
                File.Delete(left);
            }

            File.Copy(made.Path, db);
            var clock = Stopwatch.StartNew();
            killed += Prune(db, round == 0 ? null : whole * (0.3 + (0.7 * random.NextDouble()))) ? 1 : 0;
            whole = round == 0 ? clock.Elapsed : whole;
            Hold(db, made);
            Assert.False(Prune(db, after: null));
            Hold(db, made);
        }

        Assert.InRange(killed, rounds / 4, rounds);
    }

    [Fact]
    public void A_collection_that_is_killed_leaves_whole_captures_only()
    {
        string ssh = RecordedHost.Ssh(Path.Combine(_folder.FullName, "host"), "freebsd-14.2-leak-malloc-series/01");
        var random = new Random(9);
        int rounds = LongRuns.Times(3, 330);
        int reported = 0;
        for (int round = 0; round < rounds; round++)
        {
            string spool = Path.Combine(_folder.FullName, $"spool{round}");
            using Process process = Process.Start(new ProcessStartInfo(
                TestedProgram.Path, ["collect", "ssh://fw1", "-o", spool, "--every", "1s", "-v", "--ssh", ssh])
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            List<string> places = [];
            int after = random.Next(1, 3);
            while (process.StandardError.ReadLine() is { } line)
            {
                if (line.StartsWith("leakstat: ssh://fw1: /", StringComparison.Ordinal))
                {
                    places.Add(line["leakstat: ssh://fw1: ".Length..]);
                }

                if (places.Count == after && !process.HasExited)
                {
                    Thread.Sleep(random.Next(0, 1500));
                    process.Kill(entireProcessTree: true);
                }
            }

            process.WaitForExit();
            reported += places.Count;
            string[] captures = [.. Directory.GetDirectories(Assert.Single(Directory.GetDirectories(spool))).Where(f => !Path.GetFileName(f).StartsWith('.'))];
            Assert.Subset(captures.ToHashSet(), places.ToHashSet());
            int files = Directory.GetFiles(captures[0]).Length;
            Assert.All(captures, capture =>
            {
                Assert.Equal(files, Directory.GetFiles(capture).Length);
                Assert.Contains("\"complete\": true", File.ReadAllText(Path.Combine(capture, "manifest.json")).Replace("\":true", "\": true", StringComparison.Ordinal), StringComparison.Ordinal);
            });
            Assert.Equal(0, CommandRun.Of(["detect", spool, "-q"]).ExitCode);
        }

        Assert.InRange(reported, rounds, int.MaxValue);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Runs it; gives whether it was killed.</summary>
    private static bool Prune(string db, TimeSpan? after)
    {
        using Process process = Process.Start(new ProcessStartInfo(
            TestedProgram.Path, ["history", "prune", "--store", db, "--keep-captures", "1h", "-q"])
        {
            UseShellExecute = false,
        })!;
        if (after is { } time && !process.WaitForExit(time))
        {
            process.Kill();
        }

        process.WaitForExit();
        Assert.True(process.ExitCode is 0 or 137, $"{process.ExitCode}");
        return process.ExitCode != 0;
    }

    /// <summary>Whatever was thinned out: every host is there to its last capture, with the extremes of each series.</summary>
    private static void Hold(string db, StoreFile made)
    {
        using var reader = new StoreReader(db);
        using var before = new StoreReader(made.Path);
        Assert.Empty(reader.Check());
        Assert.Equal(12, reader.Hosts().Length);
        foreach (StoredHost host in reader.Hosts())
        {
            HostHistory now = reader.Load(host.Name)!;
            HostHistory then = before.Load(host.Name)!;
            Assert.Equal(then.Samples[^1].TakenAt, now.Samples[^1].TakenAt);
            Assert.Equal(then.Series.Select(s => (s.Values.Min(), s.Values.Max())), now.Series.Select(
                s => ((s.Least.IsEmpty ? s.Values : s.Least).Min(), (s.Greatest.IsEmpty ? s.Values : s.Greatest).Max())));
        }
    }
}
