using Leakstat.Dump.Files;

namespace Leakstat.Dump.Tests;

public sealed class DumpBytesTests
{
    [Theory]
    [InlineData(0, 4, 4)]
    [InlineData(2, 4, 2)]
    [InlineData(4, 1, 0)]
    [InlineData(-1, 1, 0)]
    [InlineData(0, -1, 0)]
    [InlineData(long.MaxValue, int.MaxValue, 0)]
    [InlineData(long.MinValue, int.MaxValue, 0)]
    public void A_span_never_leaves_the_file(long offset, int length, int expected)
    {
        using DumpBytes array = DumpBytes.Of("array", [1, 2, 3, 4]);
        Assert.Equal(expected, array.Span(offset, length).Length);
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, [1, 2, 3, 4]);
        using (DumpBytes mapped = MappedBytes.Open(path, deleteOnClose: true))
        {
            Assert.Equal(expected, mapped.Span(offset, length).Length);
            Assert.Equal(array.Span(offset, length), mapped.Span(offset, length));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void An_empty_file_is_read_as_nothing()
    {
        string path = Path.GetTempFileName();
        using DumpBytes mapped = MappedBytes.Open(path, deleteOnClose: true);
        Assert.Equal(0, mapped.Length);
        Assert.True(mapped.Span(0, 10).IsEmpty);
        Assert.False(mapped.TryReadUInt32(0, out _));
    }
}
