using System.Collections.Concurrent;
using System.Globalization;

namespace Leakstat.Dump.Tests.Leaks;

/// <summary>
/// Of owners that are named with a confidence, about as many are right as it says. The confidences were set by other seeds than
/// these (0 to 599).
/// </summary>
public sealed class OwnerConfidenceTests(ITestOutputHelper output)
{
    private const int FirstSeed = 10_000;

    /// <summary>How much surer than right the named may be, and how much less sure, beside chance.</summary>
    private const double TooSure = 0.08;
    private const double TooUnsure = 0.2;

    /// <summary>Bounds of the table in <c>docs/leaks.md</c>.</summary>
    private static readonly double[] s_from = [0.05, 0.2, 0.4, 0.6, 0.8, 0.9];

    [Fact]
    public void Confidences_are_true()
    {
        var cases = new ConcurrentBag<OwnerCase>();
        Parallel.For(FirstSeed, FirstSeed + LongRuns.Times(100, 1000), seed => cases.Add(OwnerPopulation.Of(seed)));

        (double Confidence, bool IsRight)[] named = [.. cases.SelectMany(c => c.Candidates.Select(t => (t.Confidence, t.Type == c.Owner)))];
        int first = cases.Count(c => c.Candidates.Count > 0 && c.Candidates[0].Type == c.Owner);
        output.WriteLine($"{cases.Count} groups, the owner is named first in {first}");
        Assert.True(first >= cases.Count * 0.65, $"{first} of {cases.Count}");
        for (int i = 0; i < s_from.Length; i++)
        {
            double end = i + 1 < s_from.Length ? s_from[i + 1] : 1;
            Check(s_from[i], end, [.. named.Where(n => n.Confidence >= s_from[i] && n.Confidence < end)]);
        }
    }

    private void Check(double from, double end, (double Confidence, bool IsRight)[] named)
    {
        Assert.NotEmpty(named);
        double said = named.Average(n => n.Confidence);
        double right = named.Count(n => n.IsRight) / (double)named.Length;
        double chance = 2 * Math.Sqrt(said * (1 - said) / named.Length);
        string row = string.Create(CultureInfo.InvariantCulture, $"| {from:0.00} to {end:0.00} | {named.Length} | {said:0.00} | {right:0.00} |");
        output.WriteLine(row);
        Assert.True(right >= said - TooSure - chance, $"too sure: {row}");
        Assert.True(right <= said + TooUnsure + chance, $"too unsure: {row}");
    }
}
