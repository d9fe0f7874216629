using System.Text;
using Leakstat.Reports.Views.Traces;
using Leakstat.Tracing;
using Leakstat.Tracing.Reading;

namespace Leakstat.Tests.Tracing;

public sealed class TraceReaderTests
{
    [Fact]
    public void The_recorded_stream_leaves_what_was_lost_there()
    {
        Trace trace = ReadFile("dtrace-14.2/pair-stream.txt");

        // README.md of that folder: 20 lost one by one, 15 released, 3 cycles of two and a chain of four lost; four places.
        Assert.Equal(TraceForm.Outstanding, trace.Form);
        Assert.Equal((45, 15, 30), (trace.Allocations, trace.Releases, trace.Count));
        Assert.Equal(30 * 216, trace.Bytes);
        Assert.Equal([20L, 4, 3, 3], trace.Sites.Select(s => s.Count!.Value));
        Assert.All(trace.Sites, s => Assert.Equal("leakmod.ko", s.Stack.Site!.Module));
        Assert.Empty(trace.Losses);
        Assert.Equal(0, trace.SkippedLines);
    }

    [Fact]
    public void Recorded_aggregations_have_their_keys_stacks_and_sums()
    {
        Trace trace = ReadFile("dtrace-14.2/dtmalloc-stacks.txt");

        // README.md of that folder: 200 lost and 100 churned blocks of 256 bytes.
        Assert.Equal(TraceForm.Aggregated, trace.Form);
        Assert.Equal([("leakmod", 200L * 256), ("leakmod", 100L * 256)], trace.Sites.Take(2).Select(s => (s.Key, s.Value!.Value)));
        Assert.Equal(0, trace.SkippedLines);

        // Each sum stands alone on its line.
        long sum = File.ReadLines(Given.Data("dtrace-14.2/dtmalloc-stacks.txt"))
            .Sum(l => long.TryParse(l.Trim(), out long value) ? value : 0);
        Assert.Equal(sum, trace.Sites.Sum(s => s.Value));
    }

    [Theory]
    [InlineData(10, 10, 0)]
    [InlineData(14, 4, 10)]
    [InlineData(3, 4, 0)]
    public void A_program_counts_its_requests_against_what_it_saw_return(int requests, int returned, int unseen)
    {
        Trace trace = Read($"""
            leakstat-trace 1 kind=zone release=14.2 seconds=20 age=10 bytes=0 sample=1 rate=20000 begin=1000 suspect=socket
            F 0xfffff80003a41c00 2000
            leakstat-trace requests={requests}
            leakstat-trace returned={returned}
            leakstat-trace end why=time end=30000000000 errors=0

            """);

        Assert.Equal((requests, returned, unseen), (trace.Requests, trace.Returned, trace.Unseen));
        Assert.Equal(unseen == 0, trace.IsWhole);
        Assert.Equal(unseen > 0, TraceWords.Reservations(trace).Any(r => r.Contains("not seen to return", StringComparison.Ordinal)));
        Assert.Equal(unseen == 0, TraceWords.SelfCheck(trace) is not null);
        Assert.Equal(0, trace.SkippedLines);
    }

    [Fact]
    public void An_empty_aggregation_in_json_is_recognised()
    {
        Trace trace = ReadFile("dtrace-14.2/dtmalloc-stacks.json");

        Assert.True(trace.IsRecognised);
        Assert.Empty(trace.Sites);
        Assert.Equal(0, trace.SkippedLines);
    }

    [Fact]
    public void Json_aggregations_have_keys_stacks_and_values()
    {
        Trace trace = Read("""
            dtrace: description 'dtmalloc:::malloc ' matched 271 probes
            {"dtrace": {"probes": [{"timestamp": 1, "cpu": 0, "output": [
              {"aggregation-data": [
                {"keys": ["solaris", {"stack-frames": [
                  {"symbol": "kernel`malloc+0xe5", "module": "kernel", "name": "malloc", "offset": "0xe5"},
                  {"symbol": "zfs.ko`abd_alloc+0x10", "module": "zfs.ko", "name": "abd_alloc", "offset": "0x10"}]}], "sum": 4096},
                {"keys": [7], "count": 3}],
               "aggregation-name": "a"}]}]}}
            """);

        Assert.Equal([("solaris", 4096L), ("7", 3L)], trace.Sites.Select(s => (s.Key, s.Value!.Value)));
        Assert.Equal("zfs.ko`abd_alloc+0x10", trace.Sites[0].Stack.Site!.ToString());
    }

    [Theory]
    [InlineData("dtrace: 12 drops on CPU 1", TraceLossKind.Drops, 12L)]
    [InlineData("dtrace: 3 aggregation drops on CPU 0", TraceLossKind.AggregationDrops, 3L)]
    [InlineData("dtrace: 1 dynamic variable drop with non-empty dirty list", TraceLossKind.DynamicVariableDrops, 1L)]
    [InlineData("dtrace: error on enabled probe ID 3 (ID 44: fbt:kernel:free:entry): invalid address (0x0) in predicate", TraceLossKind.Errors, 1L)]
    [InlineData("dtrace: failed to initialize dtrace: DTrace device not available on system", TraceLossKind.NotStarted, null)]
    [InlineData("dtrace: invalid probe specifier fbt::x:entry: probe description fbt::x:entry does not match any probes", TraceLossKind.NotStarted, null)]
    [InlineData("dtrace: DTrace requires additional privileges", TraceLossKind.NotStarted, null)]
    public void What_dtrace_lost_is_said(string line, TraceLossKind kind, long? count)
    {
        Trace trace = Read(line + "\n");

        TraceLoss loss = Assert.Single(trace.Losses);
        Assert.Equal((kind, count), (loss.Kind, loss.Count));
        Assert.False(trace.IsWhole);
        Assert.Equal(1, loss.At.Line);
    }

