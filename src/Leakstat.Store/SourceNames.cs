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
            PackedNumber.Text(plain, name);
        }

        return Packed.Pack([.. plain]);
    }

    /// <summary>The names again.</summary>
    public static List<string> Decode(ReadOnlySpan<byte> bytes, int count)
    {
        var reader = new ByteReader(Packed.Unpack(bytes, MostBytes).Span);
        List<string> names = [];
        for (int i = 0; i < count; i++)
        {
            names.Add(reader.Text(MostBytes));
        }

        return names;
    }
}
