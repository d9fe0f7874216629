using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Engines.Metrics;

/// <summary>
/// Metrics of what leakstat found: written back by whoever judges, so that rules and dashboards see it.
/// </summary>
internal static class VerdictMetrics
{
    private static readonly ImmutableArray<string> s_subject = ["rule", "subject_kind", "subject"];

    public static ImmutableArray<Metric> All { get; } =
    [
        new(
            MetricName.HostState,
            "1 for the state that leakstat's verdict over the host has (wrong, fine, unknown, too-early), 0 for "
                + "the others.")
        {
            Labels = ["state"],
            OfVerdict = h => Enum.GetValues<VerdictState>().Select(
                state => new MetricValue(h.Verdict.State == state ? 1 : 0, ReportTerms.Of(state))),
        },
        new(
            MetricName.Finding,
            "1 for each finding of leakstat, labelled with the rule, what it is about, severity and verdict.")
        {
            Labels = [.. s_subject, "severity", "verdict"],
            OfVerdict = h => Findings(h).Select(f => new MetricValue(
                1, [.. SubjectOf(f), ReportTerms.Of(f.Severity), ReportTerms.Of(f.Verdict)])),
        },
        new(MetricName.FindingConfidenceRatio, "Chance that a finding of leakstat is right.")
        {
            Labels = s_subject,
            OfVerdict = h => Findings(h).Select(f => new MetricValue(f.Confidence, SubjectOf(f))),
        },
        new(MetricName.FindingGrowthBytesPerHour, "Bytes per hour by which the subject of a finding grows.")
        {
            Labels = s_subject,
            OfVerdict = h => Findings(h).Where(f => f.Growth?.BytesPerHour is not null).Select(
                f => new MetricValue(f.Growth!.BytesPerHour!.Value, SubjectOf(f))),
        },
        new(
            MetricName.FindingExhaustionTimestampSeconds,
            "Time at which what a finding is about is expected to run out, seconds since 1970.")
        {
            Labels = [.. s_subject, "of"],
            OfVerdict = h => Findings(h).Where(f => f.Exhaustion?.At is not null).Select(f => new MetricValue(
                f.Exhaustion!.At!.Value.ToUnixTimeMilliseconds() / 1000.0, [.. SubjectOf(f), f.Exhaustion.Of])),
        },
    ];

    /// <summary>One finding for each rule and subject: a series may stand once.</summary>
    private static IEnumerable<Finding> Findings(FleetHost host) => host.Findings.DistinctBy(f => (f.Rule, f.Subject));

    private static ImmutableArray<string> SubjectOf(Finding finding) =>
        [finding.Rule, ReportTerms.Of(finding.Subject.Kind), finding.Subject.Name];
}
