using System.Text.Json;

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
        Assert.Matches(@"^leakstat: about .* of one processor, [0-9,]+ events per second, by .*freebsd-14.2-leak-malloc-series/14\n$", run.Error);
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

    [Theory]
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
