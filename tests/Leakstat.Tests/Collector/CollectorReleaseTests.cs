using System.Text.RegularExpressions;
using Leakstat.Captures.Sources;
using Leakstat.Model;
using Capture = Leakstat.Model.Capture;

namespace Leakstat.Tests.Collector;

/// <summary>The collector run with real shells against recorded hosts of every release.</summary>
public sealed class CollectorReleaseTests
{
    public static TheoryData<string, string> Runs()
    {
        var runs = new TheoryData<string, string>();
        foreach (RecordedRelease release in RecordedRelease.All)
        {
            runs.Add(release.Name, "dash");
        }

        foreach (string shell in (string[])["mksh", "ksh93"])
        {
            runs.Add("8.4", shell);
            runs.Add("13.2", shell);
            runs.Add("15.0", shell);
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void ACaptureOfEveryReleaseIsReadWithoutASkippedLine(string release, string shell)
    {
        RecordedRelease recorded = RecordedRelease.All.Single(r => r.Name == release);
        using var host = new ReplayedHost(release);
        ProcessResult run = host.Collect(shell);
        Assert.True(run.Status == 0, run.Errors);
        Assert.Equal("", run.Errors);

        Capture capture = host.Read();
        Assert.Equal(recorded.ExpectedFiles(), capture.Files.Select(f => Regex.Replace(f.Name, @"\.gz$", "")));
        Assert.All(capture.Files, f => Assert.True(f.SkippedLines == 0 && f.Use == FileUse.Used, $"{f.Name}: {f.SkippedLines} skipped, {f.Use}"));
        Assert.All(capture.Diagnostics, d => Assert.True(d.Id is DiagnosticId.DuplicateName, $"{d.Id} {d.Text} {d.At}"));

        // 212 zones and 144 types stand in the recording, and 4,096 wired pages more or less change nothing of that.
        Assert.Equal(release.ToLowerInvariant() + ".example.org", capture.Host.Name);
        Assert.Equal(recorded.OsRelDate, capture.Sysctls.Number("kern.osreldate")!.Value.Value);
        Assert.Equal(212, capture.Zones!.Rows.Length);
        Assert.Equal(144, capture.MallocTypes!.Rows.Length);
        Assert.NotNull(capture.Sysctls.Number("vm.stats.vm.v_wire_count"));
        Assert.Equal(release is not ("OPNsense" or "pfSense"), capture.Sysctls.Number("kstat.zfs.misc.arcstats.size") is not null);
        Assert.DoesNotContain("vm.vmtotal", capture.Sysctls.Names);
    }

    [Fact]
    public void TheStreamBringsWhatTheFolderHolds()
    {
        using var host = new ReplayedHost("13.2");
        Assert.Equal(0, host.Collect("dash", "-c", "none").Status);
        StreamedCapture streamed = Assert.Single(host.Stream("mksh"));
        Assert.True(streamed.IsComplete);
        string folder = Assert.Single(host.Captures("13.2.example.org"));
        Assert.Equal(
            streamed.FolderFiles().Select(f => f.Name).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        foreach (StreamedFile file in streamed.Files)
        {
            // A folder's file has a line feed more, by which a full disk is noticed.
            byte[] inFolder = File.ReadAllBytes(Path.Combine(folder, file.Name));
            Assert.Equal([.. file.Content.ToArray(), (byte)'\n'], inFolder);
        }

        Assert.Empty(streamed.Skipped);
    }

    [Fact]
    public void WhatAReleaseDoesNotHaveIsNamedWithTheReason()
    {
        using var host = new ReplayedHost("10.4");
        Assert.Equal(0, host.Collect().Status);
        string manifest = File.ReadAllText(Path.Combine(Assert.Single(host.Captures("10.4.example.org")), "manifest.json"));
        Assert.Contains("{\"file\": \"sysctl-uma.txt\", \"command\": \"sysctl -i vm.uma\", \"reason\": \"vm.uma is not there before 13.0\"}", manifest, StringComparison.Ordinal);
        Assert.Contains("\"osreldate\": 1004000", manifest, StringComparison.Ordinal);
        Assert.NotNull(CaptureManifest.TryRead(System.Text.Encoding.UTF8.GetBytes(manifest)));
    }

    [Fact]
    public void TextIsTakenWhereLibxoFails()
    {
        using var host = new ReplayedHost();
        File.Delete(Path.Combine(host.Recording, "vmstat-m.json"));
        Assert.Equal(0, host.Collect().Status);
        Capture capture = host.Read();
        Assert.Contains(capture.Files, f => f.Name == "vmstat-m.txt.gz");
        Assert.Equal(144, capture.MallocTypes!.Rows.Length);
        StreamedCapture streamed = Assert.Single(host.Stream());
        Assert.Contains(streamed.Files, f => f.Name == "vmstat-m.txt");
    }

    [Fact]
    public void RoundsComeAsOftenAsAskedAndMostlyFast()
    {
        using var host = new ReplayedHost();
        List<StreamedCapture> captures = host.Stream("dash", "--every", "1", "--count", "3", "--full-every", "2", "-H", "fw1");
        Assert.Equal(["full", "fast", "full"], captures.Select(c => c.Profile));
        Assert.All(captures, c => Assert.True(c.IsComplete && c.Host == "fw1"));
        Assert.Equal(
            ["sysctl.txt", "arcstats.txt", "vmstat-z.json", "vmstat-m.json", "netstat-m.json", "swapinfo.txt"],
            captures[1].Files.Select(f => f.Name));
        Assert.True(captures[2].TakenAt - captures[0].TakenAt >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void NothingThatIsCollectedStandsInTheTableOfWhatIsUnsafe()
    {
        string script = File.ReadAllText(ReplayedHost.Script);
        string[] names = [.. Regex.Matches(script, @"(?s)(?:vital|zfs)_sysctls='\n(.*?)'").SelectMany(m => m.Groups[1].Value.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))];
        string[] rows = [.. Regex.Match(script, @"(?s)\nunsafe='\n(.*?)'").Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.True(names.Length > 150 && rows.Length > 15);
        Assert.Distinct(names);
        foreach (string row in rows)
        {
            string[] words = row.Split(' ', 4);
            Assert.True(words.Length == 4 && int.TryParse(words[1], out _) && int.TryParse(words[2], out _), row);
            Assert.DoesNotContain(words[0], names);
            Assert.DoesNotContain(names, n => words[0].StartsWith(n + ".", StringComparison.Ordinal));
        }
    }
}
