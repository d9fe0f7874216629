namespace Leakstat.Model;

/// <summary>Arithmetic on numbers that come from outside: it saturates instead of wrapping around.</summary>
public static class Arithmetic
{
    // 128-bit integers would say the same in one line, but are not compiled ahead of time, and this runs at every
    // start.

    /// <summary>Product, held at the ends of the range.</summary>
    public static long Multiply(long a, long b)
    {
        long high = Math.BigMul(a, b, out long low);
        return (high == 0 && low >= 0) || (high == -1 && low < 0)
            ? low
            : (a < 0) == (b < 0) ? long.MaxValue : long.MinValue;
    }

    /// <summary>Sum, held at the ends of the range.</summary>
    public static long Add(long a, long b)
    {
        long sum = unchecked(a + b);
        return ((a ^ sum) & (b ^ sum)) >= 0 ? sum : a < 0 ? long.MinValue : long.MaxValue;
    }

    /// <summary>Difference, held at the ends of the range.</summary>
    public static long Subtract(long a, long b)
    {
        long difference = unchecked(a - b);
        return ((a ^ b) & (a ^ difference)) >= 0 ? difference : a < 0 ? long.MinValue : long.MaxValue;
    }

    /// <summary>Sum of many, held at the ends of the range.</summary>
    public static long Sum(IEnumerable<long> values)
    {
        // Exact until the end: a sum that goes beyond the range on the way may come back into it.
        decimal sum = 0;
        foreach (long value in values)
        {
            sum += value;
        }

        return sum > long.MaxValue ? long.MaxValue : sum < long.MinValue ? long.MinValue : (long)sum;
    }

    /// <summary>Sum of what is asked of each item, held at the ends of the range.</summary>
    public static long Total<T>(this IEnumerable<T> items, Func<T, long> value)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(value);
        return Sum(items.Select(value));
    }
}
