using System.Numerics;
using Leakstat.Store.Errors;

namespace Leakstat.Store.Packing;

/// <summary>
/// Differences as bits: runs of zeros by their length, everything else as an adaptive Rice code (quotient in unary,
/// rest in bits; how many bits follows the numbers seen so far).
/// </summary>
internal static class ResidualCodec
{
    /// <summary>Quotients from here on are written as whole numbers.</summary>
    private const int Escape = 20;

    /// <summary>Writes numbers.</summary>
    public static void Encode(ReadOnlySpan<long> residuals, BitWriter bits)
    {
        var state = State.Start;
        bool inRun = true;
        for (int i = 0; i < residuals.Length;)
        {
            if (!inRun)
            {
                Write(bits, PackedNumber.Fold(residuals[i]), ref state.Values);
                inRun = residuals[i++] == 0;
                continue;
            }

            int end = i;
            while (end < residuals.Length && residuals[end] == 0)
            {
                end++;
            }

            Write(bits, (ulong)(end - i), ref state.Runs);
            if (end < residuals.Length)
            {
                Write(bits, PackedNumber.Fold(residuals[end]) - 1, ref state.Values);
            }

            i = end + 1;
            inRun = false;
        }
    }

    /// <summary>Reads as many numbers as asked for.</summary>
    public static void Decode(ref ByteReader bits, Span<long> residuals)
    {
        var state = State.Start;
        bool inRun = true;
        for (int i = 0; i < residuals.Length;)
        {
            if (!inRun)
            {
                residuals[i] = PackedNumber.Unfold(Read(ref bits, ref state.Values));
                inRun = residuals[i++] == 0;
                continue;
            }

            ulong run = Read(ref bits, ref state.Runs);
            if (run > (ulong)(residuals.Length - i))
            {
                throw StoreException.Damaged();
            }

            residuals.Slice(i, (int)run).Clear();
            i += (int)run;
            if (i < residuals.Length)
            {
                residuals[i++] = PackedNumber.Unfold(unchecked(Read(ref bits, ref state.Values) + 1));
            }

            inRun = false;
        }
    }

    private static void Write(BitWriter bits, ulong value, ref Adaptive adaptive)
    {
        int low = adaptive.Bits;
        ulong quotient = value >> low;
        if (quotient < Escape)
        {
            bits.Write((1UL << (int)quotient) - 1, (int)quotient + 1);
            bits.Write(value, low);
        }
        else
        {
            bits.Write((1UL << Escape) - 1, Escape);
            int length = BitOperations.Log2(value);
            bits.Write((ulong)length, 6);
            bits.Write(value, length / 2);
            bits.Write(value >> (length / 2), length - (length / 2));
        }

        adaptive.Add(value);
    }

    private static ulong Read(ref ByteReader bits, ref Adaptive adaptive)
    {
        int low = adaptive.Bits;
        int quotient = 0;
        while (quotient < Escape && bits.Bit() == 1)
        {
            quotient++;
        }

        ulong value;
        if (quotient < Escape)
        {
            value = ((ulong)quotient << low) | bits.Bits(low);
        }
        else
        {
            int length = (int)bits.Bits(6);
            value = bits.Bits(length) | (1UL << length);
        }

        adaptive.Add(value);
        return value;
    }

    private ref struct State
    {
        public Adaptive Values;
        public Adaptive Runs;

        public static State Start => new() { Values = new Adaptive(4), Runs = new Adaptive(32) };
    }

    /// <summary>
    /// How many low bits suit the numbers seen: about the logarithm of their mean, old ones forgotten.
    /// </summary>
    private struct Adaptive(ulong mean)
    {
        // Sixteenths of the mean.
        private ulong _sum = mean * 16;

        public readonly int Bits => Math.Min(BitOperations.Log2((_sum >> 4) | 1), 48);

        public void Add(ulong value) => _sum = _sum - (_sum >> 4) + Math.Min(value, 1UL << 52);
    }
}
