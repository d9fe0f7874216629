using System.Text;

namespace Leakstat.Fuzz;

/// <summary>Damages bytes in the ways that files, networks, people and attackers do.</summary>
public static class Mutator
{
    /// <summary>Separators are what readers trust.</summary>
    private const string Separators = ":,/=%{}[]<>\"'\n\r\t #()-";

    private const int Largest = 512 << 10;

    private static readonly string[] s_numbers =
    [
        "0", "-1", "18446744073709551615", "18446744073709551616", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "99999999999999999999999999", "1e308", "0x7fffffffffffffff", "4294967296", "2147483648",
        "1,5", "9999999E", "1.2.3", "00000000000000000000000000000001", "NaN", "-0",
    ];

    /// <summary>The bytes, damaged once or a few times.</summary>
    public static byte[] Mutate(byte[] bytes, byte[] other, SeededRandom random)
    {
        int times = 1 + random.Below(random.Percent(80) ? 3 : 20);
        for (int i = 0; i < times && bytes.Length > 0; i++)
        {
            bytes = Once(bytes, other, random);
        }

        return bytes.Length > Largest ? bytes[..Largest] : bytes;
    }

    private static byte[] Once(byte[] bytes, byte[] other, SeededRandom random)
    {
        int at = random.Below(bytes.Length);
        int length = Math.Min(bytes.Length - at, 1 + random.Below(random.Percent(70) ? 16 : 512));
        switch (random.Below(13))
        {
            case 0:
                return bytes[..at];
            case 1:
                return bytes[at..];
            case 2:
                byte[] flipped = [.. bytes];
                flipped[at] ^= (byte)(1 << random.Below(8));
                return flipped;
            case 3:
                int from = random.Below(other.Length);
                return [.. bytes[..at], .. other[from..Math.Min(other.Length, from + random.Below(1024))], .. bytes[at..]];
            case 4:
                return Repeat(bytes, at, length, random);
            case 5:
                return Number(bytes, at, random);
            case 6:
                return [.. bytes[..at], .. new byte[length], .. bytes[(at + length)..]];
            case 7:
                return [.. bytes[..at], 0xff, 0xc0, 0xed, 0xa0, 0x80, .. bytes[at..]];
            case 8:
                return ShuffleLines(bytes, random);
            case 9:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 10:
                byte[] noise = new byte[length];
                for (int i = 0; i < noise.Length; i++)
                {
                    noise[i] = (byte)random.Next();
                }

                return [.. bytes[..at], .. noise, .. bytes[at..]];
            case 11:
                return [.. bytes[..at], (byte)Separators[random.Below(Separators.Length)], .. bytes[at..]];
            default:
                return [.. bytes.Where(b => b != '\n' || random.Percent(90))];
        }
    }

    private static byte[] Repeat(byte[] bytes, int at, int length, SeededRandom random)
    {
        int times = Math.Min(1 + random.Below(random.Percent(95) ? 8 : 2000), Math.Max(1, (Largest - bytes.Length) / length));
        byte[] repeated = new byte[bytes.Length + (times * length)];
        bytes.AsSpan(0, at).CopyTo(repeated);
        for (int i = 0; i < times; i++)
        {
            bytes.AsSpan(at, length).CopyTo(repeated.AsSpan(at + (i * length)));
        }

        bytes.AsSpan(at).CopyTo(repeated.AsSpan(at + (times * length)));
        return repeated;
    }

    private static byte[] Number(byte[] bytes, int at, SeededRandom random)
    {
        int digit = bytes.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (digit < 0)
        {
            return bytes;
        }

        int start = at + digit;
        int end = start;
        while (end < bytes.Length && bytes[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        return [.. bytes[..start], .. Encoding.ASCII.GetBytes(s_numbers[random.Below(s_numbers.Length)]), .. bytes[end..]];
    }

    private static byte[] ShuffleLines(byte[] bytes, SeededRandom random)
    {
        List<byte[]> lines = [];
        int start = 0;
        while (start < bytes.Length)
        {
            int length = bytes.AsSpan(start).IndexOf((byte)'\n');
            int end = length < 0 ? bytes.Length : start + length + 1;
            lines.Add(bytes[start..end]);
            start = end;
        }

        for (int i = 0; i < Math.Min(lines.Count, 20); i++)
        {
            int a = random.Below(lines.Count);
            int b = random.Below(lines.Count);
            (lines[a], lines[b]) = (lines[b], lines[a]);
        }

        return [.. lines.SelectMany(line => line)];
    }
}