    [Theory]
    [InlineData("dtrace: buffer size lowered to 2m")]
    [InlineData("dtrace: description 'x' matched 4 probes")]
    [InlineData("dtrace: script 'x.d' matched 12 probes")]
    public void A_notice_is_no_loss(string line) => Assert.Empty(Read(line + "\n").Losses);

    [Fact]
    public void The_program_s_lines_tell_suspect_bounds_and_end()
    {
        Trace trace = Read("""
            leakstat-trace 1 kind=malloc release=14.2-RELEASE-p3 seconds=20 age=10 bytes=64 sample=8 rate=500 begin=1000000000 suspect=CAM queue
            A 0x1000 256 2000000000

                          kernel`malloc+0xe5
                          cam.ko`cam_init+0x1

            A 0x2000 256 3000000000

                          cam.ko`cam_init+0x1
            F 0x2000 4000000000
            leakstat-trace end why=time end=31000000000 errors=0

            """);

        Assert.Equal(new TraceSuspect(SuspectKind.Malloc, "CAM queue"), trace.Suspect);
        Assert.Equal((20, 10, 64L, 8, 500), (trace.Bounds!.Seconds, trace.Bounds.MinimumAge, trace.Bounds.MinimumBytes, trace.Bounds.Sample, trace.Bounds.EventsPerSecond));
        Assert.Equal("14.2-RELEASE-p3", trace.Release!.Text);
        Assert.Equal(TimeSpan.FromSeconds(30), trace.Duration);
        Assert.True(trace.IsWhole);
        TraceSite site = Assert.Single(trace.Sites);
        Assert.Equal((0x1000UL, TimeSpan.FromSeconds(29)), (site.Address!.Value, site.Oldest!.Value));
        Assert.Equal("cam_init", site.Stack.Site!.Function);
    }

    [Theory]
    [InlineData("rate")]
    [InlineData("dynamic variables")]
    public void A_program_that_stopped_itself_is_not_whole(string why) =>
        Assert.False(Read($"leakstat-trace 1 kind=zone release=14.2 begin=1 suspect=x\nleakstat-trace end why={why} end=5 errors=0\n").IsWhole);

    [Fact]
    public void A_cut_last_line_is_not_read_as_a_number()
    {
        Trace trace = Read("A 0x1000 256 2000\n\n  kernel`f+0x1\nF 0x1000 30");

        Assert.Equal((1, 0), (trace.Allocations, trace.Releases));
        Assert.Equal(1, trace.SkippedLines);
    }

    [Fact]
    public void Pieces_of_any_size_give_the_same()
    {
        foreach (string file in new[] { "dtrace-14.2/pair-stream.txt", "dtrace-14.2/dtmalloc-stacks.txt", "dtrace-14.2/dtmalloc-stacks.json" })
        {
            byte[] text = File.ReadAllBytes(Given.Data(file));
            string whole = Show(TraceReader.Read(new MemoryStream(text), "x"));
            for (int seed = 0; seed < 20; seed++)
            {
                var random = new Random(seed);
                var reader = new TraceReader("x");
                for (int at = 0; at < text.Length;)
                {
                    int length = Math.Min(random.Next(1, seed < 3 ? 3 : 4000), text.Length - at);
                    reader.Feed(text.AsSpan(at, length));
                    at += length;
                }

                Assert.Equal(whole, Show(reader.Finish()));
            }
        }
    }

    [Fact]
    public void Mangled_text_is_read_as_far_as_it_goes()
    {
        byte[][] texts = [.. new[] { "pair-stream.txt", "dtmalloc-stacks.txt", "dtmalloc-stacks.json" }.Select(f => File.ReadAllBytes(Given.Data("dtrace-14.2/" + f)))];
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            byte[] text = [.. texts[seed % texts.Length]];
            for (int i = random.Next(1, 60); i > 0; i--)
            {
                text[random.Next(text.Length)] = (byte)random.Next(256);
            }

            int cut = random.Next(text.Length);
            Trace trace = TraceReader.Read(new MemoryStream(text, 0, cut), "x");

            Assert.InRange(trace.Count, 0, trace.Allocations);
            Assert.True(trace.Diagnostics.Length <= TraceLimits.Default.Diagnostics);
        }
    }

    [Fact]
    public void Long_lines_and_many_stacks_are_bounded()
    {
        var limits = new TraceLimits { LineBytes = 200, Stacks = 10, Addresses = 5 };
        var text = new StringBuilder();
        text.Append('x', 100_000).Append('\n');
        for (int i = 1; i <= 50; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"A 0x{i}000 16 {i}\n\n  kernel`f{i}+0x1\n");
        }

        text.Append("F 0x1000 99\n");
        Trace trace = TraceReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())), "x", limits);

        Assert.Equal(1, trace.Diagnostics.Count(d => d.Id == "LSD202"));
        Assert.Equal(TraceLossKind.TooMany, Assert.Single(trace.Losses).Kind);
        Assert.InRange(trace.Sites.Length, 1, 5);
    }

    private static Trace ReadFile(string name)
    {
        using FileStream stream = File.OpenRead(Given.Data(name));
        return TraceReader.Read(stream, name);
    }

    private static Trace Read(string text) => TraceReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "x");

    private static string Show(Trace trace)
    {
        using var bytes = new MemoryStream();
        TraceJson.Write(trace, bytes);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
