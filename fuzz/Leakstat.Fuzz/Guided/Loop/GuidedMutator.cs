using System.Buffers.Binary;

namespace Leakstat.Fuzz.Guided.Loop;

/// <summary>
/// Damages an input in the ways of <see cref="Mutator"/>, and in those that pay where it is seen what they reach: words
/// that the reader looks for, parts of other inputs, numbers in binary.
/// </summary>
/// <param name="tokens">Constants that stand in the reader's code.</param>
/// <param name="most">Bytes that the result has at most.</param>
public sealed class GuidedMutator(IReadOnlyList<byte[]> tokens, int most)
{
    private static readonly ulong[] s_numbers =
    [
        0, 1, 2, 4, 8, 16, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
        0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
    ];

    /// <summary>A damaged copy.</summary>
    /// <param name="input">The input.</param>
    /// <param name="other">Another, to take parts from.</param>
    /// <param name="random">Chance.</param>
    public byte[] Mutate(byte[] input, byte[] other, SeededRandom random)
    {
        byte[] bytes = input;
        int times = 1 + random.Below(random.Percent(85) ? 2 : 8);
        for (int i = 0; i < times; i++)
        {
            bytes = bytes.Length == 0 ? [.. Token(random)] : Once(bytes, other, random);
        }

        return bytes.Length > most ? bytes[..most] : bytes;
    }

    private byte[] Once(byte[] bytes, byte[] other, SeededRandom random)
    {
        int at = random.Below(bytes.Length);
        switch (random.Below(14))
        {
            case 0:
                return Mutator.Mutate(bytes, other.Length == 0 ? bytes : other, random);
            case 1 or 2:
                return [.. bytes.AsSpan(0, at), .. Token(random), .. bytes.AsSpan(at)];
            case 3:
                byte[] token = Token(random);
                return [.. bytes.AsSpan(0, at), .. token, .. bytes.AsSpan(Math.Min(bytes.Length, at + token.Length))];
            case 4 or 5:
                return ReplaceWord(bytes, at, random.Percent(50) ? Token(random) : Word(other, random));
            case 6:
                int from = random.Below(other.Length + 1);
                return [.. bytes.AsSpan(0, at), .. other.AsSpan(from)];
            case 7:
                return Line(bytes, at, random.Percent(50) ? other : bytes, random);
            case 8:
                return Binary(bytes, at, random);
            case 9:
                return SetByte(bytes, at, (byte)random.Next());
            case 10:
                return SetByte(bytes, at, (byte)(0x20 + random.Below(0x5f)));
            case 11:
                return Digit(bytes, at, random);
            case 12:
                int length = Math.Min(bytes.Length - at, 1 + random.Below(64));
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
            default:
                int start = random.Below(other.Length + 1);
                return
                [
                    .. bytes.AsSpan(0, at),
                    .. other.AsSpan(start, Math.Min(other.Length - start, 1 + random.Below(128))),
                    .. bytes.AsSpan(at),
                ];
        }
    }

    private byte[] Token(SeededRandom random) =>
        tokens.Count == 0 ? "0"u8.ToArray() : tokens[random.Below(tokens.Count)];

    private static byte[] SetByte(byte[] bytes, int at, byte value)
    {
        byte[] set = [.. bytes];
        set[at] = value;
        return set;
    }

    private static byte[] Binary(byte[] bytes, int at, SeededRandom random)
    {
        int size = 1 << random.Below(4);
        if (at + size > bytes.Length)
        {
            return SetByte(bytes, at, 0);
        }

        byte[] set = [.. bytes];
        Span<byte> word = stackalloc byte[8];
        word.Clear();
        set.AsSpan(at, size).CopyTo(word);
        ulong was = BinaryPrimitives.ReadUInt64LittleEndian(word);
        ulong now = random.Below(5) switch
        {
            0 => s_numbers[random.Below(s_numbers.Length)],
            1 => was + (ulong)random.Below(33) - 16,
            2 => was ^ (1UL << random.Below(8 * size)),
            3 => (ulong)random.Below(bytes.Length + 16),
            _ => BinaryPrimitives.ReverseEndianness(s_numbers[random.Below(s_numbers.Length)]) >> (64 - (8 * size)),
        };
        BinaryPrimitives.WriteUInt64LittleEndian(word, now);
        word[..size].CopyTo(set.AsSpan(at));
        return set;
    }

    private static byte[] Digit(byte[] bytes, int at, SeededRandom random)
    {
        int digit = bytes.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        return digit < 0 ? bytes : random.Percent(70)
            ? SetByte(bytes, at + digit, (byte)('0' + random.Below(10)))
            : [.. bytes.AsSpan(0, at + digit), (byte)('0' + random.Below(10)), .. bytes.AsSpan(at + digit)];
    }

    private static (int Start, int End) WordAt(ReadOnlySpan<byte> bytes, int at)
    {
        int start = at;
        while (start > 0 && IsInWord(bytes[start - 1]))
        {
            start--;
        }

        int end = at;
        while (end < bytes.Length && IsInWord(bytes[end]))
        {
            end++;
        }

        return (start, end);
    }

    private static bool IsInWord(byte b) =>
        char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'.' or (byte)'-';

    private static byte[] ReplaceWord(byte[] bytes, int at, ReadOnlySpan<byte> word)
    {
        (int start, int end) = WordAt(bytes, at);
        return [.. bytes.AsSpan(0, start), .. word, .. bytes.AsSpan(end)];
    }

    private static ReadOnlySpan<byte> Word(byte[] bytes, SeededRandom random)
    {
        (int start, int end) = WordAt(bytes, random.Below(bytes.Length));
        return bytes.AsSpan(start, Math.Min(end - start, 64));
    }

    /// <summary>Puts a line of one text between two lines of another.</summary>
    private static byte[] Line(byte[] bytes, int at, byte[] source, SeededRandom random)
    {
        int start = Array.LastIndexOf(source, (byte)'\n', Math.Max(0, random.Below(source.Length) - 1)) + 1;
        int end = start >= source.Length ? -1 : Array.IndexOf(source, (byte)'\n', start);
        int place = Array.LastIndexOf(bytes, (byte)'\n', at) + 1;
        return
        [
            .. bytes.AsSpan(0, place), .. source.AsSpan(start, (end < 0 ? source.Length : end + 1) - start),
            .. bytes.AsSpan(place),
        ];
    }
}
