namespace Leakstat.History;

/// <summary>
/// Totals since boot (requests, failures). Releases before 8 and 32-bit platforms keep some in 32 bits, which wrap
/// around; all others hold 64.
/// </summary>
public static class RunningTotal
{
    private const long Wrap = 1L << 32;

    /// <summary>
    /// A total this far below 2³² or less may have passed it; what fell from further below was reset.
    /// </summary>
    private const long NearWrap = Wrap / 4;

    /// <summary>Whether a total that fell may have passed 2³² rather than have been reset.</summary>
    public static bool MayHaveWrapped(long before, long after) =>
        before is >= Wrap - NearWrap and < Wrap && after is >= 0 and < NearWrap;
}
