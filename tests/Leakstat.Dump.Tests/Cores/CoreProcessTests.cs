using System.Diagnostics;
using System.Text.Json;
using Leakstat.Dump.Tests.Commands;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Cores;

/// <summary>Real processes of <c>leakstat core</c> in one crash directory: at once, killed, and where nothing can be written.</summary>
public sealed class CoreProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-core-").FullName;
    private readonly string _kernel;
    private readonly string _kgdb;

    public CoreProcessTests()
    {
        var heap = new Scenario(new MachineOptions { Memory = 24 << 20 });
        heap.Point(heap.Variable("held"), heap.New(heap.Zone("gadget", 512)));
        CrashedMachine crashed = heap.Crash("told by the test");
        byte[] dump = Minidump.Of(crashed);
        _kernel = crashed.WriteKernel(Path.Combine(_folder, "kernel"));
        Directory.CreateDirectory(Crash);
        for (int i = 0; i < 2; i++)
        {
            File.WriteAllBytes(Path.Combine(Crash, $"vmcore.{i}"), dump);
            File.WriteAllText(Path.Combine(Crash, $"info.{i}"), crashed.Info(i, dump.Length));
        }

        // It notes each time it is asked, and takes its time.
        _kgdb = Path.Combine(_folder, "kgdb");
        File.WriteAllText(_kgdb, $"#!/bin/sh\necho asked >> {Asked}\nsleep ${{KGDB_TAKES:-2}}\necho '#0  doadump ()'\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_kgdb, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string Crash => Path.Combine(_folder, "crash");

    private string Asked => Path.Combine(_folder, "asked");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_runs_at_once_analyse_each_crash_once()
    {
        using Process first = Start();
        using Process second = Start();
        string[] outputs = await Task.WhenAll(first.StandardOutput.ReadToEndAsync(), second.StandardOutput.ReadToEndAsync());
        await Task.WhenAll(first.WaitForExitAsync(), second.WaitForExitAsync());

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal(2, File.ReadAllLines(Asked).Length);
        Assert.Equal(2, outputs.SelectMany(States).Count(state => state == "analysed"));
        Assert.Equal(["leakstat.0.txt", "leakstat.1.txt"], Reports());
        Assert.All(Reports(), name => Assert.Contains("more: leakstat dump", File.ReadAllText(Path.Combine(Crash, name)), StringComparison.Ordinal));

        using Process third = Start();
        Assert.Equal(["done", "done"], States(await third.StandardOutput.ReadToEndAsync()));
    }

    [Fact]
    public async Task A_run_that_was_killed_locks_nobody_out()
    {
        using Process killed = Start(takes: 60);
        var waited = Stopwatch.StartNew();
        while (!File.Exists(Asked) && waited.Elapsed < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(50);
        }

        using (Process other = Start())
        {
            Assert.Equal(["new", "new"], States(await other.StandardOutput.ReadToEndAsync()));
            Assert.Contains("another leakstat core is at work", await other.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        }

        killed.Kill(entireProcessTree: true);
        await killed.WaitForExitAsync();
        Assert.Empty(Reports());

        using Process next = Start(takes: 0);
        Assert.Equal(["analysed", "analysed"], States(await next.StandardOutput.ReadToEndAsync()));
        Assert.Equal(2, Reports().Length);
    }

    [Fact]
    public void A_dump_that_was_written_on_while_it_was_read_is_analysed_again()
    {
        // savecore(8) has not ended when the analysis begins: the file is newer than its start.
        File.WriteAllText(_kgdb, $"#!/bin/sh\ntouch {Crash}/vmcore.0\necho '#0  doadump ()'\n");

        Assert.Equal(0, Run("--kgdb", _kgdb).Code);
        string[] second = States(Run("--kgdb", "none", "--json").Output);

        Assert.Equal(["analysed", "done"], second);
        Assert.Equal(["done", "done"], States(Run("--kgdb", "none", "--json").Output));
    }

    [Fact]
    public void A_report_that_cannot_be_written_does_not_stop_the_others()
    {
        // A folder stands where the first report belongs.
        Directory.CreateDirectory(Path.Combine(Crash, "leakstat.0.txt", "in the way"));

        (int code, string output, _) = Run("--kgdb", "none");

        Assert.Equal(2, code);
        Assert.Contains("cannot write", output, StringComparison.Ordinal);
        Assert.Contains("say with --output where there is room", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Crash, "leakstat.1.txt")));
        Assert.Empty(Directory.GetFiles(Crash, "*.part"));
    }

    [Fact]
    public void A_folder_for_reports_that_is_not_there_is_said_at_once()
    {
        (int code, _, string error) = Run("--output", Path.Combine(_folder, "nowhere"));

        Assert.Equal(2, code);
        Assert.Contains("nowhere: no such folder", error, StringComparison.Ordinal);
    }

    private static string[] States(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("crashes").EnumerateArray().Select(c => c.GetProperty("state").GetString()!)];
    }

    private string[] Reports() =>
        [.. Directory.GetFiles(Crash, "leakstat.*").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private (int Code, string Output, string Error) Run(params string[] more) => CrashedHost.Run(["core", Crash, "--kernel", _kernel, .. more]);

    private Process Start(int takes = 2) => Process.Start(new ProcessStartInfo(
        TestedProgram.Path, ["core", Crash, "--kernel", _kernel, "--kgdb", _kgdb, "--json"])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
        Environment = { ["KGDB_TAKES"] = $"{takes}" },
    })!;
}
