namespace Leakstat.Dump;

/// <summary>Sums of what a dump says, which may be anything: they end at the bounds of the type instead of failing.</summary>
public static class Totals
{
    /// <summary>The sum, or the nearest value there is to it.</summary>
    public static long Total<T>(this IEnumerable<T> items, Func<T, long> value)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(value);
        Int128 sum = 0;
        foreach (T item in items)
        {
            sum += value(item);
        }

        return (long)Int128.Clamp(sum, long.MinValue, long.MaxValue);
    }
}
