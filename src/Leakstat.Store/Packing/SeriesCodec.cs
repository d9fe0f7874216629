using System.Runtime.InteropServices;
using Leakstat.Store.Errors;

namespace Leakstat.Store.Packing;

/// <summary>
/// A stretch of one series as bytes. Kernel counters mostly stand still, move in multiples of something (pages, KiB),
/// or move steadily: a constant is one number; else the common divisor is taken out, and of values, differences and
/// differences of differences the form that comes out shortest is kept.
/// </summary>
public static class SeriesCodec
{
    /// <summary>Most samples of one stretch.</summary>
    public const int MostSamples = 8192;

    private const byte Empty = 0;
    private const byte Constant = 1;
    private const byte Plain = 2;
    private const byte Gaps = 8;

    [ThreadStatic]
    private static BitWriter? s_bits;

    [ThreadStatic]
    private static long[]? s_numbers;

    /// <summary>The stretch as bytes; null stands for an absent value.</summary>
    public static byte[] Encode(ReadOnlySpan<long?> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, MostSamples, nameof(values));
        List<byte> output = [];
        long[] present = new long[values.Length];
        int count = 0;
        foreach (long? value in values)
        {
            if (value is { } number)
            {
                present[count++] = number;
            }
        }

        if (count == 0)
        {
            return [Empty];
        }

        byte gaps = count < values.Length ? Gaps : (byte)0;
        ReadOnlySpan<long> numbers = present.AsSpan(0, count);
        if (numbers.IndexOfAnyExcept(numbers[0]) < 0)
        {
            output.Add((byte)(Constant | gaps));
            AddGaps(values, gaps, output);
            PackedNumber.Signed(output, numbers[0]);
            return [.. output];
        }

