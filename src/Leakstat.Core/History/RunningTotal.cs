using System.Collections.Immutable;

namespace Leakstat.History;

/// <summary>
/// Totals since boot (requests, failures): what they rose by from sample to sample. Releases before 8 and 32-bit
/// platforms keep some in 32 bits, which wrap around; all others hold 64.
/// </summary>
public static class RunningTotal
{
    private const long Wrap = 1L << 32;

    /// <summary>
    /// A total this far below 2³² or less may have passed it; what fell from further below was reset.
    /// </summary>
    private const long NearWrap = Wrap / 4;

    /// <summary>Rise between two readings of one boot; null where the total fell and did not wrap.</summary>
    public static long? Rise(long before, long after)
    {
        // Of 64 bits, read with a sign: the difference is right across 2⁶³ and 2⁶⁴ as long as it is not enormous
        // itself.
        long difference = unchecked(after - before);
        bool crossed = (before < 0) != (after < 0);
        if (difference >= 0 && (!crossed || difference < NearWrap || before < 0))
        {
            return difference;
        }

        return MayHaveWrapped(before, after) ? Wrap - before + after : null;
    }

    /// <summary>Whether a total that fell may have passed 2³² rather than have been reset.</summary>
    public static bool MayHaveWrapped(long before, long after) =>
        before is >= Wrap - NearWrap and < Wrap && after is >= 0 and < NearWrap;

    /// <summary>
    /// What a total rose by since the sample before that has it; null at the first, across a reboot, and where it was
    /// reset.
    /// </summary>
    public static ImmutableArray<long?> Rises(HostHistory history, Series total)
    {
        ImmutableArray<long?> values = total.Values;
        var rises = ImmutableArray.CreateBuilder<long?>(values.Length);
        int before = -1;
        for (int i = 0; i < values.Length; i++)
        {
            rises.Add(values[i] is { } now && before >= 0 && history.Samples[before].Boot == history.Samples[i].Boot
                ? Rise(values[before]!.Value, now)
                : null);
            before = values[i] is null ? before : i;
        }

        return rises.MoveToImmutable();
    }
}
