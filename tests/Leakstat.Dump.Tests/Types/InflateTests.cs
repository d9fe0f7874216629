using System.IO.Compression;
using Leakstat.Dump.Elf;

namespace Leakstat.Dump.Tests.Types;

/// <summary>Compressed sections that are whole, cut, damaged, or ask for what no kernel has.</summary>
public sealed class InflateTests
{
    private static readonly byte[] s_text = "kernel kernel kernel kernel"u8.ToArray();

    [Fact]
    public void Whole_data_is_expanded() => Assert.Equal(s_text, ElfFile.Inflate(Packed(), s_text.Length));

    [Fact]
    public void Cut_data_is_not() => Assert.Null(ElfFile.Inflate(Packed().AsSpan(0, 9), s_text.Length));

    [Fact]
    public void A_damaged_header_is_not()
    {
        byte[] packed = Packed();
        packed[1] ^= 0xff;

        Assert.Null(ElfFile.Inflate(packed, s_text.Length));
    }

    /// <summary>RFC 1950: FDICT is bit 5 of the second byte; the two bytes are a multiple of 31; four bytes name the dictionary.</summary>
    [Fact]
    public void A_header_that_asks_for_a_dictionary_is_not()
    {
        byte[] packed = [0x78, 0xbb, 0x01, 0x02, 0x03, 0x04, .. Packed().AsSpan(2)];
        Assert.Equal(0, ((packed[0] << 8) | packed[1]) % 31);

        Assert.Null(ElfFile.Inflate(packed, s_text.Length));
    }

    private static byte[] Packed()
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(s_text);
        }

        return packed.ToArray();
    }
}
