using System.Collections.Immutable;
using Leakstat.Diagnosis.Comparison;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Comes to the verdict over a host. "Fine" takes a whole source of each of zones, malloc types and pages, nothing lost in
/// reading, and growth judged (one capture shows none, which is said beside it). All that takes is in docs/wholeness.md.
/// </summary>
public static class HostVerdicts
{
    private const double LeastConfidence = 0.6;

    /// <summary>The verdict of <c>diagnose</c>: limits, settings, losses and growth.</summary>
    public static HostVerdict Of(DiagnosisCase host, ImmutableArray<Finding> findings) => Of(host, findings, isGrowthAlone: false);

    /// <summary>The verdict of <c>detect</c>: growth alone, so that one capture is too early to say anything.</summary>
    public static HostVerdict OfGrowth(DiagnosisCase host, ImmutableArray<Finding> findings) => Of(host, findings, isGrowthAlone: true);

    /// <summary>
    /// Whether a finding makes the verdict "wrong": what hurts or will, and every loss of memory however small, since a
    /// small leak is a leak.
    /// </summary>
    public static bool IsWrong(Finding finding) =>
        finding.Verdict != Verdict.Healthy
        && (finding.Severity >= Severity.Warning
            || (finding.Verdict is Verdict.Leak or Verdict.Suspect && finding.Confidence >= LeastConfidence));

    private static HostVerdict Of(DiagnosisCase host, ImmutableArray<Finding> findings, bool isGrowthAlone)
    {
        ImmutableArray<Gap> gaps = [.. GapsOf(host)];
        TrendNeeds needs = TrendNeeds.Of(host.History, host.Ledger);
        GrowthSight growth = SightOf(host.History, needs);
        VerdictState state = findings.Any(IsWrong) ? VerdictState.Wrong
            : !gaps.IsEmpty || growth == GrowthSight.NoTimes ? VerdictState.Unknown
            : growth == GrowthSight.TooFewCaptures || (growth == GrowthSight.OneCapture && isGrowthAlone) ? VerdictState.TooEarly
            : VerdictState.Fine;
        return new HostVerdict
        {
            State = state,
            Missing = gaps,
            Growth = growth,
            Captures = needs.Captures,
            Needed = needs.Needed,
            Until = growth == GrowthSight.TooFewCaptures ? UntilOf(host.History, needs) : null,
            Command = state is VerdictState.Unknown or VerdictState.TooEarly ? CommandOf(host, state) : null,
        };
    }

    private static IEnumerable<Gap> GapsOf(DiagnosisCase host)
    {
        // A dump was searched whole or says itself what was not; commands cannot be asked of it.
        bool isDump = host.Latest.LostBlocks?.Dump is { } dump && dump == host.Latest.Source;
        if (!isDump)
        {
            Gap?[] tables =
            [
                ZoneTableGap.Of(host.Latest) ?? LostRowsGap.Of(host.History, SeriesKind.ZoneUsed, "vmstat -z"),
                TypeTableGap.Of(host) ?? LostRowsGap.Of(host.History, SeriesKind.MallocBytes, "vmstat -m"),
                PageCountGap.Of(host),
            ];
            foreach (Gap gap in tables.OfType<Gap>())
            {
                yield return gap;
            }
        }

        foreach (Gap gap in InputGaps.Of(host))
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

    private static string? CommandOf(DiagnosisCase host, VerdictState state)
    {
        if (host.Latest.LostBlocks is not null || host.Latest.IsCrashSummary)
        {
            return null;
        }

        string target = $"ssh://root@{TargetName(host.Latest.Host.Name)}";
        return state == VerdictState.TooEarly
            ? $"leakstat collect {target} -o captures --every 300s --for 65m && leakstat detect captures"
            : $"leakstat diagnose {target}";
    }

    /// <summary>A host's name where it is one that a shell and ssh take as it is; HOST, to be filled in, where not.</summary>
    private static string TargetName(string? name) =>
        name is { Length: > 0 and <= 253 } && name[0] != '-' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') ? name : "HOST";
}
