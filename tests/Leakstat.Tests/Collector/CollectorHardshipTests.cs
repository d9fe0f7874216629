namespace Leakstat.Tests.Collector;

/// <summary>
/// The collector killed at random and run into a full disk, by <c>tests/collector/</c>: a few times, and often in long
/// runs.
/// </summary>
public sealed class CollectorHardshipTests
{
    [Theory]
    [InlineData("dash")]
    [InlineData("mksh")]
    [InlineData("ksh93")]
    [Trait("Takes", "long")]
    public void NoKillLeavesHalfACaptureOrAStuckLock(string shell)
    {
        using var host = new ReplayedHost();
        ProcessResult run = host.Run(Path.Combine(Given.Root, "tests/collector/kills"), [shell, $"{LongRuns.Times(8, 500)}"]);
        Assert.True(run.Status == 0, run.Text + run.Errors);
    }

    [Fact]
    [Trait("Takes", "long")]
    public void AFullDiskLeavesNoHalfCapture()
    {
        using var host = new ReplayedHost();
        ProcessResult run = host.Run(
            "unshare", ["-m", Path.Combine(Given.Root, "tests/collector/full-disk"), "dash", $"{LongRuns.Times(16, 400)}"]);
        Assert.True(run.Status == 0, run.Text + run.Errors);
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("mksh")]
    [InlineData("ksh93")]
    public void NothingOutsideTheSpoolIsTouchedWhateverOthersPrepared(string shell)
    {
        using var host = new ReplayedHost();
        ProcessResult run = host.Run(Path.Combine(Given.Root, "tests/collector/hostile"), [shell]);
        Assert.True(run.Status == 0, run.Text + run.Errors);
    }

    [Fact]
    public void AReadOnlyDiskIsSaid()
    {
        using var host = new ReplayedHost();
        Directory.CreateDirectory(Path.Combine(host.Spool, "fw1"));
        ProcessResult run = host.Run(
            "unshare",
            ["-m", "sh", "-c", $"mount --bind '{host.Spool}' '{host.Spool}' && mount -o remount,ro,bind '{host.Spool}' && exec dash '{ReplayedHost.Script}' -d '{host.Spool}' -H fw1"]);
        Assert.Equal(1, run.Status);
        Assert.Contains("no file can be made there (read-only, full or not permitted)", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ShellcheckFindsNothing()
    {
        using var host = new ReplayedHost();
        string[] scripts =
        [
            ReplayedHost.Script,
            Path.Combine(Given.Root, "collector", "480.leakstat-collect"),
            Path.Combine(Given.Root, "collector", "leakstat_collect"),
            .. Directory.EnumerateFiles(Path.Combine(Given.Root, "tests", "replay")),
            .. Directory.EnumerateFiles(Path.Combine(Given.Root, "tests", "collector")),
            Path.Combine(Given.Root, "bench", "collector.sh"),
            .. ((string[])["leakstat", "test", "package", "eng/publish", "eng/portable/leakstat"]).Select(f => Path.Combine(Given.Root, f)),
            .. Directory.EnumerateFiles(Path.Combine(Given.Root, "tests", "package")),
        ];
        ProcessResult run = host.Run("shellcheck", ["-x", "-P", Given.Root, "-s", "sh", "-e", "SC1091,SC2034", .. scripts]);
        Assert.True(run.Status == 0, run.Text + run.Errors);
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("mksh")]
    [InlineData("ksh93")]
    [InlineData("bash")]
    public void EveryShellTakesTheScript(string shell)
    {
        using var host = new ReplayedHost();
        Assert.Equal(0, host.Run(shell, ["-n", ReplayedHost.Script]).Status);
        Assert.Equal("leakstat-collect 0.1.0\n", host.Run(shell, [ReplayedHost.Script, "--version"]).Text);
    }
}