        (int order, ulong divisor, long start) = Choose(numbers);
        output.Add((byte)((Plain + order) | gaps));
        AddGaps(values, gaps, output);
        PackedNumber.Signed(output, start);
        PackedNumber.Unsigned(output, divisor);
        BitWriter bits = s_bits ??= new BitWriter();
        bits.Clear();
        ResidualCodec.Encode(Residuals(numbers, order, (long)divisor, start), bits);
        bits.CopyTo(output);
        return [.. output];
    }

    /// <summary>
    /// The stretch of so many samples; fails with <see cref="StoreException"/> on bytes that are none.
    /// </summary>
    public static long?[] Decode(ReadOnlySpan<byte> bytes, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samples, MostSamples);
        long?[] values = new long?[samples];
        Decode(bytes, values);
        return values;
    }

    /// <summary>
    /// The stretch of as many samples as there is room for; fails with <see cref="StoreException"/> on bytes that are
    /// none.
    /// </summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="values">Takes the values.</param>
    public static void Decode(ReadOnlySpan<byte> bytes, Span<long?> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, MostSamples, nameof(values));
        var reader = new ByteReader(bytes);
        byte form = reader.Byte();
        if (form == Empty)
        {
            values.Clear();
            return;
        }

        bool[]? absent = (form & Gaps) != 0 ? ReadGaps(ref reader, values.Length) : null;
        int count = absent is null ? values.Length : absent.AsSpan().Count(false);
        int order = (form & ~Gaps) - Plain;
        if (order is < -1 or > 2)
        {
            throw StoreException.Damaged();
        }

        long start = reader.Signed();
        if (order < 0 && absent is null)
        {
            values.Fill(start);
            return;
        }

        long[] scratch = s_numbers ??= new long[MostSamples];
        Span<long> numbers = scratch.AsSpan(0, count);
        if (order < 0)
        {
            numbers.Fill(start);
        }
        else
        {
            long divisor = (long)reader.Unsigned();
            ResidualCodec.Decode(ref reader, numbers);
            Integrate(numbers, order, divisor, start);
        }

        int next = 0;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = absent?[i] == true ? null : numbers[next++];
        }
    }

    /// <summary>The value that every sample of a stretch has; null where they differ or one is absent.</summary>
    /// <param name="bytes">The bytes.</param>
    public static long? ConstantOf(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        return reader.Byte() == Constant ? reader.Signed() : null;
    }

    private static (int Order, ulong Divisor, long Start) Choose(ReadOnlySpan<long> numbers)
    {
        ulong divisor = Divisor(numbers);
        long[] sorted = numbers.ToArray();
        sorted.AsSpan().Sort();
        long median = sorted[sorted.Length / 2];
        BitWriter bits = s_bits ??= new BitWriter();
        (int Order, ulong Divisor, long Start) best = default;
        int least = int.MaxValue;
        for (int order = 0; order <= 2; order++)
        {
            long start = order == 0 ? median : numbers[0];
            bits.Clear();
            ResidualCodec.Encode(Residuals(numbers, order, (long)divisor, start), bits);
            if (bits.Bits < least)
            {
                (least, best) = (bits.Bits, (order, divisor, start));
            }
        }

        return best;
    }

    /// <summary>What all differences are multiples of; 1 where they do not fit into 63 bits.</summary>
    private static ulong Divisor(ReadOnlySpan<long> numbers)
    {
        long least = long.MaxValue;
        long most = long.MinValue;
        foreach (long number in numbers)
        {
            least = Math.Min(least, number);
            most = Math.Max(most, number);
        }

        if ((Int128)most - least > long.MaxValue)
        {
            return 1;
        }

        ulong divisor = 0;
        for (int i = 1; i < numbers.Length && divisor != 1; i++)
        {
            ulong rest = (ulong)Math.Abs(numbers[i] - numbers[i - 1]);
            while (rest != 0)
            {
                (divisor, rest) = (rest, divisor % rest);
            }
        }

        return Math.Max(divisor, 1);
    }

    private static long[] Residuals(ReadOnlySpan<long> numbers, int order, long divisor, long start)
    {
        // Arithmetic wraps around; adding up wraps back.
        unchecked
        {
            long[] residuals = new long[numbers.Length];
            long before = start;
            long step = 0;
            for (int i = 0; i < residuals.Length; i++)
            {
                long difference = (numbers[i] - (order == 0 ? start : before)) / divisor;
                residuals[i] = order == 2 ? difference - step : difference;
                step = difference;
                before = numbers[i];
            }

            return residuals;
        }
    }

    private static void Integrate(Span<long> residuals, int order, long divisor, long start)
    {
        unchecked
        {
            long before = start;
            long step = 0;
            for (int i = 0; i < residuals.Length; i++)
            {
                step = order == 2 ? step + residuals[i] : residuals[i];
                before = (order == 0 ? start : before) + (step * divisor);
                residuals[i] = before;
            }
        }
    }

    /// <summary>Lengths of runs, present and absent in turn, the last left out.</summary>
    private static void AddGaps(ReadOnlySpan<long?> values, byte gaps, List<byte> output)
    {
        if (gaps == 0)
        {
            return;
        }

        List<byte> runs = [];
        ulong count = 0;
        int start = 0;
        bool absent = false;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is null != absent)
            {
                PackedNumber.Unsigned(runs, (ulong)(i - start));
                (start, absent) = (i, !absent);
                count++;
            }
        }

        PackedNumber.Unsigned(output, count);
        output.AddRange(CollectionsMarshal.AsSpan(runs));
    }

    private static bool[] ReadGaps(ref ByteReader reader, int samples)
    {
        bool[] absent = new bool[samples];
        int runs = reader.Count(samples + 1);
        int start = 0;
        for (int run = 0; run < runs; run++)
        {
            start += reader.Count(samples - start);
            if (run % 2 == 0)
            {
                absent.AsSpan(start).Fill(true);
            }
            else
            {
                absent.AsSpan(start).Clear();
            }
        }

        return absent;
    }
}
