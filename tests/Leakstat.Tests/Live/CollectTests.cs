using System.Diagnostics;
using System.Text.Json;
using Leakstat.Tests.Cli;

namespace Leakstat.Tests.Live;

/// <summary>Collecting over a real ssh. Hosts: 1 to 4 answer; 5 hangs, 6 is cut, 7 sends garbage, 8 has no end, 9 is silent, 10 has no sudo.</summary>
[Trait("Needs", "ssh")]
public sealed class CollectTests : IClassFixture<LoopbackHosts>
{
    private readonly LoopbackHosts _hosts;

    public CollectTests(LoopbackHosts hosts)
    {
        _hosts = hosts;
        foreach ((int host, string behaviour) in (ReadOnlySpan<(int, string)>)[
            (5, "hang"), (6, "cut"), (7, "garbage"), (8, "endless"), (9, "silent"), (10, "nosudo")])
        {
            hosts.Set(host, behaviour);
        }
    }

    [Fact]
    public void A_capture_comes_whole_and_can_be_diagnosed()
    {
        CommandRun run = Collect("whole", 1);

        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        string capture = Assert.Single(Captures("whole", "fw-1"));
        Assert.Matches(@"/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", capture);
        Assert.True(Manifest(capture).GetProperty("complete").GetBoolean());
        using JsonDocument diagnosis = JsonDocument.Parse(CommandRun.Of(["diagnose", "--json", _hosts.Spool("whole")]).Output);
        Assert.Equal("fw-1", diagnosis.RootElement.GetProperty("host").GetProperty("name").GetString());
        Assert.All(
            diagnosis.RootElement.GetProperty("captures")[0].GetProperty("files").EnumerateArray(),
            f => Assert.Equal(0, f.GetProperty("skippedLines").GetInt32()));
    }

