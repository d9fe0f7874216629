using System.Collections.Immutable;

namespace Leakstat.Diagnosis;

/// <summary>
/// The order of findings: what hurts now, then what is proven, then how much memory it is about. Ties end in rule id and
/// name, so that the same findings always stand in the same order.
/// </summary>
public static class FindingOrder
{
    /// <summary>Sorts findings, the one to look at first first.</summary>
    public static ImmutableArray<Finding> Sort(IEnumerable<Finding> findings) =>
    [
        .. findings
            .OrderByDescending(f => f.Severity)
            .ThenBy(f => Precedence(f.Verdict))
            .ThenByDescending(f => f.BytesAtStake)
            .ThenByDescending(f => f.Confidence)
            .ThenBy(f => f.Rule, StringComparer.Ordinal)
            .ThenBy(f => f.Subject.Name, StringComparer.Ordinal),
    ];

    private static int Precedence(Verdict verdict) => verdict switch
    {
        Verdict.Leak => 0,
        Verdict.Exhaustion => 1,
        Verdict.Suspect => 2,
        Verdict.Misconfiguration => 3,
        _ => 4,
    };
}
