using System.Collections.Immutable;
using Leakstat.Diagnosis.Advising;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Comes to the verdict over a report. "Fine" takes a whole source of each of zones, malloc types and pages, nothing
/// lost in reading, and growth judged (one capture shows none, which is said beside it). All that takes is in
/// docs/wholeness.md.
/// </summary>
public static class HostVerdicts
{
    private const double LeastConfidence = 0.6;

    /// <summary>The verdict of <c>diagnose</c>: limits, settings, losses and growth.</summary>
    public static HostVerdict Of(DiagnosisReport report) => Of(report, isGrowthAlone: false);

    /// <summary>The verdict of <c>detect</c>: growth alone, so that one capture is too early to say anything.</summary>
    public static HostVerdict OfGrowth(DiagnosisReport report) => Of(report, isGrowthAlone: true);

    /// <summary>The verdict of a comparison: whether something grows here that did not there.</summary>
    public static HostVerdict OfComparison(DiagnosisReport report)
    {
        HostVerdict verdict = Of(report, isGrowthAlone: true);
        return verdict.State != VerdictState.Wrong && report.Differential is { IsJudged: false } compared
            ? verdict with
            {
                State = VerdictState.Unknown,
                Missing = [new Gap(
                    "comparison",
                    $"{compared.NameOfB} cannot be judged against {compared.NameOfA}"), .. verdict.Missing],
            }
            : verdict;
    }

    /// <summary>
    /// Whether a finding makes the verdict "wrong": what hurts or will, and every loss of memory however small, since a
    /// small leak is a leak.
    /// </summary>
    public static bool IsWrong(Finding finding) =>
        finding.Verdict != Verdict.Healthy
        && (finding.Severity >= Severity.Warning
            || (finding.Verdict is Verdict.Leak or Verdict.Suspect && finding.Confidence >= LeastConfidence));

    private static HostVerdict Of(DiagnosisReport report, bool isGrowthAlone)
    {
        ImmutableArray<Gap> gaps = [.. GapsOf(report)];
        TrendNeeds needs = TrendNeeds.Of(report);
        GrowthSight growth = SightOf(report.History, needs);
        VerdictState state = report.Findings.Any(IsWrong) ? VerdictState.Wrong
            : growth == GrowthSight.OneCapture && isGrowthAlone ? VerdictState.TooEarly
            : !gaps.IsEmpty || growth == GrowthSight.NoTimes ? VerdictState.Unknown
            : growth == GrowthSight.TooFewCaptures ? VerdictState.TooEarly
            : VerdictState.Fine;
        return new HostVerdict
        {
            State = state,
            Missing = gaps,
            IsOfGrowth = isGrowthAlone,
            Growth = growth,
            Captures = needs.Captures,
            Needed = needs.Needed,
            Until = growth == GrowthSight.TooFewCaptures ? UntilOf(report.History, needs) : null,
            Command = state is VerdictState.Unknown or VerdictState.TooEarly ? CommandOf(report, state) : null,
        };
    }

    private static IEnumerable<Gap> GapsOf(DiagnosisReport report)
    {
        foreach (Diagnostic other in report.Latest.Diagnostics.Where(d => d.Id == DiagnosticId.OtherSystem))
        {
            yield return new Gap("system", other.Text, other.At);
        }

        // A dump was searched whole or says itself what was not; commands cannot be asked of it.
        bool isDump = report.Latest.Leaks?.Dump is { } dump && dump == report.Latest.Source;
        if (!isDump)
        {
            List<Gap> gaps = [];
            Gap?[] tables =
            [
                ZoneTableGap.Of(report.Latest) ?? DoubledRowsGap.OfZones(report.Latest)
                    ?? LostRowsGap.Of(report.History, SeriesKind.ZoneUsed, "vmstat -z"),
                TypeTableGap.Of(report) ?? DoubledRowsGap.OfTypes(report.Latest)
                    ?? LostRowsGap.Of(report.History, SeriesKind.MallocBytes, "vmstat -m"),
                PageCountGap.Of(report),
                SysctlGap.Of(report.Latest),
                ZoneTreeGap.Of(report.Latest),
                MbufTableGap.Of(report.Latest),
                SwapGap.Of(report.Latest),
                MomentGap.Of(report.Latest, report.Ledger),
                FixedFactsGap.Of(report.Latest),
                LabelGap.Of(report.History),
            ];
            gaps.AddRange(tables.OfType<Gap>());
            gaps.AddRange(FrozenGap.Of(report.History));
            gaps.AddRange(FallenTotalsGap.Of(report.History));
            gaps.AddRange(NamedFileGap.Of(report.Latest).Where(named => !gaps.Exists(g => g.Command == named.Command)));
            foreach (Gap gap in gaps)
            {
                yield return gap;
            }
        }

        foreach (Gap gap in InputGaps.Of(report))
        {
            yield return gap;
        }
    }

    private static GrowthSight SightOf(HostHistory history, TrendNeeds needs) =>
        history.Samples.Length <= 1 ? GrowthSight.OneCapture
        : needs.IsEnough ? GrowthSight.Judged
        : history.Samples.Any(s => s.TakenAt is null) ? GrowthSight.NoTimes
        : GrowthSight.TooFewCaptures;

    /// <summary>When there will be captures enough at the pace of those that there are.</summary>
    private static DateTimeOffset? UntilOf(HostHistory history, TrendNeeds needs)
    {
        TimeSpan[] steps =
        [
            .. history.Samples.Zip(history.Samples.Skip(1), (before, after) => after.TakenAt - before.TakenAt)
                .OfType<TimeSpan>().Where(step => step > TimeSpan.Zero).Order(),
        ];
        if (steps.Length == 0 || history.Samples[^1].TakenAt is not { } last)
        {
            return null;
        }

        TimeSpan pace = steps[steps.Length / 2];
        double left = pace.TotalDays * (needs.Needed - needs.Captures);
        return left < (DateTimeOffset.MaxValue - last).TotalDays ? last.AddDays(left) : null;
    }

    private static ShellCommand? CommandOf(DiagnosisReport report, VerdictState state)
    {
        if (report.Latest.Leaks is not null || report.Latest.IsCrashSummary
            || report.Latest.Diagnostics.Any(d => d.Id == DiagnosticId.OtherSystem))
        {
            return null;
        }

        string host = TargetName.Of(report.Host.Name);
        return state == VerdictState.TooEarly
            ? (ShellCommand)$"leakstat collect ssh://root@{host} -o captures --every 300s --for 65m && leakstat "
                + "detect captures"
            : (ShellCommand)$"leakstat diagnose ssh://root@{host}";
    }
}