    [Theory]
    [InlineData("unknown", 1, "its host key is not known. Log in once and compare the fingerprint: ssh -p ")]
    [InlineData("changed", 1, "its host key is not the known one")]
    [InlineData("refused", 1, "no key that it takes")]
    [InlineData("known", 9, "no capture within 3 s")]
    [InlineData("known", 7, "sends something that is no capture")]
    [InlineData("known", 10, "sudo asks for a password there")]
    public void What_goes_wrong_is_said_with_code_4(string known, int host, string expected)
    {
        CommandRun run = CommandRun.Of(
            ["collect", _hosts.Target(host), "-o", _hosts.Spool("none"), "--once", "--limit", known == "known" && host == 9 ? "3s" : "60s", "--ssh", _hosts.Ssh(known)]);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_hosts.Spool("none")));
    }

    [Fact]
    public void A_dead_port_and_a_missing_ssh_are_said()
    {
        CommandRun dead = CommandRun.Of(["collect", "ssh://127.0.0.1:1", "-o", _hosts.Spool("none"), "--once", "--ssh", _hosts.Ssh()]);
        Assert.Equal(4, dead.ExitCode);
        Assert.Contains("nothing listens on port 1 there", dead.Error, StringComparison.Ordinal);

        CommandRun missing = CommandRun.Of(["collect", _hosts.Target(1), "-o", _hosts.Spool("none"), "--once", "--ssh", "no-such-ssh"]);
        Assert.Equal(4, missing.ExitCode);
        Assert.Contains("the program no-such-ssh is missing here", missing.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "no capture within 8 s")]
    [InlineData(6, "")]
    [InlineData(8, "")]
    public void What_came_before_a_fault_is_kept_and_marked(int host, string reason)
    {
        string name = $"part{host}";
        CommandRun run = Collect(name, host, limit: "8s");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("a part of a capture", run.Error, StringComparison.Ordinal);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        string capture = Assert.Single(Captures(name, $"fw-{host}"));
        Assert.False(Manifest(capture).GetProperty("complete").GetBoolean());
        Assert.Contains("(rest)", Manifest(capture).GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("file").GetString()));
        Assert.True(File.Exists(Path.Combine(capture, "sysctl.txt")));
    }

    /// <summary>Three of twelve hang, are silent or have no sshd: the nine others are there before those are given up.</summary>
    [Fact]
    public void Dead_hosts_hold_up_nobody()
    {
        string inventory = Path.Combine(_hosts.Folder, "inventory");
        File.WriteAllLines(inventory, [
            "# a fleet", .. ((int[])[5, 9]).Select(_hosts.Target), "127.0.0.1:1 limit=20s", "bad host name=x", "127.0.0.1 colour=red",
            .. Enumerable.Range(1, 4).Select(h => $"{_hosts.Target(h)} name=edge-{h}  # named"), .. ((int[])[11, 12]).Select(_hosts.Target)]);
        CommandRun run = CommandRun.Of(["collect", "-i", inventory, "-o", _hosts.Spool("fleet"), "--once", "-v", "-j", "4", "--limit", "30s", "--ssh", _hosts.Ssh()]);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains($"{inventory}:5: 'name=x'", run.Error.Replace("'host' is not", "'name=x' is not", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains($"{inventory}:6: 'colour=red' is not understood", run.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["edge-1", "edge-2", "edge-3", "edge-4", "fw-11", "fw-12", "fw-5"],
            Directory.EnumerateDirectories(_hosts.Spool("fleet")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string[] lines = run.Error.Split('\n');
        int lastWhole = Array.FindLastIndex(lines, l => l.EndsWith('Z'));
        int firstGivenUp = Array.FindIndex(lines, l => l.Contains("no capture within", StringComparison.Ordinal));
        Assert.InRange(lastWhole, 0, firstGivenUp);
        Assert.Equal("edge-1", Manifest(Assert.Single(Captures("fleet", "edge-1"))).GetProperty("host").GetString());
    }

    [Fact]
    public void Captures_go_on_at_the_pace_asked_for()
    {
        CommandRun run = CommandRun.Of(
            ["collect", _hosts.Target(2), "-o", _hosts.Spool("series"), "--every", "2s", "--for", "9s", "--ssh", _hosts.Ssh()]);

        Assert.Equal(0, run.ExitCode);
        Assert.InRange(Captures("series", "fw-2").Length, 2, 5);
    }

    [Fact]
    public void Two_targets_of_one_name_do_not_mix()
    {
        Collect("mixed", 3, "name");
        string inventory = Path.Combine(_hosts.Folder, "same");
        File.WriteAllLines(inventory, [$"{_hosts.Target(3)} name=same", $"{_hosts.Target(4)} name=same"]);
        CommandRun run = CommandRun.Of(["collect", "-i", inventory, "-o", _hosts.Spool("mixed"), "--once", "--ssh", _hosts.Ssh()]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("the captures of another target are in", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, Directory.EnumerateDirectories(_hosts.Spool("mixed")).Count());
        Assert.All(Directory.EnumerateDirectories(_hosts.Spool("mixed")), d => Assert.Single(Captures("mixed", Path.GetFileName(d))));
    }

    /// <summary>Ended while a host hangs, it takes its ssh with it.</summary>
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void Ended_it_leaves_no_ssh_behind(string signal)
    {
        string[] arguments = ["collect", _hosts.Target(9), "-o", _hosts.Spool("end" + signal), "--ssh", _hosts.Ssh()];

        // Run in the background of a script, the tests have SIGINT ignored, and would pass that on.
        string[] command = ["--default-signal=INT,TERM", TestedProgram.Path, .. arguments];
        using Process process = Process.Start(new ProcessStartInfo("env", command)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        Assert.True(SpinWait.SpinUntil(() => Children(process.Id).Length > 0, 60_000), "no ssh was started");
        string[] children = Children(process.Id);
        LoopbackHosts.Run("kill", $"-{signal}", $"{process.Id}");

        Assert.True(process.WaitForExit(60_000), "it did not end");
        Assert.True(SpinWait.SpinUntil(() => children.All(c => !Directory.Exists($"/proc/{c}")), 20_000), "ssh lives on");
    }

    [Fact]
    public void A_live_host_can_be_watched_and_its_loss_is_said()
    {
        CommandRun run = CommandRun.Of(["watch", _hosts.Target(4), "-n", "2", "--every", "1s", "--rows", "3", "--ssh", _hosts.Ssh()]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.Output.Split('\n').Count(l => l.StartsWith("fw-4  FreeBSD 14.2-BETA1", StringComparison.Ordinal)));
        Assert.Contains("2 captures, change since start", run.Output, StringComparison.Ordinal);

        CommandRun refused = CommandRun.Of(["watch", _hosts.Target(4), "--once", "--ssh", _hosts.Ssh("refused")]);
        Assert.Equal((4, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("no key that it takes", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_live_host_is_a_source()
    {
        CommandRun run = CommandRun.Of(["ledger", "ssh://127.0.0.1:1"]);
        Assert.Equal(4, run.ExitCode);
        Assert.StartsWith("leakstat: ssh://127.0.0.1:1: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(4, CommandRun.Of(["diagnose", "local"]).ExitCode);
    }

    private static string[] Children(int process) =>
        LoopbackHosts.Run("pgrep", "-P", $"{process}").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private CommandRun Collect(string spool, int host, string limit = "60s") =>
        CommandRun.Of(["collect", _hosts.Target(host), "-o", _hosts.Spool(spool), "--once", "--limit", limit == "name" ? "60s" : limit, "--ssh", _hosts.Ssh()]);

    private string[] Captures(string spool, string? host) => [.. Directory
        .EnumerateDirectories(Path.Combine(_hosts.Spool(spool), host!))
        .Where(d => Path.GetFileName(d)[0] != '.').Order(StringComparer.Ordinal)];

    private static JsonElement Manifest(string capture) => JsonDocument.Parse(File.ReadAllText(Path.Combine(capture, "manifest.json"))).RootElement;
}
