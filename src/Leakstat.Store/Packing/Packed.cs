using System.IO.Compression;
using Leakstat.Store.Errors;

namespace Leakstat.Store.Packing;

/// <summary>Text and the like as bytes, packed.</summary>
internal static class Packed
{
    /// <summary>Packs.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> plain)
    {
        using var output = new MemoryStream();
        using (var packer = new BrotliStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            packer.Write(plain);
        }

        return output.ToArray();
    }

    /// <summary>Unpacks; <see cref="StoreException"/> on damage and on more than that many bytes.</summary>
    public static ReadOnlyMemory<byte> Unpack(ReadOnlySpan<byte> packed, int most)
    {
        // Text packs to about a tenth: to begin with room for that spares copying it as it grows.
        using var plain = new MemoryStream((int)Math.Min(packed.Length * 10L, most));
        try
        {
            using var unpacker = new BrotliStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            byte[] buffer = new byte[32 << 10];
            int got;
            while (plain.Length <= most && (got = unpacker.Read(buffer)) > 0)
            {
                plain.Write(buffer, 0, got);
            }
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw StoreException.Damaged();
        }

        return plain.Length <= most ? plain.GetBuffer().AsMemory(0, (int)plain.Length) : throw StoreException.Damaged();
    }
}
