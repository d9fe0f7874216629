using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Engine;

/// <summary>
/// The order of findings: what hurts now, then what still grows, then how much memory it is about. Ties end in rule id
/// and name, so that the same findings always stand in the same order.
/// </summary>
public static class FindingOrder
{
    private const string MissingCommands = "LS0002";
    private const string OtherCommand = "LS0006";

    /// <summary>Confidence from which growth is put in one order with leaks.</summary>
    private const double ProbableGrowth = 0.6;

    /// <summary>Sorts findings, the one to look at first first.</summary>
    public static ImmutableArray<Finding> Sort(IEnumerable<Finding> findings) => CausesFirst(PresentFirst(
    [
        .. findings
            .OrderByDescending(f => f.Severity)
            .ThenBy(f => f.IsQuoted)
            .ThenBy(Precedence)
            .ThenByDescending(f => f.BytesAtStake)
            .ThenByDescending(f => f.Confidence)
            .ThenBy(f => f.Rule, StringComparer.Ordinal)
            .ThenBy(f => f.Subject.Name, StringComparer.Ordinal),
    ]));

    /// <summary>
    /// Of limits that matter as much, one that is met now stands before one that was: else the first line would say
    /// that it is over.
    /// </summary>
    private static List<Finding> PresentFirst(List<Finding> sorted)
    {
        for (int i = 1; i < sorted.Count; i++)
        {
            Finding present = sorted[i];
            int before = present is { Verdict: Verdict.Exhaustion, IsPast: false, IsQuoted: false }
                ? sorted.FindIndex(0, i, f => f is { Verdict: Verdict.Exhaustion, IsPast: true }
                    && f.Severity == present.Severity)
                : -1;
            Move(sorted, i, before);
        }

        return sorted;
    }

    private static void Move(List<Finding> sorted, int from, int before)
    {
        if (before >= 0)
        {
            Finding moved = sorted[from];
            sorted.RemoveAt(from);
            sorted.Insert(before, moved);
        }
    }

    /// <summary>
    /// A proven leak stands before what it accounts for: that a zone is near its limit is what the lost blocks did to
    /// it.
    /// </summary>
    private static ImmutableArray<Finding> CausesFirst(List<Finding> sorted)
    {
        for (int i = 1; i < sorted.Count; i++)
        {
            Finding cause = sorted[i];
            int before = cause is { Verdict: Verdict.Leak, Explains: { IsEmpty: false } explained }
                ? sorted.FindIndex(0, i, f => f.Rule != cause.Rule && explained.Contains(f.Subject))
                : -1;
            Move(sorted, i, before);
        }

        return [.. sorted];
    }

    /// <summary>
    /// A leak that runs comes first, and with it what most probably is one: of the two the larger stands first. What is
    /// lost for good, what ran short and what only looks like a leak are put in
    /// order by the memory they are about: a megabyte that a module once lost does not stand before a gigabyte nobody
    /// owns.
    /// </summary>
    private static int Precedence(Finding finding) => finding switch
    {
        { Verdict: Verdict.Leak, Growth: not null } => 0,
        { Verdict: Verdict.Suspect, Growth: not null, Confidence: >= ProbableGrowth } => 0,
        { Verdict: Verdict.Leak or Verdict.Exhaustion or Verdict.Suspect } => 1,
        // What the capture lacks is never what to look at first.
        { Rule: MissingCommands } => 4,
        { Rule: OtherCommand } => 3,
        { Verdict: Verdict.Misconfiguration } => 2,
        _ => 3,
    };
}
