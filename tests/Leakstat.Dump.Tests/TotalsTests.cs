using Leakstat.Model;

namespace Leakstat.Dump.Tests;

/// <summary>Counters of a damaged dump add up without failing.</summary>
public sealed class TotalsTests
{
    [Fact]
    public void Sums_end_at_the_bounds()
    {
        Assert.Equal(6, new[] { 1L, 2, 3 }.Total(n => n));
        Assert.Equal(0, Array.Empty<long>().Total(n => n));
        Assert.Equal(long.MaxValue, new[] { long.MaxValue, long.MaxValue }.Total(n => n));
        Assert.Equal(long.MinValue, new[] { long.MinValue, -1 }.Total(n => n));

        // What runs over on the way and comes back is exact.
        Assert.Equal(7, new[] { long.MaxValue, 7, -long.MaxValue }.Total(n => n));
    }
}
