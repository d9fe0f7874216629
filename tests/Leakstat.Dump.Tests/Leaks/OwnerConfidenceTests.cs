using System.Collections.Concurrent;
using System.Globalization;
using Leakstat.Model;
using Leakstat.Tests;

namespace Leakstat.Dump.Tests.Leaks;

/// <summary>Of owners that are named with a confidence, as many are right as it says.</summary>
public sealed class OwnerConfidenceTests(ITestOutputHelper output)
{
    /// <summary>Bounds of the table in <c>docs/leaks.md</c>.</summary>
    private static readonly double[] s_from = [0.05, 0.2, 0.4, 0.6, 0.8, 0.9];

    [Fact]
    public void Confidences_are_true()
    {
        var cases = new ConcurrentBag<OwnerCase>();
        Parallel.For(0, LongRuns.Times(150, 2000), seed => cases.Add(OwnerPopulation.Of(seed)));

        (double Confidence, bool IsRight, string Why)[] said =
        [
            .. cases.SelectMany(c => c.Candidates.Select(t => (t.Confidence, t.Type == c.Owner, t.Why ?? ""))),
        ];
        int first = cases.Count(c => c.Candidates.Count > 0 && c.Candidates[0].Type == c.Owner);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cases.Count} groups, the owner is named first in {first}"));
        for (int i = 0; i < s_from.Length; i++)
        {
            double end = i + 1 < s_from.Length ? s_from[i + 1] : 1;
            (double Confidence, bool IsRight, string Why)[] part = [.. said.Where(s => s.Confidence >= s_from[i] && s.Confidence < end)];
            if (part.Length == 0)
            {
                continue;
            }

            double mean = part.Average(s => s.Confidence);
            double right = part.Count(s => s.IsRight) / (double)part.Length;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {s_from[i]:0.00} to {end:0.00} | {part.Length} | {mean:0.00} | {right:0.00} |"));
        }
        foreach (var g in said.GroupBy(s => System.Text.RegularExpressions.Regex.Replace(s.Why, "[0-9]+", "N")).OrderByDescending(g => g.Count()).Take(40))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {g.Average(s => s.Confidence):0.00} {g.Count(s => s.IsRight) / (double)g.Count():0.00} {g.Key}"));
        }
    }
}
