using System.Text;

namespace Leakstat.Store.Packing;

/// <summary>Numbers as bytes: seven bits to a byte, signs folded so that small ones stay short.</summary>
internal static class PackedNumber
{
    /// <summary>0, −1, 1, −2, 2 … as 0, 1, 2, 3, 4 …</summary>
    public static ulong Fold(long value) => (ulong)((value << 1) ^ (value >> 63));

    /// <summary>The reverse of <see cref="Fold"/>.</summary>
    public static long Unfold(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>Appends a number.</summary>
    public static void Unsigned(List<byte> output, ulong value)
    {
        while (value >= 0x80)
        {
            output.Add((byte)(value | 0x80));
            value >>= 7;
        }

        output.Add((byte)value);
    }

    /// <summary>Appends a number with a sign.</summary>
    public static void Signed(List<byte> output, long value) => Unsigned(output, Fold(value));

    /// <summary>Appends a number that may be absent.</summary>
    public static void Optional(List<byte> output, long? value)
    {
        output.Add(value is null ? (byte)0 : (byte)1);
        if (value is { } number)
        {
            Signed(output, number);
        }
    }

    /// <summary>Appends a text and its length.</summary>
    public static void Text(List<byte> output, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Unsigned(output, (ulong)bytes.Length);
        output.AddRange(bytes);
    }
}
