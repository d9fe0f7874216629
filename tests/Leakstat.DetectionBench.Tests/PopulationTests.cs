using Leakstat.DetectionBench.Mechanisms;

namespace Leakstat.DetectionBench.Tests;

/// <summary>Objects that arrive and live for a while, against what queueing theory says of them.</summary>
public class PopulationTests
{
    [Fact]
    public void As_many_are_alive_as_arrive_in_a_lifetime()
    {
        // Little's law: 600 an hour that live 3 hours in the mean are 1,800, give or take their square root.
        var population = new Population("test", 600, new Lifetimes((1, 0.5), (5, 0.5)), []);
        var chance = new Chance(1);
        population.Settle(chance, uptime: 1000, demand: 1);
        double sum = 0;
        for (int i = 0; i < 4000; i++)
        {
            population.Step(chance, 0.5, 1);
            sum += population.Alive / 4000.0;
        }

        Assert.InRange(sum, 1770, 1830);
    }

    [Fact]
    public void Right_after_boot_none_is_older_than_the_boot()
    {
        // After an hour of those that live 100 hours as many are there as came: 50, less those few that died.
        var population = new Population("test", 50, new Lifetimes((100, 1)), []);
        double mean = Enumerable.Range(0, 2000).Average(seed =>
        {
            population.Settle(new Chance((ulong)seed), uptime: 1, demand: 1);
            return (double)population.Alive;
        });

        Assert.InRange(mean, 49, 50.5);
    }

    [Fact]
    public void A_heavy_tail_lives_by_a_power_of_time()
    {
        Lifetimes lives = Lifetimes.HeavyTailed(0.01, 100, 1);
        double Longer(double hours) => lives.Shares.Sum(s => s.Share * Math.Exp(-hours / s.Hours));

        Assert.Equal(1, lives.Shares.Sum(s => s.Share), 9);

        // Ten times as long is ten times as rare over three decades in the middle, within a third.
        Assert.All(new[] { 0.05, 0.5, 5 }, hours => Assert.InRange(Longer(hours) / Longer(hours * 10), 6.7, 15));
    }

    [Theory]
    [InlineData(1000, 0.3)]
    [InlineData(20, 0.5)]
    [InlineData(100000, 0.0001)]
    [InlineData(100000, 0.9999)]
    public void Of_many_that_may_happen_as_many_do_as_their_chance_says(int count, double share)
    {
        var chance = new Chance(7);
        double[] drawn = [.. Enumerable.Range(0, 5000).Select(_ => (double)chance.Binomial(count, share))];
        double mean = drawn.Average(), variance = drawn.Average(d => (d - mean) * (d - mean));

        Assert.InRange(mean, (count * share) - (0.08 * Math.Sqrt(count * share * (1 - share))), (count * share) + (0.08 * Math.Sqrt(count * share * (1 - share))) + 0.01);
        Assert.InRange(variance / (count * share * (1 - share)), 0.9, 1.1);
    }

    [Fact]
    public void Of_many_with_next_to_no_chance_none_happens()
    {
        Assert.Equal(0, new Chance(3).Binomial(1_000_000_000, 1e-20));
        Assert.Equal(1_000_000_000, new Chance(3).Binomial(1_000_000_000, Math.BitDecrement(1.0)));
    }
}
