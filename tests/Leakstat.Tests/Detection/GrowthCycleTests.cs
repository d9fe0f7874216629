using Leakstat.Detection;

namespace Leakstat.Tests.Detection;

/// <summary>Growth that ends in a reboot, boot after boot.</summary>
public sealed class GrowthCycleTests
{
    private const double Memory = 8L << 30;

    [Fact]
    public void The_same_growth_in_two_boots_that_ended_is_a_cycle()
    {
        GrowthCycle cycle = Assert.Single(GrowthCycle.Find(Host(_ => 4e5, 30, 30, 30, 10)));

        Assert.Equal("zone", cycle.Key);
        Assert.Equal(3, cycle.Boots.Length);

        // The record begins within the first boot: how long that took is not known.
        Assert.Equal([30, 30], cycle.Lives);
        Assert.NotNull(cycle.Current);
    }

    [Fact]
    public void One_boot_that_ended_is_none() => Assert.Empty(GrowthCycle.Find(Host(_ => 4e5, 30, 10)));

    [Fact]
    public void Growth_of_little_memory_is_none() => Assert.Empty(GrowthCycle.Find(Host(_ => 400, 30, 30, 30, 10)));

    [Fact]
    public void Boots_that_grow_each_at_a_pace_of_its_own_are_none() =>
        Assert.Empty(GrowthCycle.Find(Host(boot => boot == 1 ? 4e6 : 4e5, 30, 30, 30, 10)));

    private static HostSeries Host(Func<int, double> perHour, params int[] hours)
    {
        (int Boot, int Hour)[] samples = [.. hours.SelectMany((length, boot) => Enumerable.Range(0, length).Select(h => (boot, h)))];
        return new HostSeries
        {
            Hours = [.. Enumerable.Range(0, samples.Length).Select(i => (double)i)],
            Boots = [.. samples.Select(s => s.Boot)],
            PhysicalBytes = Memory,
            Series =
            [
                new SeriesInput { Key = "zone", BytesPerUnit = 160, Values = [.. samples.Select(s => 1000 + (perHour(s.Boot) * s.Hour))] },
            ],
        };
    }
}
