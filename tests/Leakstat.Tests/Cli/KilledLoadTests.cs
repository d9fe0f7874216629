using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Leakstat.Store;

namespace Leakstat.Tests.Cli;

/// <summary><c>kill -9</c> in the midst of a load, of a real process.</summary>
[Trait("Takes", "long")]
public sealed class KilledLoadTests : IDisposable
{
    private const int Hosts = 30;
    private const int Captures = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("leakstat-killed-");

    [Fact]
    public void What_was_reported_before_the_kill_is_stored_and_the_next_load_goes_on()
    {
        string spool = MakeSpool();
        string db = Path.Combine(_folder.FullName, "killed.db");
        var random = new Random(3);
        int killed = 0;
        int rounds = LongRuns.Times(8, 100);
        for (int round = 0; round < rounds; round++)
        {
            foreach (string left in Directory.EnumerateFiles(_folder.FullName, "killed.db*"))
            {
                File.Delete(left);
            }

            // Two kills on the way, one after another, then to the end.
            ConcurrentDictionary<string, int> reported = [];
            killed += Load(spool, db, reported, killAfter: random.Next(0, 12), wait: random.Next(0, 6)) ? 1 : 0;
            AssertStored(db, reported);
            killed += Load(spool, db, reported, killAfter: random.Next(0, 12), wait: random.Next(0, 6)) ? 1 : 0;
            AssertStored(db, reported);
        }

        Assert.False(Load(spool, db, [], killAfter: int.MaxValue, wait: 0));
        Assert.InRange(killed, rounds, 2 * rounds);
        using var reader = new StoreReader(db);
        Assert.Equal(Enumerable.Repeat((long)Captures, Hosts), reader.Hosts().Select(h => h.Captures));
        Assert.Empty(reader.Check());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void AssertStored(string db, ConcurrentDictionary<string, int> reported)
    {
        if (reported.IsEmpty)
        {
            return;
        }

        using var reader = new StoreReader(db);
        Assert.Empty(reader.Check());
        Dictionary<string, long> stored = reader.Hosts().ToDictionary(h => h.Name, h => h.Captures);
        Assert.All(reported, host => Assert.Equal(host.Value, stored[host.Key]));
    }

    /// <summary>Runs a load; gives whether it was killed.</summary>
    private static bool Load(string spool, string db, ConcurrentDictionary<string, int> reported, int killAfter, int wait)
    {
        var start = new ProcessStartInfo(TestedProgram.Path, ["history", spool, "--db", db, "-v"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        int lines = 0;
        bool killed = false;
        while (process.StandardError.ReadLine() is { } line)
        {
            // leakstat: 4 captures of host07 stored
            string[] words = line.Split(' ');
            Assert.Equal("stored", words[^1]);
            reported[words[4]] = int.Parse(words[1], CultureInfo.InvariantCulture);
            if (!killed && ++lines > killAfter)
            {
                Thread.Sleep(wait);
                process.Kill();
                killed = true;
            }
        }

        process.WaitForExit();
        return process.ExitCode != 0;
    }

    private string MakeSpool()
    {
        string[] captures = [.. Given.SeriesFolders("freebsd-14.2-leak-malloc-series").Take(Captures).Select(Given.Data)];
        string spool = Path.Combine(_folder.FullName, "spool");
        for (int host = 0; host < Hosts; host++)
        {
            for (int i = 0; i < Captures; i++)
            {
                string folder = Path.Combine(spool, $"host{host:00}", $"2026-11-20T19:0{i}:00Z");
                Directory.CreateDirectory(folder);
                foreach (string name in new[] { "vmstat-z.txt", "vmstat-m.txt" })
                {
                    File.Copy(Path.Combine(captures[i], name), Path.Combine(folder, name));
                }

                File.WriteAllText(Path.Combine(folder, "manifest.json"), $$"""{"host": "host{{host:00}}", "takenAt": "2026-11-20T19:0{{i}}:00Z"}""");
            }
        }

        return spool;
    }
}
