using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Leakstat.Dump.Marking;

/// <summary>
/// Copies those words of a run that lie in a range to a buffer: eight or four at a time where the processor can. There
/// is no branch
/// on what the words are: in one of two vectors there is a pointer, which no processor guesses, and a wrong guess costs
/// as much as
/// several vectors, and keeps the reading of the next block from starting before this one has come from memory.
/// </summary>
internal static class WordFilter
{
    // For each set of four words, which 32-bit lanes move to the front.
    private static readonly uint[] Lanes = MakeLanes();

    /// <summary>
    /// Writes the words <c>w</c> with <c>w − low ≤ span</c>, each plus <paramref name="added"/>. The buffer must have
    /// eight more
    /// places than <paramref name="count"/>.
    /// </summary>
    /// <returns>Words written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Select(ref ulong words, int count, ulong low, ulong span, ulong added, ref ulong buffer)
    {
        int written = 0;
        int i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<ulong> lowest = Vector512.Create(low);
            Vector512<ulong> widest = Vector512.Create(span);
            Vector512<ulong> add = Vector512.Create(added);
            for (; i + 8 <= count; i += 8)
            {
                Vector512<ulong> eight = Vector512.LoadUnsafe(ref words, (nuint)i);
                Vector512<ulong> inside = Vector512.LessThanOrEqual(eight - lowest, widest);
                Avx512F.Compress(Vector512<ulong>.Zero, inside, eight + add).StoreUnsafe(ref buffer, (nuint)written);
                written += BitOperations.PopCount(inside.ExtractMostSignificantBits());
            }
        }
        else if (Avx2.IsSupported)
        {
            // AVX2 compares signed numbers only: both sides are moved down by half the range.
            Vector256<long> shift = Vector256.Create(unchecked((long)(0x8000_0000_0000_0000UL - low)));
            Vector256<long> limit = Vector256.Create(unchecked((long)(0x8000_0000_0000_0000UL + span)));
            Vector256<long> add = Vector256.Create(unchecked((long)added));
            ref uint lanes = ref MemoryMarshal.GetArrayDataReference(Lanes);
            for (; i + 4 <= count; i += 4)
            {
                Vector256<long> four = Vector256.LoadUnsafe(ref words, (nuint)i).AsInt64();
                Vector256<long> outside = Avx2.CompareGreaterThan(four + shift, limit);
                int inside = ~Avx.MoveMask(outside.AsDouble()) & 15;
                Vector256<uint> moved = Avx2.PermuteVar8x32(
                    (four + add).AsUInt32(), Vector256.LoadUnsafe(ref lanes, (nuint)(inside * 8)));
                moved.AsUInt64().StoreUnsafe(ref buffer, (nuint)written);
                written += BitOperations.PopCount((uint)inside);
            }
        }

        for (; i < count; i++)
        {
            ulong word = Unsafe.Add(ref words, i);
            Unsafe.Add(ref buffer, written) = word + added;
            written += word - low <= span ? 1 : 0;
        }

        return written;
    }

    private static uint[] MakeLanes()
    {
        var lanes = new uint[16 * 8];
        for (int set = 0; set < 16; set++)
        {
            int place = set * 8;
            for (uint word = 0; word < 4; word++)
            {
                if ((set & (1 << (int)word)) != 0)
                {
                    lanes[place++] = word * 2;
                    lanes[place++] = (word * 2) + 1;
                }
            }
        }

        return lanes;
    }
}
