#pragma warning disable CA1416 // Shells and file modes: these tests run where shells are.
using System.Diagnostics;
using System.Globalization;
using Leakstat.Captures.Sources;
using Leakstat.Model;

namespace Leakstat.Tests.Collector;

/// <summary>The spool: locks, names, size, packing, and what may go wrong with disks, clocks and neighbours.</summary>
public sealed class CollectorSpoolTests
{
    [Theory]
    [InlineData("dash")]
    [InlineData("mksh")]
    [InlineData("ksh93")]
    public void AHangingCommandIsEndedAndTheRestIsKept(string shell)
    {
        using var host = new ReplayedHost();
        host.Replace("netstat", "trap '' TERM\nwhile :; do sleep 1; done");
        host.Replace("kldstat", "exec yes");
        File.Delete(Path.Combine(host.Commands, "swapinfo"));
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, host.Collect(shell, "-t", "1", "-H", "fw1").Status);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        string manifest = File.ReadAllText(Path.Combine(Assert.Single(host.Captures("fw1")), "manifest.json"));
        Assert.Contains("\"netstat --libxo json -m\", \"reason\": \"ended by signal 9 (limits: 1 s, 20 s of CPU, 16 MB)\"", manifest, StringComparison.Ordinal);
        Assert.Contains("\"swapinfo -k\", \"reason\": \"the command is missing or may not be run\"", manifest, StringComparison.Ordinal);
        Assert.Matches("\"kldstat -v\", \"reason\": \"ended by signal", manifest);
        Capture capture = host.Read();
        Assert.Equal(212, capture.Zones!.Rows.Length);
        Assert.Null(capture.KernelFiles);
        Assert.All(capture.Files, f => Assert.Equal(0, f.SkippedLines));
    }

    [Fact]
    public void RunsDoNotOverlapAndALockOfTheDeadIsNone()
    {
        using var host = new ReplayedHost();
        Assert.Equal(0, host.Collect("dash", "-H", "fw1").Status);
        string folder = Path.Combine(host.Spool, "fw1");

        // Process 1 lives and is no collector; the other number is above any process's.
        File.WriteAllText(Path.Combine(folder, ".run.1"), "");
        File.WriteAllText(Path.Combine(folder, ".run.999999999"), "");
        Directory.CreateDirectory(Path.Combine(folder, ".tmp.999999999"));
        Assert.Equal(0, host.Collect("mksh", "-H", "fw1").Status);
        Assert.Equal(2, host.Captures("fw1").Length);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder, ".run.*").Concat(Directory.EnumerateFileSystemEntries(folder, ".tmp.*")));

        host.Replace("dmesg", "sleep 5; echo x");
        using Process slow = host.Start("dash", [ReplayedHost.Script, "-d", host.Spool, "-H", "fw1"]);
        Assert.True(SpinWait.SpinUntil(() => Directory.EnumerateDirectories(folder, ".tmp.*").Any(), TimeSpan.FromSeconds(30)));
        ProcessResult second = host.Collect("ksh93", "-H", "fw1");
        Assert.Equal(75, second.Status);
        Assert.Equal("leakstat-collect: another run is still at work; this one ends\n", second.Errors);
        Assert.Equal("", host.Collect("dash", "-H", "fw1", "-q").Errors);
        Assert.Equal(0, ReplayedHost.Finish(slow).Status);
        Assert.Equal(3, host.Captures("fw1").Length);
    }

    [Fact]
    public void AClockThatStandsStillCostsNoCapture()
    {
        using var host = new ReplayedHost();
        host.Replace("date", "echo 2026-11-20T18:00:00Z 1795197600");
        for (int i = 0; i < 3; i++)
        {
            File.AppendAllText(Path.Combine(host.Recording, "sysctl.conf"), $"vm.pageout_oom_seq={i}\n");
            Assert.Equal(0, host.Collect("dash", "-H", "fw1").Status);
        }

        Assert.Equal(
            ["2026-11-20T18:00:00Z", "2026-11-20T18:00:00Z-2", "2026-11-20T18:00:00Z-3"],
            host.Captures("fw1").Select(c => Path.GetFileName(c)));
        Assert.All(
            Assert.Single(host.Open().Hosts).Captures(),
            c => Assert.Equal(new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero), c.TakenAt));
    }

    [Theory]
    [InlineData("../../etc", "_.._.._etc")]
    [InlineData("-rf", "_-rf")]
    [InlineData("a b;\"c\"", "a_b__c_")]
    [InlineData("..", "unnamed")]
    [InlineData("ü", "__")]
    public void AHostileHostNameStaysOneFolder(string name, string folder)
    {
        using var host = new ReplayedHost();
        File.WriteAllText(Path.Combine(host.Recording, "sysctl-0.txt"), $"kern.hostname: {name}\nkern.osreldate: 1402000\n");
        Assert.Equal(0, host.Collect().Status);
        Assert.Equal(folder, Path.GetFileName(Assert.Single(Directory.EnumerateDirectories(host.Spool))));
        Assert.Equal(folder, host.Read().Host.Name);
    }

    [Fact]
    public void OnlyAPlaceThatNobodyElseMayWriteToIsUsed()
    {
        using var host = new ReplayedHost();
        Directory.CreateDirectory(host.Spool);
        File.SetUnixFileMode(host.Spool, (UnixFileMode)0b111_111_111);
        Assert.Equal((1, true), Failure(host, "others may write there"));
        Assert.False(Directory.Exists(Path.Combine(host.Spool, "fw1")));
        File.SetUnixFileMode(host.Spool, (UnixFileMode)0b111_000_000);
        Directory.CreateSymbolicLink(Path.Combine(host.Spool, "fw1"), "/tmp");
        Assert.Equal((1, true), Failure(host, "is a link"));
        File.Delete(Path.Combine(host.Spool, "fw1"));
        File.WriteAllText(Path.Combine(host.Spool, "fw1"), "");
        Assert.Equal((1, true), Failure(host, "cannot be written to"));
        File.Delete(Path.Combine(host.Spool, "fw1"));
        Assert.Equal(0, host.Collect("dash", "-H", "fw1").Status);
        UnixFileMode mode = File.GetUnixFileMode(Directory.EnumerateFiles(Assert.Single(host.Captures("fw1"))).First());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    [Fact]
    public void TheOldestGoesWhenTheSpoolIsFull()
    {
        using var host = new ReplayedHost();
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(0, host.Collect("dash", "-H", "fw1", "-s", "1", "-c", "none").Status);
        }

        // A capture here takes some 400 kB: two fit, and the newest is one of them.
        ProcessResult used = host.Run("du", ["-sk", Path.Combine(host.Spool, "fw1")]);
        Assert.InRange(int.Parse(used.Text.Split('\t')[0], CultureInfo.InvariantCulture), 1, 1024);
        Assert.InRange(host.Captures("fw1").Length, 1, 3);
    }

    [Fact]
    public void AMonthOnAnApplianceFitsIntoAMegabyte()
    {
        // A week at four captures a day, from hosts under load; 1 MB a month are 233 kB a week.
        using var host = new ReplayedHost("OPNsense");
        string[] moments = [.. Given.SeriesFolders("freebsd-14.2-leak-malloc-series"), .. Given.SeriesFolders("freebsd-14.2-healthy-load-series")];
        foreach (string json in Directory.EnumerateFiles(host.Recording, "*.json"))
        {
            File.Delete(json);
        }

        File.Delete(Path.Combine(host.Recording, "sysctl-0.txt"));
        const int Runs = 28;
        for (int i = 0; i < Runs; i++)
        {
            foreach (string file in Directory.EnumerateFiles(Given.Data(moments[i % moments.Length])))
            {
                File.Copy(file, Path.Combine(host.Recording, Path.GetFileName(file)), overwrite: true);
            }

            DateTimeOffset now = new DateTimeOffset(2026, 11, 1, 0, 5, 0, TimeSpan.Zero).AddHours(6 * i);
            host.Replace("date", $"echo {now:yyyy-MM-dd'T'HH:mm:ss'Z'} {now.ToUnixTimeSeconds()}");
            ProcessResult run = host.Collect("dash", "-H", "fw1", "-p", "appliance");
            Assert.True(run.Status == 0, run.Errors);
        }

        string[] names = [.. host.Captures("fw1").Select(c => Path.GetFileName(c))];
        Assert.Equal("2026-11-01.tar.zst", names[0]);
        Assert.Equal(6 + 4, names.Length);
        long packed = host.Captures("fw1").Where(File.Exists).Sum(c => new FileInfo(c).Length);
        Assert.InRange(packed, 1, 6 * (1 << 20) / 30);
        List<Capture> captures = [.. Assert.Single(host.Open().Hosts).Captures()];
        Assert.Equal(Runs, captures.Count);
        Assert.All(captures.Zip(captures.Skip(1)), pair => Assert.Equal(TimeSpan.FromHours(6), pair.Second.TakenAt - pair.First.TakenAt));
        Assert.All(captures, c => Assert.True(c.Zones!.Rows.Length > 100 && c.Files.All(f => f.SkippedLines == 0)));
    }

    [Fact]
    public void AScriptThatWasCutOnItsWayDoesNothing()
    {
        using var host = new ReplayedHost();
        string script = File.ReadAllText(ReplayedHost.Script);
        int last = script.LastIndexOf("main \"$@\"", StringComparison.Ordinal);
        foreach (int length in (int[])[100, 5000, script.Length / 2, last - 10, last])
        {
            ProcessResult run = host.Run("dash", ["-s", "--", "--stdout"], script[..length]);
            Assert.Equal("", run.Text);
        }

        Assert.StartsWith("@leakstat-stream/1 ", host.Run("dash", ["-s", "--", "--stdout"], script).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCallersSurroundingsChangeNothing()
    {
        using var host = new ReplayedHost();
        Directory.CreateDirectory(Path.Combine(host.Commands, "..", "evil"));
        host.Environment["LIBXO_OPTIONS"] = "xml";
        host.Environment["PATH"] = $"evil::.:{host.Commands}:{Environment.GetEnvironmentVariable("PATH")}";
        host.Replace("dmesg", "echo \"path=$PATH\"; echo \"xo=${LIBXO_OPTIONS-}\"; echo \"block=$BLOCKSIZE tz=$TZ\"");
        host.Environment["BLOCKSIZE"] = "M";
        StreamedFile told = Assert.Single(host.Stream()).Files.Single(f => f.Name == "dmesg.txt");
        string[] lines = System.Text.Encoding.UTF8.GetString(told.Content.Span).Split('\n');
        Assert.All(lines[0]["path=".Length..].Split(':'), folder => Assert.StartsWith("/", folder, StringComparison.Ordinal));
        Assert.Equal(["xo=", "block=1024 tz=UTC0"], lines[1..3]);
    }

    [Theory]
    [InlineData(2, "--sysctl: no name", "--sysctl", "a;b")]
    [InlineData(2, "walks every process", "--sysctl", "vm.vmtotal")]
    [InlineData(2, "is no number", "-s", "64M")]
    [InlineData(2, "at least 1", "-s", "0")]
    [InlineData(2, "at least 1", "-s", "0000")]
    [InlineData(2, "a path of one line", "-d", "/tmp/a\nb")]
    [InlineData(2, "a value is missing", "-d")]
    [InlineData(2, "no such option", "--frobnicate")]
    [InlineData(2, "full, fast or appliance", "-p", "everything")]
    [InlineData(2, "only with --stdout", "--every", "5")]
    public void WhatIsAskedWronglyIsSaid(int status, string message, params string[] arguments)
    {
        using var host = new ReplayedHost();
        ProcessResult run = host.Collect("dash", arguments);
        Assert.Equal(status, run.Status);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(host.Captures("14.2.example.org"));
    }

    private static (int Status, bool IsSaid) Failure(ReplayedHost host, string message)
    {
        ProcessResult run = host.Collect("dash", "-H", "fw1");
        return (run.Status, run.Errors.Contains(message, StringComparison.Ordinal));
    }
}
