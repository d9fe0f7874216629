using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rounds;

namespace Leakstat.Tests.Diagnosis.Rounds;

public sealed class RoundTestTests
{
    private static long[] Line(int rounds, double perRound, Func<int, long>? noise = null) =>
        [.. Enumerable.Range(0, rounds + 1).Select(i => 100 + (long)Math.Floor(i * perRound) + (noise?.Invoke(i) ?? 0))];

    [Theory]
    [InlineData(8, 1)]
    [InlineData(20, 1)]
    [InlineData(20, 7)]
    [InlineData(2000, 1)]
    public void A_count_that_rises_with_every_round_leaks(int rounds, int perRound)
    {
        var test = RoundStatistics.Of(Line(rounds, perRound), [100, 100, 100], isOwn: false);

        Assert.Equal((RoundOutcome.Rises, (double)perRound), (test.Outcome, test.PerRound));
    }

    [Fact]
    public void A_count_that_does_not_rise_is_flat() =>
        Assert.Equal(RoundOutcome.Flat, RoundStatistics.Of(Line(20, 0, i => i % 5), [], isOwn: true).Outcome);

    [Theory]
    [InlineData(2, false, RoundOutcome.TooFew)]
    [InlineData(7, false, RoundOutcome.TooFew)]
    [InlineData(2, true, RoundOutcome.TooFew)]
    [InlineData(3, true, RoundOutcome.Rises)]
    public void Less_is_asked_of_what_belongs_to_the_module(int rounds, bool isOwn, RoundOutcome expected) =>
        Assert.Equal(expected, RoundStatistics.Of(Line(rounds, 1), [], isOwn).Outcome);

    [Fact]
    public void A_cache_that_fills_and_levels_off_is_a_warm_up() =>
        Assert.Equal(
            RoundOutcome.WarmUp,
            RoundStatistics.Of([.. Enumerable.Range(0, 21).Select(i => 100 + (long)(50 * (1 - Math.Exp(-i / 4.0))))], [], isOwn: true).Outcome);

    [Fact]
    public void What_rises_as_much_before_anything_was_done_is_idle() =>
        Assert.Equal(RoundOutcome.Idle, RoundStatistics.Of(Line(20, 1), [90, 91, 92, 93], isOwn: false).Outcome);

    [Fact]
    public void One_burst_is_not_steady() =>
        Assert.Equal(
            RoundOutcome.Unsteady, RoundStatistics.Of([.. Enumerable.Range(0, 21).Select(i => 100L + i + (i >= 11 ? 300 : 0))], [], isOwn: false).Outcome);

    [Fact]
    public void Random_walks_are_seldom_taken_for_a_leak()
    {
        var random = new Random(7);
        int wrong = 0;
        for (int run = 0; run < 20_000; run++)
        {
            long at = 1000;
            long[] counts = [.. Enumerable.Range(0, 21).Select(_ => at += random.Next(-10, 11))];
            wrong += RoundStatistics.Of(counts, [], isOwn: false).Outcome == RoundOutcome.Rises ? 1 : 0;
        }

        // Five standard errors of 20 steps: at most 4 in 100,000 of a normal walk (Student's t, 19 degrees of freedom).
        Assert.InRange(wrong, 0, 3);
    }

    [Fact]
    public void A_leak_under_noise_is_found_in_what_belongs_to_the_module()
    {
        var random = new Random(8);
        int found = 0;
        for (int run = 0; run < 2_000; run++)
        {
            found += RoundStatistics.Of(Line(20, 1, _ => random.Next(-1, 2)), [100, 101, 99], isOwn: true).Outcome == RoundOutcome.Rises ? 1 : 0;
        }

        Assert.InRange(found, 1_980, 2_000);
    }

    [Fact]
    public void Counts_at_the_ends_of_the_range_do_no_harm()
    {
        var test = RoundStatistics.Of([long.MinValue, 0, long.MaxValue, long.MaxValue], [long.MaxValue, long.MinValue, 0], isOwn: true);

        Assert.True(double.IsFinite(test.PerRound));
    }
}
