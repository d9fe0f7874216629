namespace Leakstat.Model;

/// <summary>
/// Whether two numbers of one thing may be of one moment: commands of a capture are asked seconds apart, and what they
/// count moves by little in that time. Further apart they are of two moments or hosts.
/// </summary>
public static class OneMoment
{
    /// <summary>Share of the larger, or of a limit, by which nothing moves within seconds.</summary>
    private const double Apart = 0.25;

    /// <summary>What owners gain and lose in a moment, and what top(1) may round, bytes.</summary>
    private const long LeastBytes = 64L << 20;

    /// <summary>Part of memory that an ARC takes or gives back within seconds: one in so many.</summary>
    private const long FastShare = 8;

    /// <summary>Items without a limit that come and go in a moment.</summary>
    private const long LeastItems = 16_384;

    /// <summary>Requests that are denied in a moment.</summary>
    private const long LeastDenied = 1_000;

    /// <summary>Whether two sizes in bytes are too far apart.</summary>
    /// <param name="one">A size.</param>
    /// <param name="other">The same by the other command.</param>
    /// <param name="memory">
    /// Physical memory, bytes, for what the ARC may move, which is fast; null for other owners, and where it is not
    /// known.
    /// </param>
    public static bool SizesAreApart(long one, long other, long? memory = null) =>
        Between(one, other) is var between
        && between > (memory is > 0 and { } all ? all / FastShare : LeastBytes)
        && between > Math.Max(one, other) * Apart;

    /// <summary>Whether two counts of items are too far apart.</summary>
    /// <param name="one">Items in use.</param>
    /// <param name="other">The same by the other command.</param>
    /// <param name="limit">Most that may be in use; 0 or below where there is no limit.</param>
    public static bool ItemsAreApart(long one, long other, long limit) =>
        Between(one, other) > (limit > 0 ? limit * Apart : Math.Max(Math.Max(one, other) * 2 * Apart, LeastItems));

    /// <summary>Whether two counts of denied requests since boot are too far apart.</summary>
    public static bool DenialsAreApart(long one, long other) => Between(one, other) > LeastDenied;

    private static long Between(long one, long other) => Arithmetic.Subtract(
        Math.Max(one, other), Math.Min(one, other));
}
