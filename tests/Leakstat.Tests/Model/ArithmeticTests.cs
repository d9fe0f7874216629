using Leakstat.Model;

namespace Leakstat.Tests.Model;

public sealed class ArithmeticTests
{
    private static readonly long[] s_numbers =
        [0, 1, -1, 2, 4096, -4096, int.MaxValue, int.MinValue, 3_037_000_500, -3_037_000_500, long.MaxValue, long.MinValue, long.MaxValue / 2, long.MinValue / 2];

    [Fact]
    public void Saturates_where_128_bits_would_go_beyond()
    {
        foreach (long a in s_numbers)
        {
            foreach (long b in s_numbers)
            {
                Assert.Equal(Clamp((Int128)a * b), Arithmetic.Multiply(a, b));
                Assert.Equal(Clamp((Int128)a + b), Arithmetic.Add(a, b));
                Assert.Equal(Clamp((Int128)a - b), Arithmetic.Subtract(a, b));
            }
        }
    }

    private static long Clamp(Int128 value) => (long)Int128.Clamp(value, long.MinValue, long.MaxValue);
}
