using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;
using ZstdSharp;

namespace Leakstat.Tests.Captures.Sources;

public sealed class ZstandardTests
{
    private const string Row = "mbuf_cluster:          2048, 250362,    8190,     644,    9316,   0,   0\n";
    private const string Head = "ITEM                   SIZE  LIMIT     USED     FREE      REQ FAIL SLEEP\n";

    [Fact]
    public void A_packed_output_is_read()
    {
        Capture capture = Assert.Single(Read(Pack(Encoding.UTF8.GetBytes(Head + Row)), ReadLimits.Default));
        Assert.Equal(8190, Assert.Single(capture.Zones!.Rows).Used);
        Assert.Empty(capture.Diagnostics);
    }

    [Fact]
    public void Frames_behind_one_another_are_one_text()
    {
        byte[] bytes = [.. Pack(Encoding.UTF8.GetBytes(Head)), .. Pack(Encoding.UTF8.GetBytes(Row))];
        Assert.Equal(8190, Assert.Single(Assert.Single(Read(bytes, ReadLimits.Default)).Zones!.Rows).Used);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void What_is_cut_is_said_to_be_damaged(double part)
    {
        byte[] packed = Pack(Encoding.UTF8.GetBytes(Head + string.Concat(Enumerable.Range(0, 4000).Select(i => $"z{i}: {i + 1}, 0, {i * 7}, 1, {i * 31}, 0, 0\n"))));
        using Stream stream = new Zstandard().Decompress(new MemoryStream(packed[..(int)(packed.Length * part)]));
        Assert.Throws<InvalidDataException>(() => stream.CopyTo(Stream.Null));
    }

    [Fact]
    public void Nonsense_behind_the_magic_is_said_to_be_damaged()
    {
        using Stream stream = new Zstandard().Decompress(new MemoryStream([0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
        Assert.Throws<InvalidDataException>(() => stream.CopyTo(Stream.Null));
    }

    [Fact]
    public void A_bomb_is_read_as_far_as_the_bound()
    {
        byte[] bomb = Pack([.. Encoding.UTF8.GetBytes(Head + Row), .. new byte[256 << 20]]);
        Assert.InRange(bomb.Length, 1, 64 << 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Capture capture = Assert.Single(Read(bomb, new ReadLimits { FileBytes = 4096 }));
        Assert.Contains(capture.Diagnostics, d => d.Id == DiagnosticId.TooLarge);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var compressor = new Compressor(3);
        return compressor.Wrap(bytes).ToArray();
    }

    private static List<Capture> Read(byte[] bytes, ReadLimits limits) =>
    [
        .. SourceSet.Open([new MemorySource("vmstat-z.zst", bytes)], new NamePool(), limits, new Zstandard()).Hosts.SelectMany(h => h.Captures()),
    ];
}
