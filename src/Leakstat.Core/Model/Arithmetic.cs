namespace Leakstat.Model;

/// <summary>Arithmetic on numbers that come from outside: it saturates instead of wrapping around.</summary>
public static class Arithmetic
{
    /// <summary>Product, held at the ends of the range.</summary>
    public static long Multiply(long a, long b)
    {
        Int128 product = (Int128)a * b;
        return Clamp(product);
    }

    /// <summary>Sum, held at the ends of the range.</summary>
    public static long Add(long a, long b) => Clamp((Int128)a + b);

    /// <summary>Difference, held at the ends of the range.</summary>
    public static long Subtract(long a, long b) => Clamp((Int128)a - b);

    /// <summary>Sum of many, held at the ends of the range.</summary>
    public static long Sum(IEnumerable<long> values)
    {
        Int128 sum = 0;
        foreach (long value in values)
        {
            sum += value;
        }

        return Clamp(sum);
    }

    private static long Clamp(Int128 value) =>
        value > long.MaxValue ? long.MaxValue : value < long.MinValue ? long.MinValue : (long)value;
}
