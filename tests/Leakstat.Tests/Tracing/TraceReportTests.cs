using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Leakstat.Knowledge;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Traces;
using Leakstat.Tracing;
using Leakstat.Tracing.Reading;

namespace Leakstat.Tests.Tracing;

public sealed class TraceReportTests
{
    private const string Hostile = """
        A 0x1000 100 1000

                  evil.ko`</text><script>alert(1)</script>+0x1
                  kernel`"'&;`x+0x2
        A 0x2000 50 2000

                  zfs.ko`abd_alloc+0x3
                  kernel`f+0x2
        A 0x3000 7 3000

                  kernel`f+0x2

        """;

    [Fact]
    public void The_terminal_report_is_as_it_was_checked()
    {
        Trace trace = ReadFile("dtrace-14.2/pair-stream.txt");
        var text = new StringWriter { NewLine = "\n" };
        TraceTerminalReport.Write(trace, BuiltInKnowledge.Load(), text, new TerminalOptions());

        Golden.Matches("trace/pair-stream.txt", text.ToString());
    }

    [Fact]
    public void Folded_stacks_begin_outside_and_leave_the_allocator_out()
    {
        var text = new StringWriter();
        FoldedStacks.Write(Read("A 0x1 64 1\n\n  kernel`malloc+0xe5\n  kernel`a;b+0x1\n  kernel`c+0x2\n"), text);

        Assert.Equal("kernel`c;kernel`a:b 64\n", text.ToString());
    }

    [Fact]
    public void The_flame_graph_is_one_well_formed_file_that_runs_only_its_own_script()
    {
        var text = new StringWriter { NewLine = "\n" };
        FlameGraphSvg.Write(Read(Hostile), text);

        var svg = XDocument.Parse(text.ToString());
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Single(svg.Descendants(ns + "script"));
        Assert.DoesNotContain(svg.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || a.Name.LocalName == "href");
        XElement[] frames = [.. svg.Descendants(ns + "g").Where(g => (string?)g.Attribute("class") == "f")];
        Assert.Contains(frames, f => (string?)f.Attribute("data-n") == "evil.ko`</text><script>alert(1)</script>");

        // all (157); kernel`f (57) with zfs abd_alloc folded... abd_alloc is no allocator frame of the table, so it is drawn (50).
        Assert.Equal(
            [("all", 157), ("kernel`\"'&;`x", 100), ("kernel`f", 57), ("zfs.ko`abd_alloc", 50)],
            frames.Where(f => !((string)f.Attribute("data-n")!).StartsWith("evil", StringComparison.Ordinal))
                .Select(f => ((string)f.Attribute("data-n")!, (int)f.Attribute("data-w")!)));
    }

    [Fact]
    public void An_empty_trace_still_makes_a_graph()
    {
        var text = new StringWriter();
        FlameGraphSvg.Write(Read("F 0x1 5\n"), text);

        Assert.NotNull(XDocument.Parse(text.ToString()).Root);
    }

    [Fact]
    public void The_profile_holds_every_site_with_its_frames()
    {
        using var bytes = new MemoryStream();
        PprofProfile.Write(Read(Hostile), bytes);
        bytes.Position = 0;
        using var gzip = new GZipStream(bytes, CompressionMode.Decompress);
        using var raw = new MemoryStream();
        gzip.CopyTo(raw);
        var profile = ProtobufReader.Read(raw.ToArray());

        // Field numbers: proto/profile.proto of google/pprof.
        string[] strings = [.. profile.Where(f => f.Number == 6).Select(f => Encoding.UTF8.GetString(f.Bytes))];
        Assert.Equal("", strings[0]);
        var functions = profile.Where(f => f.Number == 5).Select(f => ProtobufReader.Read(f.Bytes))
            .ToDictionary(f => f.Single(x => x.Number == 1).Value, f => strings[f.Single(x => x.Number == 2).Value]);
        var locations = profile.Where(f => f.Number == 4).Select(f => ProtobufReader.Read(f.Bytes))
            .ToDictionary(
                f => f.Single(x => x.Number == 1).Value,
                f => functions[ProtobufReader.Read(f.Single(x => x.Number == 4).Bytes).Single(x => x.Number == 1).Value]);
        List<(string Stack, long Count, long Bytes)> samples = [];
        foreach (ProtobufReader.Field field in profile.Where(f => f.Number == 2))
        {
            List<ProtobufReader.Field> sample = ProtobufReader.Read(field.Bytes);
            long[] values = ProtobufReader.Packed(sample.Single(f => f.Number == 2).Bytes);
            samples.Add((string.Join(' ', ProtobufReader.Packed(sample.Single(f => f.Number == 1).Bytes).Select(l => locations[l])), values[0], values[1]));
        }

        Assert.Equal(
            [("evil.ko`</text><script>alert(1)</script> kernel`\"'&;`x", 1L, 100L), ("zfs.ko`abd_alloc kernel`f", 1L, 50L), ("kernel`f", 1L, 7L)],
            samples);
        Assert.Equal(
            ["outstanding_objects", "outstanding_space"],
            profile.Where(f => f.Number == 1).Select(f => strings[ProtobufReader.Read(f.Bytes).Single(x => x.Number == 1).Value]));
    }

    [Fact]
    public void The_difference_shows_what_rose_first_and_leaves_out_what_is_alike()
    {
        Trace before = Read("A 0x1 10 1\n\n  kernel`same+0x1\nA 0x2 30 2\n\n  kernel`gone+0x1\n");
        Trace after = Read("A 0x1 10 1\n\n  kernel`same+0x9\nA 0x5 50 2\n\n  kernel`new+0x1\n");

        Assert.Equal(
            [("kernel`new", 50L, 1L), ("kernel`gone", -30L, -1L)],
            TraceDifference.Of(before, after).Select(c => (c.Stack.Site!.Name, c.Change, c.CountChange!.Value)));
    }

    [Fact]
    public void Json_says_what_was_lost()
    {
        using var bytes = new MemoryStream();
        TraceJson.Write(Read("A 0x1 10 1\n\n  kernel`f+0x1\ndtrace: 5 drops on CPU 0\n"), bytes);
        using var json = JsonDocument.Parse(bytes.ToArray());

        Assert.Equal("leakstat.trace/1", json.RootElement.GetProperty("schema").GetString());
        Assert.False(json.RootElement.GetProperty("whole").GetBoolean());
        Assert.Equal("drops", json.RootElement.GetProperty("losses")[0].GetProperty("kind").GetString());
        Assert.Equal(10, json.RootElement.GetProperty("sites")[0].GetProperty("bytes").GetInt64());
    }

    private static Trace ReadFile(string name)
    {
        using FileStream stream = File.OpenRead(Given.Data(name));
        return TraceReader.Read(stream, name);
    }

    private static Trace Read(string text) => TraceReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "x");
}
