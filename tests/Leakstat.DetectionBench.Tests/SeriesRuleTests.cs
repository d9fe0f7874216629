using Leakstat.DetectionBench.Hosts;
using Leakstat.DetectionBench.Measures;
using Leakstat.DetectionBench.Rules;

namespace Leakstat.DetectionBench.Tests;

/// <summary>The simple rules on series whose answer is plain, and the comparison with them.</summary>
public class SeriesRuleTests
{
    private static readonly double[] Hours = [.. Enumerable.Range(0, 240).Select(i => i / 2.0)];
    private static readonly Random Random = new(1);
    private static readonly double[] Noise = [.. Hours.Select(_ => Random.NextDouble() * 100_000)];

    public static TheoryData<string> Names { get; } = [.. SeriesRules.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_rule_names_a_plain_leak_that_begins_half_way(string name)
    {
        double[] leak = [.. Hours.Select((h, i) => 2_000_000 + Noise[i] + (200_000 * Math.Max(h - 50, 0)))];

        Assert.True(Rule(name).Score(Hours, leak) > 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_rule_names_what_only_falls(string name)
    {
        double[] falls = [.. Hours.Select((h, i) => 30_000_000 + Noise[i] - (200_000 * h))];

        Assert.True(Rule(name).Score(Hours, falls) < 1);
    }

    [Theory]
    [InlineData(1_315_536, false)]
    [InlineData(1_315_537, true)]
    public void The_ten_lines_ask_for_a_quarter_and_64_KiB_above_the_highest_of_the_first_third(double last, bool named)
    {
        // 1.25 × 1,000,000 + 65,536.
        double[] bytes = [.. Enumerable.Repeat(1_000_000.0, 20), .. Enumerable.Repeat(500_000.0, 20), .. Enumerable.Repeat(last, 20)];

        Assert.Equal(named, new TenLineRule().Score(Hours[..60], bytes) > 1);
    }

    [Fact]
    public void A_comparison_cuts_leakstat_to_the_false_rate_of_the_rule()
    {
        // The rule names one of four healthy hosts; so may leakstat, and its cut lies at its second highest wrong score.
        HostOutcome[] healthy = [Outcome(0, 0.9, 0, 2), Outcome(0, 0.5, 0, 0), Outcome(0, 0, 0, 0), Outcome(0, 0, 0, 0.5)];
        HostOutcome[] leaking = [Outcome(0.95, 0, 0, 0), Outcome(0.6, 0, 3, 0), Outcome(0.4, 0, 3, 0), Outcome(0, 0, 0.2, 0)];

        PairedComparison compared = PairedComparison.Of(leaking, healthy, method: 1);

        Assert.Equal(0.25, compared.FalseRate);
        Assert.Equal(0.5, compared.Leakstat);
        Assert.Equal(0.5, compared.Rule);
        Assert.InRange(0, compared.Low, compared.High);
    }

    private static ISeriesRule Rule(string name) => SeriesRules.All.First(r => r.Name == name);

    private static HostOutcome Outcome(double right, double wrong, double ruleRight, double ruleWrong) => new()
    {
        Family = "test",
        Number = 0,
        Truth = new HostTruth { Class = "test" },
        Right = [right, ruleRight],
        Wrong = [wrong, ruleWrong],
    };
}
