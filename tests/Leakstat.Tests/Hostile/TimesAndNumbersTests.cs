using System.IO.Compression;
using System.Text.RegularExpressions;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rounds;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Hostile;

/// <summary>Times that no clock shows, numbers that no tunable holds, and archives whose checksums are wrong.</summary>
public sealed class TimesAndNumbersTests : IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("leakstat-times-");

    public void Dispose() => _work.Delete(recursive: true);

    [Theory]
    [InlineData("9999-12-31T23", "diagnose")]
    [InlineData("9999-12-31T23", "detect")]
    [InlineData("9999-12-31T23", "tune")]
    [InlineData("9999-12-31T23", "ledger")]
    [InlineData("0001-01-01T00", "diagnose")]
    [InlineData("2200-01-01T00", "detect")]
    public void ACaptureOfNoTimeIsReadAndSaid(string day, string command)
    {
        string spool = Series(day);
        string page = Path.Combine(_work.FullName, "page.html");
        string[] page_ = command is "diagnose" or "detect" ? ["--html", page] : [];
        CommandRun run = CommandRun.Of([command, spool, .. page_]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
        if (command == "diagnose")
        {
            Assert.Contains("which no host's clock shows", CommandRun.Of(["diagnose", spool, "-v"]).Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(-9223372036854613300)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(4611686018427387904)]
    public void NoLineHoldsWhatItsTunableCannot(long number)
    {
        foreach (string name in (string[])[
            "kern.ipc.nmbclusters", "kern.ipc.nmbufs", "kern.ipc.nmbjumbop", "vm.max_user_wired", "kern.maxvnodes", "kern.ipc.maxsockets",
            "kern.maxfiles", "vfs.zfs.arc.max", "vm.swzone", "hw.physmem", "vm.stats.vm.v_user_wire_count", "vfs.numvnodes", "hw.pagesize"])
        {
            foreach (string folder in (string[])["freebsd-14.2-mbuf-near-limit", "freebsd-14.2-zfs-arc-full", "freebsd-14.2-fresh-boot"])
            {
                string copy = Path.Combine(_work.FullName, $"{name}{number}{folder}");
                Directory.CreateDirectory(copy);
                foreach (string file in Directory.EnumerateFiles(Given.Data(folder), "*.txt"))
                {
                    string text = File.ReadAllText(file);
                    text = Regex.Replace(text, $@"(?m)^{Regex.Escape(name)}: .*$", $"{name}: {number}");
                    File.WriteAllText(Path.Combine(copy, Path.GetFileName(file)), text);
                }

                CommandRun run = CommandRun.Of(["tune", copy]);
                Assert.True(run.ExitCode == 0, run.Error);
                foreach (string line in run.Output.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
                {
                    Match value = Regex.Match(line, "=\"?(-?[0-9]+)\"?$");
                    Assert.True(!value.Success || (long.TryParse(value.Groups[1].Value, out long set) && set is >= 0 and < 1L << 42), $"{name}={number}: {line}");
                }
            }
        }
    }

    [Theory]
    [InlineData("kern.ipc.nmbclusters", 1L << 31, false)]
    [InlineData("kern.ipc.nmbclusters", int.MaxValue, true)]
    [InlineData("kern.ipc.nmbclusters", -1L, false)]
    [InlineData("vfs.zfs.arc.max", 1L << 31, true)]
    [InlineData("vfs.zfs.arc.max", 1L << 60, false)]
    public void AValueIsHeldAgainstItsVariable(string name, long value, bool holds)
    {
        DiagnosisCase host = Given.Case(("sysctl.txt", "hw.physmem: 17179869184\nkern.osreldate: 1402000\nkern.osrelease: 14.2-RELEASE\n"));
        Assert.Equal(holds, !TunableAdvice.Set(host, name, value, "x", "y").IsEmpty);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task AnyNumberOfRoundsIsJudged(int rounds)
    {
        foreach (bool isOwn in (bool[])[false, true])
        {
            long[] counts = [.. Enumerable.Range(0, rounds + 1).Select(i => 1000L + (i * 312))];
            Task<RoundTest> judging = Task.Run(() => RoundStatistics.Of(counts, [1000, 1000, 1000], isOwn), TestContext.Current.CancellationToken);
            await judging.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("vmstat-z.txt")]
    [InlineData("vmstat-z.txt", "vmstat-m.txt")]
    public void WhatIsNotWhatItsChecksumIsOfIsNotUsed(params string[] names)
    {
        string zip = Path.Combine(_work.FullName, "a.zip");
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Create))
        {
            foreach (string name in names)
            {
                archive.CreateEntryFromFile(Given.Data($"freebsd-14.2-fresh-boot/{name}"), $"h/{name}", CompressionLevel.NoCompression);
            }
        }

        byte[] bytes = File.ReadAllBytes(zip);
        int at = bytes.AsSpan().IndexOf("mbuf_cluster:"u8);
        Assert.True(at > 0);
        bytes[at] = (byte)'n';
        File.WriteAllBytes(zip, bytes);
        CommandRun run = CommandRun.Of(["diagnose", zip, "-v"]);
        Assert.Contains("its checksum is wrong", run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("nbuf_cluster", run.Output, StringComparison.Ordinal);
        Assert.Contains(names[^1], run.Output + run.Error, StringComparison.Ordinal);
        Assert.Equal(names.Length == 1 ? 3 : 0, run.ExitCode);
    }

    private string Series(string day)
    {
        string spool = Path.Combine(_work.FullName, "spool");
        int hour = 0;
        foreach (string folder in Given.SeriesFolders("freebsd-14.2-leak-malloc-series"))
        {
            string copy = Path.Combine(spool, Path.GetFileName(folder));
            Directory.CreateDirectory(copy);
            foreach (string file in Directory.EnumerateFiles(Given.Data(folder)).Where(f => !f.EndsWith("uptime.txt", StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }

            File.WriteAllText(Path.Combine(copy, "manifest.json"), $$"""{"host": "h", "takenAt": "{{day}}:{{4 * hour++:00}}:00Z"}""");
        }

        return spool;
    }
}
