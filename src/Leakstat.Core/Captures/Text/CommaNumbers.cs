using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Leakstat.Captures.Text;

/// <summary>
/// Reads numbers between commas behind the last colon of a line, as <c>vmstat -z</c> prints them, for speed: where
/// digits, commas and blanks stand is found for 64 bytes at once, and eight digits become a number without a branch.
/// It takes the common row only; what it refuses may still be one, and is for a reader that looks at every byte.
/// </summary>
internal static class CommaNumbers
{
    /// <summary>Bytes looked at from the right.</summary>
    private const int Window = 64;

    /// <summary>… and so many in front of them, so that eight bytes before any digit's end can be read.</summary>
    private const int Padded = Window + 8;

    /// <summary>Digits that are read at most.</summary>
    private const int MostDigits = 16;

    /// <summary>Reads the numbers.</summary>
    /// <param name="line">The line.</param>
    /// <param name="numbers">Takes the numbers, at most its length.</param>
    /// <param name="colon">Place of the last colon.</param>
    /// <param name="count">How many numbers there are.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, Span<long> numbers, out int colon, out int count)
    {
        if (line.Length >= Padded)
        {
            return TryReadPadded(line, numbers, out colon, out count);
        }

        Span<byte> padded = stackalloc byte[Padded];
        padded[..(Padded - line.Length)].Fill((byte)' ');
        line.CopyTo(padded[(Padded - line.Length)..]);
        bool read = TryReadPadded(padded, numbers, out colon, out count);
        colon -= Padded - line.Length;
        return read;
    }

    /// <summary>
    /// As the other, of a line within a text: what stands in front of the line is read with it and left out.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the line begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="numbers">Takes the numbers, at most its length.</param>
    /// <param name="colon">Place of the last colon in the line.</param>
    /// <param name="count">How many numbers there are.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> text, int start, int end, Span<long> numbers, out int colon, out int count)
    {
        if (end < Padded || end - start >= Padded)
        {
            return TryRead(text[start..end], numbers, out colon, out count);
        }

        int before = start - (end - Padded);
        bool read = TryReadPadded(text.Slice(end - Padded, Padded), numbers, out colon, out count, before);
        colon -= before;
        return read && colon >= 0;
    }

    private static bool TryReadPadded(
        ReadOnlySpan<byte> line, Span<long> numbers, out int colon, out int count, int lineStart = 0)
    {
        count = 0;
        int offset = line.Length - Window;
        ulong own = lineStart <= offset ? ulong.MaxValue : ulong.MaxValue << (lineStart - offset);
        Vector256<byte> low = Vector256.Create(line.Slice(offset, 32));
        Vector256<byte> high = Vector256.Create(line.Slice(offset + 32, 32));
        ulong colons = Equal(low, high, (byte)':') & own;
        int from = 0;
        if (colons != 0)
        {
            from = Window - BitOperations.LeadingZeroCount(colons);
            colon = offset + from - 1;
        }
        else
        {
            // What stands between the colon and the window must be blank.
            colon = line[..offset].LastIndexOf((byte)':');
            if (colon < lineStart || line[(colon + 1)..offset].ContainsAnyExcept((byte)' '))
            {
                return false;
            }
        }

        ulong commas = Equal(low, high, (byte)',');
        ulong digits = Digits(low) | ((ulong)Digits(high) << 32);
        ulong rest = (from == Window ? 0 : ulong.MaxValue << from) & own;
        if (((commas | digits | Equal(low, high, (byte)' ') | Equal(low, high, (byte)'\t')) & rest) != rest)
        {
            return false;
        }

        commas &= rest;
        digits &= rest;
        while (count < numbers.Length)
        {
            // All below the next comma, that is, the next number and the blanks around it.
            ulong before = commas == 0 ? ulong.MaxValue : (commas - 1) & ~commas;
            ulong number = digits & before;
            int start = BitOperations.TrailingZeroCount(number);
            int end = Window - BitOperations.LeadingZeroCount(number);
            int length = end - start;
            if (length is <= 0 or > MostDigits || BitOperations.PopCount(number) != length)
            {
                return false;
            }

            ulong value = length == 1
                ? (ulong)(line[offset + start] - '0')
                : Eight(line[(offset + end - 8)..], Math.Min(length, 8));
            if (length > 8)
            {
                value += Eight(line[(offset + end - 16)..], length - 8) * 100_000_000;
            }

            numbers[count++] = (long)value;
            if (commas == 0)
            {
                return true;
            }

            digits &= ~before;
            commas &= commas - 1;
        }

        return false;
    }

    private static ulong Equal(Vector256<byte> low, Vector256<byte> high, byte value)
    {
        var wanted = Vector256.Create(value);
        return Vector256.Equals(low, wanted).ExtractMostSignificantBits()
            | ((ulong)Vector256.Equals(high, wanted).ExtractMostSignificantBits() << 32);
    }

    private static uint Digits(Vector256<byte> text) =>
        Vector256.LessThanOrEqual(
            text - Vector256.Create((byte)'0'), Vector256.Create((byte)9)).ExtractMostSignificantBits();

    /// <summary>
    /// The number whose last digits, at most eight, end eight bytes on; bytes in front of them are ignored.
    /// </summary>
    private static ulong Eight(ReadOnlySpan<byte> text, int length)
    {
        // Digits as values, the last in the highest byte; then pairs, fours and all eight are put together.
        ulong digits = BinaryPrimitives.ReadUInt64LittleEndian(text) ^ 0x3030303030303030;
        digits &= ulong.MaxValue << (64 - (8 * length));
        digits = (digits * 2561) >> 8;
        digits = ((digits & 0x00ff00ff00ff00ff) * 6553601) >> 16;
        return ((digits & 0x0000ffff0000ffff) * 42949672960001) >> 32;
    }
}
