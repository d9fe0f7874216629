using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Diagnosis.Comparison;
using Leakstat.Diagnosis.Differential;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis;

/// <summary>Runs every rule over the captures of one host. Captures are taken one at a time and not kept.</summary>
public sealed class Diagnoser(KnowledgeBase knowledge)
{
    /// <summary>Diagnoses captures of one host, given in time order; null where there is none.</summary>
    /// <param name="captures">The captures; run through once.</param>
    /// <param name="input">Says what was noticed about the input; asked once all captures are read.</param>
    /// <param name="reference">The host to compare with, or the same host before a change; null for none.</param>
    public DiagnosisReport? Diagnose(
        IEnumerable<Capture> captures, Func<InputReport>? input = null, DiagnosisReport? reference = null)
    {
        var history = new HistoryBuilder();
        var summaries = ImmutableArray.CreateBuilder<CaptureSummary>();
        var diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
        Capture? latest = null;
        Ledger ledger = new();
        foreach (Capture capture in captures)
        {
            latest = capture;
            ledger = LedgerBuilder.From(capture);
            history.Add(capture, ledger);
            summaries.Add(new CaptureSummary(capture.Source, capture.TakenAt, capture.Files));
            diagnostics.AddRange(capture.Diagnostics);
        }

        if (latest is null)
        {
            return null;
        }

        InputReport report = input?.Invoke() ?? InputReport.Clean;
        HostHistory series = history.Build();
        var host = new DiagnosisCase(latest, ledger, series, knowledge, report)
        {
            Trends = TrendJudgement.Of(series, latest),
            Diagnostics = [.. report.Problems, .. diagnostics],
        };
        host = reference is null ? host : host with { Differential = HostComparison.Of(Case(reference), host) };
        return new DiagnosisReport
        {
            Host = latest.Host,
            Captures = summaries.ToImmutable(),
            Ledger = ledger,
            Latest = latest,
            History = host.History,
            Trends = host.Trends,
            Differential = host.Differential,
            Findings = FindingOrder.Sort(SaidAlready.LeaveOut(
                [.. RuleRegistry.All.SelectMany(rule => rule.Evaluate(host)).Select(f => SignatureMatch.Attach(host, f))])),
            Diagnostics = host.Diagnostics,
            Input = host.Input,
        };
    }

    private DiagnosisCase Case(DiagnosisReport report) =>
        new(report.Latest, report.Ledger, report.History, knowledge, report.Input) { Trends = report.Trends, Diagnostics = report.Diagnostics };
}
