using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rules;

/// <summary>What grew between captures and is explained by a counter that grew too.</summary>
public sealed class LS0109ExplainedGrowth : IRule
{
    private const int Most = 8;

    /// <inheritdoc/>
    public string Id => "LS0109";

    /// <inheritdoc/>
    public string Name => "Growth that a counter explains";

    /// <inheritdoc/>
    public ImmutableArray<RuleNeed> Needs => [RuleNeed.History];

    /// <inheritdoc/>
    public IEnumerable<Finding> Evaluate(DiagnosisCase context)
    {
        if (GrowthAnalysis.Of(context) is not { Explained: { IsEmpty: false } explained })
        {
            yield break;
        }

        long total = explained.Aggregate(0L, (sum, g) => Arithmetic.Add(sum, g.Bytes));
        yield return new Finding
        {
            Rule = Id,
            Title = $"{Display.Bytes(total)} of growth is explained by what grew along: "
                + string.Join(", ", explained.Select(g => g.Explanation!.Value.Counter).Distinct().Take(4)),
            Severity = Severity.Info,
            Verdict = Verdict.Healthy,
            Subject = Subject.Host("memory"),
            Confidence = 0.8,
            Evidence =
            [
                .. explained.Take(Most).Select(g => new Evidence(
                    $"{g.Series.Key.Name}: +{Display.Bytes(g.Bytes)} while {g.Explanation!.Value.Counter} grew "
                    + $"by {Display.Percent(g.Explanation.Value.Ratio - 1)}",
                    g.Bytes,
                    Unit.Bytes,
                    g.Series.LastAt)),
            ],
            BytesAtStake = total,
        };
    }
}
