using Leakstat.DetectionBench.Mechanisms;

namespace Leakstat.DetectionBench.Tests;

/// <summary>Caches that hold an item for each distinct key.</summary>
public class KeyCacheTests
{
    private readonly Demand _demand = new(new Chance(1), 0);

    [Theory]
    [InlineData(0)]
    [InlineData(0.8)]
    public void It_never_holds_more_than_its_bound(double power)
    {
        KeyCache cache = Cache(lookups: 5000, bound: 3000, KeyCache.Popular(100_000, power));
        var chance = new Chance(2);
        long most = 0;
        for (int i = 0; i < 200; i++)
        {
            cache.Step(chance, 0.5, 1, isPressed: false);
            most = Math.Max(most, cache.Held);
        }

        Assert.InRange(most, 2900, 3000);
    }

    [Fact]
    public void Keys_that_are_nearly_all_new_fill_it_in_a_straight_line()
    {
        KeyCache cache = Cache(lookups: 1000, bound: 1e9, [(1e9, 1)]);
        var chance = new Chance(3);
        long[] held = new long[100];
        for (int i = 0; i < held.Length; i++)
        {
            cache.Step(chance, 1, 1, isPressed: false);
            held[i] = cache.Held;
        }

        Assert.InRange(held[49], 49_000, 51_000);
        Assert.InRange(held[99], 98_500, 101_500);
    }

    [Fact]
    public void It_never_holds_a_key_twice()
    {
        // A hundred keys, each asked for many times: they are all there, and no more.
        KeyCache cache = Cache(lookups: 10_000, bound: 1e9, [(60, 0.5), (40, 0.5)]);
        cache.Step(new Chance(4), 10, 1, isPressed: false);

        Assert.Equal(100, cache.Held);
    }

    [Fact]
    public void It_gives_back_when_memory_is_short()
    {
        KeyCache cache = Cache(lookups: 100, bound: 1e9, [(1e9, 1)]);
        var chance = new Chance(5);
        cache.Step(chance, 1000, 1, isPressed: false);
        long before = cache.Held;
        cache.Step(chance, 0.001, 1, isPressed: true);

        Assert.InRange((double)cache.Held / before, 0.48, 0.52);
    }

    private KeyCache Cache(double lookups, double bound, (double Keys, double Share)[] classes) =>
        new("test", lookups, bound, classes, []) { Follows = _demand };
}
