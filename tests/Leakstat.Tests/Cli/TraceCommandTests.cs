using System.Text.Json;
using Leakstat.Cli.Commands.Traces;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Targets;
using Leakstat.Tracing;

namespace Leakstat.Tests.Cli;

public sealed class TraceCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("leakstat-trace-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_suspect_of_a_report_is_traced_on_its_release()
    {
        string report = Path.Combine(_folder, "report.json");
        File.WriteAllText(report, CommandRun.Of(["diagnose", "samples/freebsd-14.2-leak-malloc-series", "--json"]).Output);

        CommandRun run = CommandRun.Of(["trace", "--print", "--from", report, "--captures", "samples/freebsd-14.2-leak-malloc-series"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("dtmalloc::leakmod:malloc\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("release=14.2-BETA1", run.Output, StringComparison.Ordinal);

        // The cost is told from two captures: 0.7 % is 2,029 events per second at 1 µs and 24 frames of 50 ns each, and some thousand calls.
        Assert.Matches(@"^leakstat: about .* of one processor, [0-9,]+ events per second, by .*freebsd-14.2-leak-malloc-series/14\n"
            + @"leakstat: it takes 64 MiB of kernel memory for variables, 64 KiB for each of 1,024 processors that kernel could have, and 16 MiB for each that it has\n$", run.Error);
    }

    [Fact]
    public void A_module_is_traced_where_the_capture_says_it_lies()
    {
        CommandRun run = CommandRun.Of(["trace", "--print", "--suspect", "leakmod.ko", "--captures", "samples/freebsd-14.2-leak-malloc-series"]);

        Assert.Equal(0, run.ExitCode);
        string line = File.ReadLines(Path.Combine(Given.Root, "samples/freebsd-14.2-leak-malloc-series/14/kldstat-v.txt")).First(l => l.Contains("leakmod.ko", StringComparison.Ordinal));
        string address = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];
        Assert.Contains($"caller >= {address}ULL", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_costly_a_trace_is_refused_unless_forced()
    {
        string[] args = ["trace", "--print", "--suspect", "malloc:leakmod", "--captures", "samples/freebsd-14.2-leak-malloc-series", "--rate", "1"];

        CommandRun refused = CommandRun.Of(args);
        Assert.Equal(2, refused.ExitCode);
        Assert.Matches(@"^leakstat: malloc:leakmod: .*--sample \d+\); --force overrides\n$", refused.Error);
        Assert.Equal(0, CommandRun.Of([.. args, "--force"]).ExitCode);
    }

    [Fact]
    public void Output_is_read_and_written_in_every_form()
    {
        string flame = Path.Combine(_folder, "f.svg");
        string folded = Path.Combine(_folder, "f.txt");
        string pprof = Path.Combine(_folder, "f.pb.gz");
        CommandRun run = CommandRun.Of(
            ["trace", "--read", "tests/data/dtrace-14.2/pair-stream.txt", "--json", "--flame", flame, "--folded", folded, "--pprof", pprof]);

        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(30, json.RootElement.GetProperty("outstanding").GetProperty("count").GetInt64());
        Assert.Equal(4, File.ReadAllLines(folded).Length);
        Assert.StartsWith("<?xml", File.ReadAllText(flame), StringComparison.Ordinal);
        Assert.Equal([0x1f, 0x8b], File.ReadAllBytes(pprof)[..2]);
    }

    [Fact]
    public void A_host_that_is_not_freebsd_is_said_to_be_none()
    {
        CommandRun run = CommandRun.Of(
            ["trace", "local", "--suspect", "malloc:leakmod", "--captures", "samples/freebsd-14.2-leak-malloc-series"]);

        Assert.Equal(4, run.ExitCode);
        Assert.EndsWith("leakstat: local: is not FreeBSD\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trace", "local", "--suspect", "malloc:x")]
    [InlineData("gate", "run", "--", "true")]
    public void What_needs_captures_asks_first_whether_the_host_is_freebsd(params string[] args) =>
        Assert.Equal((4, "leakstat: local: is not FreeBSD\n"), (CommandRun.Of(args).ExitCode, CommandRun.Of(args).Error));

    [Fact]
    public void A_live_trace_is_read_while_it_runs_and_ended_at_the_first_loss()
    {
        // Stand-ins for FreeBSD's commands; dtrace prints what was recorded, then that it lost something, and would go on for ever.
        string bin = Path.Combine(_folder, "bin");
        Directory.CreateDirectory(bin);
        Stand(bin, "uname", "echo FreeBSD");
        Stand(bin, "id", "echo 0");
        Stand(bin, "sysctl", "echo 0");
        Stand(bin, "kldload", "exit 0");
        string stream = Path.Combine(Given.Root, "tests/data/dtrace-14.2/pair-stream.txt");
        Stand(bin, "dtrace", $"cat >/dev/null; cat '{stream}'; echo 'dtrace: 7 drops on CPU 0' >&2; exec sleep 600");
        Trace trace = TraceRun.Run(TargetShell.Of("local", bin), "program", new TraceBounds(), new Terminal { Output = Stream.Null, Error = TextWriter.Null, Input = () => Stream.Null });

        Assert.Equal(30, trace.Count);
        Assert.Equal((TraceLossKind.Drops, 7L), (Assert.Single(trace.Losses).Kind, trace.Losses[0].Count!.Value));
    }

    private static void Stand(string folder, string name, string script)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Theory]
    [InlineData(2, "trace", "somewhere", "--suspect", "malloc:x")]
    [InlineData(2, "trace")]
    [InlineData(2, "trace", "--print")]
    [InlineData(2, "trace", "--print", "--suspect", "no such thing")]
    [InlineData(2, "trace", "--print", "--suspect", "foo.ko")]
    [InlineData(2, "trace", "--print", "--suspect", "malloc:x", "--sample", "0")]
    [InlineData(2, "trace", "--print", "--suspect", "malloc:x", "--release", "soon")]
    [InlineData(3, "trace", "--read", "/nonexistent")]
    [InlineData(3, "trace", "--read", "LICENSE")]
    [InlineData(3, "trace", "--print", "--from", "LICENSE")]
    public void Wrong_use_is_one_line(int code, params string[] args)
    {
        CommandRun run = CommandRun.Of(args);

        Assert.Equal(code, run.ExitCode);
        Assert.Matches("^leakstat: [^\n]+\n$", run.Error);
    }
}
