using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Leakstat.Fuzz.Guided.Coverage;

/// <summary>How often each edge was taken since the last look; instrumented assemblies count here.</summary>
public static class Edges
{
    /// <summary>Edges that there may be at most.</summary>
    public const int Most = 1 << 18;

    private static readonly byte[] s_counts = new byte[Most];

    /// <summary>Counts an edge; what the instrumenter puts into the code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hit(int edge)
    {
        ref byte count = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(s_counts), edge);
        if (count != byte.MaxValue)
        {
            count++;
        }
    }

    /// <summary>Begins to count from nothing.</summary>
    /// <param name="count">Edges that there are.</param>
    public static void Clear(int count) => s_counts.AsSpan(0, count).Clear();

    /// <summary>
    /// Adds what was taken to what was seen before, and gives how much of it is new. Of how often only the order of
    /// magnitude counts: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more.
    /// </summary>
    /// <param name="seen">By edge, a bit for each order of magnitude.</param>
    /// <param name="edges">Edges never seen before are added here.</param>
    /// <returns>Whether anything is new, edges or magnitudes.</returns>
    public static bool AddTo(Span<byte> seen, List<int> edges)
    {
        bool isNew = false;
        ReadOnlySpan<byte> counts = s_counts.AsSpan(0, seen.Length);
        int at = 0;
        int next;
        while ((next = counts[at..].IndexOfAnyExcept((byte)0)) >= 0)
        {
            at += next;
            byte bit = Magnitude(counts[at]);
            if ((seen[at] & bit) == 0)
            {
                if (seen[at] == 0)
                {
                    edges.Add(at);
                }

                seen[at] |= bit;
                isNew = true;
            }

            at++;
        }

        return isNew;
    }

    /// <summary>Whether an edge was taken since the last look.</summary>
    public static bool IsHit(int edge) => s_counts[edge] != 0;

    private static byte Magnitude(byte count) => count switch
    {
        < 4 => (byte)(1 << (count - 1)),
        < 32 => (byte)(1 << (BitOperations.Log2(count) + 1)),
        < 128 => 1 << 6,
        _ => 1 << 7,
    };
}
