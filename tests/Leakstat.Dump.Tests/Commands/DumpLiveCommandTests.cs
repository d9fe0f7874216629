#pragma warning disable CA1416 // Modes of files: these tests run where they are.

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary>Memory of a running host, over a real ssh.</summary>
[Trait("Needs", "ssh")]
public sealed class DumpLiveCommandTests(LoopbackHosts hosts) : IClassFixture<LoopbackHosts>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_running_host_lost_is_proved_and_nothing_else(bool isArm)
    {
        using MemoryHost host = Host(seed: 71, isArm);
        host.Start();
        (int code, string output, string error) = Run(host, "leaks", "--json");

        Assert.True(code == 0, error);
        Assert.Contains("over the wire, about ", error, StringComparison.Ordinal);
        Check(host, output);
        Assert.True(host.Machine.TurnedOver > 0.2 && host.Machine.Moved > 0.05, "the host was too quiet");
    }

    [Fact]
    public void A_broken_reading_goes_on_and_the_snapshot_is_analysed_again()
    {
        using MemoryHost host = Host(seed: 72);
        host.Start();
        string folder = Directory.CreateTempSubdirectory("leakstat-save-").FullName;
        string save = Path.Combine(folder, "fw.snapshot");
        host.BreakOnce();
        (int broken, _, string told) = Run(host, "leaks", "--json", "--save", save);

        Assert.Equal(4, broken);
        Assert.Contains($"what was read is in {save}, and the same command goes on", told, StringComparison.Ordinal);
        long before = new FileInfo(save).Length;
        Assert.True(before > 100 * 4096, $"{before} bytes were kept");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(save));

        (int code, string output, string error) = Run(host, "leaks", "--json", "--save", save);
        Assert.True(code == 0, error);
        Check(host, output);

        (int again, string offline, string problem) = CrashedHost.Run(["dump", save, "--kernel", save + ".kernel", "leaks", "--json"]);
        Assert.True(again == 0, problem);
        Assert.Equal(Addresses(output), Addresses(offline));
        Assert.Contains(
            "snapshot of a running kernel, read ", CrashedHost.Run(["dump", save, "--kernel", save + ".kernel"]).Output, StringComparison.Ordinal);

        (int other, _, string refused) = CrashedHost.Run(
            ["dump", host.Hosts.Target(4), "leaks", "--save", Path.Combine(folder, "other"), "--ssh", host.Hosts.Ssh()]);
        Assert.Equal(4, other);
        Assert.NotEmpty(refused);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_cost_is_told_and_nothing_else_read()
    {
        using MemoryHost host = Host(seed: 73);
        (int code, string output, string error) = Run(host, "leaks", "--cost");

        Assert.Equal((0, ""), (code, output));
        Assert.Matches(@"a reading takes [\d.]+ MiB over the wire, about \S+ .*; up to 6 readings", error);
    }

    [Fact]
    public void No_more_is_read_a_second_than_was_allowed()
    {
        using MemoryHost host = Host(seed: 74);
        var clock = Stopwatch.StartNew();
        (int code, _, string error) = Run(host, "--rate", "1m");

        Assert.True(code == 0, error);
        long read = new FileInfo(Path.Combine(host.Devices, "mem")).Length;
        Assert.True(read > 0 && clock.Elapsed > TimeSpan.FromSeconds(2), $"{clock.Elapsed} for a reading");
    }

    [Theory]
    [InlineData("mem", "/dev/mem: there is no such device")]
    [InlineData("kmem", "/dev/kmem: there is no such device")]
    public void A_device_that_is_missing_is_told(string device, string expected)
    {
        using MemoryHost host = Host(seed: 75);
        File.Delete(Path.Combine(host.Devices, device));
        (int code, _, string error) = Run(host, "leaks");

        Assert.Equal(4, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_kernel_than_the_one_that_runs_is_refused()
    {
        using MemoryHost host = Host(seed: 76);
        string folder = Directory.CreateTempSubdirectory("leakstat-kernel-").FullName;
        var other = new RunningMachine(new RunningOptions { Seed = 1, Release = FreeBsd.V15 });
        other.Crashed.WriteKernel(folder);
        (int code, _, string error) = Run(host, "--kernel", folder, "leaks");

        Assert.Equal(3, code);
        Assert.Contains("is not the kernel that runs", error, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Ended while it reads, it leaves nothing of the host's memory behind.</summary>
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void Ended_it_leaves_no_memory_of_the_host_behind(string signal)
    {
        using MemoryHost host = Host(seed: 77);
        string temporary = Directory.CreateTempSubdirectory("leakstat-ended-").FullName;

        // Run in the background of a script, the tests have SIGINT ignored, and would pass that on.
        string[] command =
        [
            "--default-signal=INT,TERM", "TMPDIR=" + temporary, TestedProgram.Path,
            "dump", host.Target, "--ssh", host.Hosts.Ssh(), "--rate", "64k", "leaks",
        ];
        using Process process = Process.Start(new ProcessStartInfo("env", command)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Assert.True(
            SpinWait.SpinUntil(() => Snapshots().Any(f => new FileInfo(f).Length > 4 * 4096), 60_000), "nothing was read");
        LoopbackHosts.Run("kill", $"-{signal}", $"{process.Id}");

        Assert.True(process.WaitForExit(60_000), "it did not end");
        Assert.Empty(Snapshots());
        Directory.Delete(temporary, recursive: true);

        string[] Snapshots() => Directory.GetFiles(temporary, "snapshot", SearchOption.AllDirectories);
    }

    private static (int Code, string Output, string Error) Run(MemoryHost host, params string[] more) =>
        CrashedHost.Run(["dump", host.Target, "--ssh", host.Hosts.Ssh(), "--pause", "1s", .. more]);

    private static void Check(MemoryHost host, string output)
    {
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.True(json.RootElement.GetProperty("scanned").GetProperty("live").GetBoolean());
        Assert.True(json.RootElement.GetProperty("scanned").GetProperty("passes").GetInt32() >= 2);
        Assert.All(json.RootElement.GetProperty("leaks").EnumerateArray(), group =>
        {
            Assert.Equal("leak", group.GetProperty("verdict").GetString());
            Assert.InRange(group.GetProperty("confidence").GetDouble(), 0.99, 1);
        });
        ulong[] found = Addresses(output);
        Assert.Empty(found.Except(host.Machine.Lost));
        Assert.True(host.Machine.Planted.Count(found.Contains) >= 0.99 * host.Machine.Planted.Count, $"{found.Length} found");
    }

    private static ulong[] Addresses(string output)
    {
        using JsonDocument json = JsonDocument.Parse(output);
        return
        [
            .. json.RootElement.GetProperty("leaks").EnumerateArray().Concat(json.RootElement.GetProperty("known").EnumerateArray())
                .SelectMany(g => g.GetProperty("addresses").EnumerateArray())
                .Select(a => ulong.Parse(a.GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).Order(),
        ];
    }

    private MemoryHost Host(int seed, bool isArm = false) =>
        new(hosts, new RunningMachine(new RunningOptions { Seed = seed, IsArm = isArm }));
}
