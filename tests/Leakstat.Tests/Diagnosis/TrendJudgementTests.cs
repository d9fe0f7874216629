using System.Globalization;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Rules;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Tests.Diagnosis;

public sealed class TrendJudgementTests
{
    [Fact]
    public void A_zone_that_nobody_knows_is_not_bounded_by_vnodes()
    {
        DiagnosisCase host = Given.Case([.. Series(20, i => $"mystery: 512, 0, {100 + (40 * i) + (i % 3)}, 5, 9000, 0, 0")]);

        Assert.Equal(TrendClass.Leak, host.Trends!.Of(new SeriesKey(SeriesKind.ZoneUsed, "mystery"))!.Class);
        Finding finding = Assert.Single(new LS0101GrowthOfOwner().Evaluate(host));
        Assert.Equal((Verdict.Leak, "mystery"), (finding.Verdict, finding.Subject.Name));
    }

    [Fact]
    public void Vnodes_on_their_way_to_their_limit_are_a_cache_that_fills()
    {
        DiagnosisCase host = Given.Case([.. Series(20, i => $"VNODE: 448, 0, {1000 + (900 * i) + (i % 3)}, 5, 9000, 0, 0")]);

        Assert.DoesNotContain(new LS0101GrowthOfOwner().Evaluate(host), f => f.Verdict == Verdict.Leak);
    }

    [Fact]
    public void Eleven_captures_are_too_few_to_say_leak()
    {
        DiagnosisCase host = Given.Case([.. Series(11, i => $"mystery: 512, 0, {100 + (40 * i) + (i % 3)}, 5, 9000, 0, 0")]);

        Assert.All(new LS0101GrowthOfOwner().Evaluate(host), f => Assert.Equal(Verdict.Suspect, f.Verdict));
    }

    [Fact]
    public void Captures_without_times_are_judged_by_comparison_only() =>
        Assert.Null(Given.Case([.. Series(20, i => $"mystery: 512, 0, {100 + i}, 5, 9000, 0, 0").Select(c => c with { TakenAt = null })]).Trends);

    private static IEnumerable<Capture> Series(int count, Func<int, string> row)
    {
        for (int i = 0; i < count; i++)
        {
            Capture capture = Given.Capture(
                ("z", "ITEM SIZE LIMIT USED FREE REQ FAIL SLEEP\n" + row(i) + "\n"),
                ("sysctl.txt", "kern.maxvnodes: 64000\nkern.osreldate: 1402000\n"));
            yield return capture with
            {
                TakenAt = DateTimeOffset.Parse("2026-11-20T00:00:00Z", CultureInfo.InvariantCulture).AddMinutes(10 * i),
            };
        }
    }
}
