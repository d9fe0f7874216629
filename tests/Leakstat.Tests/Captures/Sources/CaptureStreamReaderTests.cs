using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Captures.Sources;

/// <summary>The collector's stream, written here by hand from docs/collector.md.</summary>
public sealed class CaptureStreamReaderTests
{
    private const string Token = "0123456789abcdef01234567";

    private const string Whole =
        "@leakstat-stream/1 " + Token + " 0.1.0\n"
        + "@" + Token + " capture 2026-11-20T18:00:00Z fw1 1402000 full\n"
        + "@" + Token + " file vmstat-z.txt vmstat -z\n"
        + "ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP XDOMAIN\n"
        + "mbuf_cluster:          2048, 250362,    8190,     644,    9316,   0,   0,   0\n"
        + "\n@" + Token + " end 0\n"
        + "@" + Token + " skip sysctl-uma.txt vm.uma is not there before 13.0\n"
        + "@" + Token + " file swapinfo.txt swapinfo -k\n"
        + "no newline at its end"
        + "\n@" + Token + " end 1\n"
        + "@" + Token + " complete 2\n"
        + "@" + Token + " bye\n";

    [Fact]
    public void EveryPartComesAsItWasPrinted()
    {
        StreamedCapture capture = Assert.Single(Read(Whole));
        Assert.Equal("fw1", capture.Host);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero), capture.TakenAt);
        Assert.Equal(1402000, capture.OsRelDate);
        Assert.True(capture.IsComplete);
        Assert.Equal(["vmstat-z.txt", "swapinfo.txt"], capture.Files.Select(f => f.Name));
        Assert.Equal(["vmstat -z", "swapinfo -k"], capture.Files.Select(f => f.Command));
        Assert.EndsWith("9316,   0,   0,   0\n", Text(capture.Files[0]), StringComparison.Ordinal);
        Assert.Equal("no newline at its end", Text(capture.Files[1]));
        Assert.Equal(1, capture.Files[1].Status);
        Assert.Equal(new SkippedPart("sysctl-uma.txt", "vm.uma is not there before 13.0"), Assert.Single(capture.Skipped));
    }

    [Fact]
    public void ItDoesNotMatterInWhatPiecesTheBytesCome()
    {
        var random = new Random(7);
        byte[] bytes = Encoding.ASCII.GetBytes("motd\r\nwelcome\n" + Whole + Whole);
        string expected = Describe(Read(Whole + Whole));
        for (int round = 0; round < 300; round++)
        {
            var stream = new CaptureStreamReader(ReadLimits.Default);
            List<StreamedCapture> captures = [];
            for (int at = 0; at < bytes.Length;)
            {
                int take = Math.Min(bytes.Length - at, round == 0 ? 1 : random.Next(1, 200));
                stream.Push(bytes.AsSpan(at, take));
                at += take;
                Take(stream, captures);
            }

            stream.End();
            Take(stream, captures);
            Assert.Equal(expected, Describe(captures));
            Assert.True(stream.IsFinished);
        }
    }

    [Fact]
    public void ACutStreamKeepsThePartsThatAreWholeAndNoOther()
    {
        int firstEnd = Whole.IndexOf(" end 0\n", StringComparison.Ordinal) + " end 0\n".Length;
        int secondEnd = Whole.IndexOf(" end 1\n", StringComparison.Ordinal) + " end 1\n".Length;
        int complete = Whole.IndexOf(" complete 2\n", StringComparison.Ordinal) + " complete 2\n".Length;
        int capture = Whole.IndexOf(" full\n", StringComparison.Ordinal) + " full\n".Length;
        for (int length = 0; length <= Whole.Length; length++)
        {
            List<StreamedCapture> captures = Read(Whole[..length]);
            Assert.Equal(length < capture ? 0 : 1, captures.Count);
            foreach (StreamedCapture cut in captures)
            {
                Assert.Equal(length >= complete, cut.IsComplete);
                Assert.Equal(length < firstEnd ? 0 : length < secondEnd ? 1 : 2, cut.Files.Length);
            }
        }
    }

    [Fact]
    public void OutputThatLooksLikeAFrameIsOutput()
    {
        string hostile = Whole.Replace(
            "no newline at its end",
            "@leakstat-stream/1 aaaaaaaa 9\n@aaaaaaaa capture 2026-11-20T18:00:00Z evil 1 full\n@" + Token + "x end 0\n @" + Token + " end 9",
            StringComparison.Ordinal);
        StreamedCapture capture = Assert.Single(Read(hostile));
        Assert.EndsWith(" @" + Token + " end 9", Text(capture.Files[1]), StringComparison.Ordinal);
        Assert.Equal("fw1", capture.Host);
    }

    [Theory]
    [InlineData("end 143", "ended by signal 15")]
    [InlineData("end 128", "hangs and could not be ended; left behind")]
    [InlineData("end 127", "the command is missing or may not be run")]
    public void HalfATableIsNoTable(string end, string reason)
    {
        StreamedCapture capture = Assert.Single(Read(Whole.Replace("end 0", end, StringComparison.Ordinal)));
        Assert.Equal(["swapinfo.txt"], capture.Files.Select(f => f.Name));
        Assert.Contains(new SkippedPart("vmstat-z.txt", reason), capture.Skipped);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("manifest.json")]
    public void ANameThatLeadsElsewhereIsNotTaken(string name)
    {
        StreamedCapture capture = Assert.Single(Read(Whole.Replace("file vmstat-z.txt", "file " + name, StringComparison.Ordinal)));
        Assert.Equal(["swapinfo.txt"], capture.Files.Select(f => f.Name));
    }

    [Theory]
    [InlineData("../fw1")]
    [InlineData("-rf")]
    [InlineData("..")]
    public void AHostWithAHostileNameIsNotTaken(string host) =>
        Assert.Empty(Read(Whole.Replace("Z fw1 ", $"Z {host} ", StringComparison.Ordinal)));

    [Fact]
    public void WhatIsBeyondABoundIsNamed()
    {
        string large = Whole.Replace("no newline at its end", new string('x', 5000), StringComparison.Ordinal);
        var stream = new CaptureStreamReader(ReadLimits.Default with { FileBytes = 4096 });
        stream.Push(Encoding.ASCII.GetBytes(large));
        Assert.True(stream.TryTake(out StreamedCapture? capture));
        Assert.Equal(["vmstat-z.txt"], capture.Files.Select(f => f.Name));
        Assert.Contains(capture.Skipped, s => s.Name == "swapinfo.txt" && s.Reason.Contains("4096", StringComparison.Ordinal));
    }

    [Fact]
    public void EndlessOutputBeforeTheFirstLineIsForeign()
    {
        var stream = new CaptureStreamReader(ReadLimits.Default);
        byte[] noise = new byte[CaptureStreamReader.MostPreamble + 10_000];
        Array.Fill(noise, (byte)'y');
        stream.Push(noise);
        Assert.True(stream.IsForeign);
        stream.Push(Encoding.ASCII.GetBytes("\n" + Whole));
        Assert.False(stream.TryTake(out _));
    }

    [Fact]
    public void MangledStreamsNeverThrowAndNeverMakeUpAPart()
    {
        var random = new Random(11);
        byte[] original = Encoding.ASCII.GetBytes(Whole + Whole);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = [.. original];
            for (int i = random.Next(1, 8); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var stream = new CaptureStreamReader(ReadLimits.Default);
            stream.Push(bytes);
            stream.End();
            while (stream.TryTake(out StreamedCapture? capture))
            {
                Assert.All(capture.Files, f => Assert.InRange(f.Content.Length, 1, bytes.Length));
                Assert.NotNull(CaptureManifest.TryRead(capture.Manifest().Span));
            }
        }
    }

    [Fact]
    public void ASavedStreamIsASource()
    {
        string second = Whole.Replace("18:00:00", "19:00:00", StringComparison.Ordinal);
        string cut = Whole.Replace("18:00:00", "20:00:00", StringComparison.Ordinal);
        cut = cut[..cut.IndexOf("no newline", StringComparison.Ordinal)];
        var file = new MemorySource("saved", "Last login: today\n" + second + Whole + cut);
        SourceSet set = SourceSet.Open([file], new NamePool(), ReadLimits.Default);
        HostSource host = Assert.Single(set.Hosts);
        Assert.Equal("fw1", host.Host);
        List<Capture> captures = [.. host.Captures()];
        Assert.Equal([18, 19, 20], captures.Select(c => c.TakenAt!.Value.Hour));
        Assert.All(captures, c => Assert.Equal(8190, c.Zones!.Find("mbuf_cluster")!.Value.Used));
        Assert.Equal([false, false, true], captures.Select(c => c.Diagnostics.Any(d => d.Id == DiagnosticId.CutCapture)));
        Assert.Equal("saved#1!vmstat-z.txt", captures[1].Zones!.File.Path);
    }

    [Fact]
    public void WhatTheCollectorIsStillWritingIsNotRead()
    {
        MemorySource[] files = [new("vmstat-z.txt", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\n16: 16, 0, 1, 2, 3, 0, 0\n")];
        var spool = new MemorySource("spool", [new MemorySource("fw1", [new MemorySource(".tmp.77", files), new MemorySource("2026-11-20T18:00:00Z", files)])]);
        SourceSet set = SourceSet.Open([spool], new NamePool(), ReadLimits.Default);
        Assert.Equal(1, Assert.Single(set.Hosts).Count);
    }

    private static List<StreamedCapture> Read(string text)
    {
        var stream = new CaptureStreamReader(ReadLimits.Default);
        stream.Push(Encoding.ASCII.GetBytes(text));
        stream.End();
        List<StreamedCapture> captures = [];
        Take(stream, captures);
        return captures;
    }

    private static void Take(CaptureStreamReader stream, List<StreamedCapture> captures)
    {
        while (stream.TryTake(out StreamedCapture? capture))
        {
            captures.Add(capture);
        }
    }

    private static string Text(StreamedFile file) => Encoding.ASCII.GetString(file.Content.Span);

    private static string Describe(List<StreamedCapture> captures) => string.Join("\n", captures.Select(c =>
        $"{c.Host} {c.TakenAt:O} {c.IsComplete} {string.Join("|", c.Files.Select(f => f.Name + "=" + Text(f)))} {string.Join("|", c.Skipped)}"));
}
