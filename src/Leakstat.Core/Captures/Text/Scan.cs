using System.Runtime.CompilerServices;
using Leakstat.Model;

namespace Leakstat.Captures.Text;

/// <summary>Reads words and numbers out of a line. Nothing here allocates or throws.</summary>
public static class Scan
{
    private const long Kibi = 1024;

    /// <summary>So many digits always fit 63 bits.</summary>
    private const int SafeDigits = 18;

    /// <summary>Without blanks and tabs at both ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && !IsBlank(text[0]) && !IsBlank(text[^1]))
        {
            return text;
        }

        int start = 0;
        int end = text.Length;
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && IsBlank(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>Whether there is nothing but blanks and tabs.</summary>
    public static bool IsEmpty(ReadOnlySpan<byte> text) => Trim(text).IsEmpty;

    /// <summary>Blank, tab, vertical tab, form feed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t' or 0x0b or 0x0c;

    /// <summary>ASCII digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    /// <summary>
    /// The first word (separated by blanks), which is taken off the front of <paramref name="text"/>.
    /// </summary>
    public static ReadOnlySpan<byte> Word(scoped ref ReadOnlySpan<byte> text)
    {
        int start = 0;
        while (start < text.Length && IsBlank(text[start]))
        {
            start++;
        }

        int end = start;
        while (end < text.Length && !IsBlank(text[end]))
        {
            end++;
        }

        ReadOnlySpan<byte> word = text[start..end];
        text = text[end..];
        return word;
    }

    /// <summary>The last word, which is taken off the end of <paramref name="text"/>.</summary>
    public static ReadOnlySpan<byte> LastWord(scoped ref ReadOnlySpan<byte> text)
    {
        int end = text.Length;
        while (end > 0 && IsBlank(text[end - 1]))
        {
            end--;
        }

        int start = end;
        while (start > 0 && !IsBlank(text[start - 1]))
        {
            start--;
        }

        ReadOnlySpan<byte> word = text[start..end];
        text = text[..start];
        return word;
    }

    /// <summary>
    /// A whole number that fills <paramref name="text"/>: digits, a sign allowed. From 2⁶³ to 2⁶⁴−1 it is taken for an
    /// underflowed counter and comes out negative. False for anything else, greater numbers among it.
    /// </summary>
    public static bool TryInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        bool negative = !text.IsEmpty && text[0] == '-';
        if (negative)
        {
            text = text[1..];
        }

        if (text.IsEmpty || text.Length > 20)
        {
            return false;
        }

        ulong sum = 0;
        if (text.Length <= SafeDigits)
        {
            foreach (byte b in text)
            {
                uint digit = (uint)(b - '0');
                if (digit > 9)
                {
                    return false;
                }

                sum = (sum * 10) + digit;
            }

            value = negative ? -(long)sum : (long)sum;
            return true;
        }

        foreach (byte b in text)
        {
            uint digit = (uint)(b - '0');
            if (digit > 9)
            {
                return false;
            }

            if (sum > (ulong.MaxValue - digit) / 10)
            {
                return false;
            }

            sum = (sum * 10) + digit;
        }

        if (negative && sum > long.MaxValue)
        {
            return false;
        }

        value = negative ? -(long)sum : unchecked((long)sum);
        return true;
    }

    /// <summary>A hexadecimal number that fills <paramref name="text"/>, with or without <c>0x</c>.</summary>
    public static bool TryHex(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (text.StartsWith("0x"u8) || text.StartsWith("0X"u8))
        {
            text = text[2..];
        }

        if (text.IsEmpty || text.Length > 16)
        {
            return false;
        }

        foreach (byte b in text)
        {
            int digit = b switch
            {
                >= (byte)'0' and <= (byte)'9' => b - '0',
                >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                return false;
            }

            value = (value << 4) | (uint)digit;
        }

        return true;
    }

    /// <summary>
    /// A number with an optional fraction (point or comma) and an optional suffix, in bytes: <c>14M</c>, <c>6321K</c>,
    /// <c>1,5G</c>, <c>512B</c>. Suffixes are powers of 1024; <paramref name="wasRounded"/> says whether there was one.
    /// </summary>
    public static bool TrySize(ReadOnlySpan<byte> text, out long bytes, out bool wasRounded) =>
        TryScaled(text, Kibi, out bytes, out wasRounded);

    /// <summary>As <see cref="TrySize"/>, suffixes being powers of 1000: counts such as <c>954.06k</c>.</summary>
    public static bool TryCount(ReadOnlySpan<byte> text, out long count, out bool wasRounded) =>
        TryScaled(text, 1000, out count, out wasRounded);

    /// <summary>Whether the text starts with that one, ASCII letters compared without case.</summary>
    public static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start)
    {
        if (text.Length < start.Length)
        {
            return false;
        }

        for (int i = 0; i < start.Length; i++)
        {
            if (Lower(text[i]) != Lower(start[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static byte Lower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b + 32) : b;

    private static bool TryScaled(ReadOnlySpan<byte> text, long step, out long value, out bool wasRounded)
    {
        value = 0;
        wasRounded = false;
        if (!text.IsEmpty && text[^1] is (byte)'B' or (byte)'b')
        {
            text = text[..^1];
            if (!text.IsEmpty && text[^1] == 'i')
            {
                text = text[..^1];
            }
        }

        if (text.IsEmpty)
        {
            return false;
        }

        int power = text[^1] switch
        {
            (byte)'K' or (byte)'k' => 1,
            (byte)'M' => 2,
            (byte)'G' => 3,
            (byte)'T' => 4,
            (byte)'P' => 5,
            (byte)'E' => 6,
            _ => 0,
        };
        if (power > 0)
        {
            text = text[..^1];
            wasRounded = true;
        }

        int point = text.IndexOfAny((byte)'.', (byte)',');
        ReadOnlySpan<byte> whole = point < 0 ? text : text[..point];
        if (!TryInteger(whole, out long integer) || integer < 0)
        {
            return false;
        }

        long scale = 1;
        for (int i = 0; i < power; i++)
        {
            scale *= step;
        }

        if (integer > long.MaxValue / scale)
        {
            return false;
        }

        long total = integer * scale;
        if (point >= 0)
        {
            ReadOnlySpan<byte> fraction = text[(point + 1)..];
            if (!TryInteger(fraction, out long part) || part < 0 || fraction.Length > 9)
            {
                return false;
            }

            wasRounded = true;
            long divisor = 1;
            for (int i = 0; i < fraction.Length; i++)
            {
                divisor *= 10;
            }

            // part × scale / divisor, in steps that fit 64 bits: both part and the remainder are below 10⁹.
            total = Arithmetic.Add(total, (scale / divisor * part) + (scale % divisor * part / divisor));
        }

        value = total;
        return true;
    }
}
