using System.IO.Compression;
using System.Text;
using Leakstat.Store.Packing;

namespace Leakstat.Store;

/// <summary>Sources of the captures of a segment as bytes: they differ in a time or a number.</summary>
internal static class SourceNames
{
    private const int MostBytes = 64 << 20;

    /// <summary>The names, packed.</summary>
    public static byte[] Encode(IEnumerable<string> names)
    {
        List<byte> plain = [];
        foreach (string name in names)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(name);
            Numbers.Unsigned(plain, (ulong)bytes.Length);
            plain.AddRange(bytes);
        }

        using var output = new MemoryStream();
        using (var packer = new BrotliStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            packer.Write([.. plain]);
        }

        return output.ToArray();
    }

    /// <summary>The names again.</summary>
    public static List<string> Decode(ReadOnlySpan<byte> bytes, int count)
    {
        using var plain = new MemoryStream();
        try
        {
            using var unpacker = new BrotliStream(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress);
            byte[] buffer = new byte[32 << 10];
            int got;
            while (plain.Length < MostBytes && (got = unpacker.Read(buffer)) > 0)
            {
                plain.Write(buffer, 0, got);
            }
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw new StoreException("a part of the stored history is damaged");
        }

        var reader = new ByteReader(plain.GetBuffer().AsSpan(0, (int)plain.Length));
        List<string> names = [];
        for (int i = 0; i < count; i++)
        {
            names.Add(Encoding.UTF8.GetString(reader.Take(reader.Count(MostBytes))));
        }

        return names;
    }
}
