using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Growth over a history in which running totals fall without a reboot. What is before that point and what is behind
/// it are of two hosts or moments: growth that came as a step across it is none, and other growth says that it is told
/// over both.
/// </summary>
internal static class GrowthAcrossFall
{
    /// <summary>The findings, what rests on such a step as notes.</summary>
    public static ImmutableArray<Finding> Lower(ImmutableArray<Finding> findings, HostHistory history)
    {
        if (!findings.Any(IsOfGrowth) || FallenTotalsGap.Lasting(history).ToArray() is not [.., { } latest] falls)
        {
            return findings;
        }

        var why = new Evidence($"running totals {FallenTotalsGap.Between(history, latest)}");
        return
        [
            .. findings.Select(f => !IsOfGrowth(f) ? f
                : !IsMostlyAcross(f, history, falls) ? f with { Evidence = f.Evidence.Add(why) }
                : f with
                {
                    Title = $"{f.Title}; most of it came between captures of two hosts or moments",
                    Severity = Severity.Info,
                    Verdict = Verdict.Suspect,
                    Confidence = Math.Min(f.Confidence, MixedHosts.MostConfidence),
                    Exhaustion = null,
                    Evidence = f.Evidence.Insert(0, why),
                }),
        ];
    }

    private static bool IsOfGrowth(Finding finding) =>
        finding is { Growth: not null, Verdict: Verdict.Leak or Verdict.Suspect, IsPast: false };

    /// <summary>Whether more than half of what a subject gained came where the totals fell.</summary>
    private static bool IsMostlyAcross(Finding finding, HostHistory history, int[] falls)
    {
        if (SeriesOf(finding.Subject, history) is not { } series)
        {
            return false;
        }

        long[] known =
        [
            .. Enumerable.Range(history.CurrentBootStart, history.Samples.Length - history.CurrentBootStart)
                .Select(i => series[i]).OfType<long>(),
        ];
        long across = falls.Select(i => series[i] is { } after && series[i - 1] is { } before
            ? Arithmetic.Subtract(after, before)
            : 0).Aggregate(0L, Arithmetic.Add);
        return known is [var first, .., var last] && across > 0 && across > Arithmetic.Subtract(last, first) / 2;
    }

    private static Series? SeriesOf(Subject subject, HostHistory history) => subject.Kind switch
    {
        SubjectKind.Zone or SubjectKind.Mbuf => history.Find(SeriesKind.ZoneUsed, subject.Name),
        SubjectKind.Malloc => history.Find(SeriesKind.MallocBytes, subject.Name),
        SubjectKind.Arc => history.Find(SeriesKind.Account, AccountName.Arc),
        SubjectKind.Wired => history.Find(SeriesKind.Account, subject.Name),
        _ => null,
    };
}
