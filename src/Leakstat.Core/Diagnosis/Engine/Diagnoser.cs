using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.Detection;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Diagnosis.Rounds;
using Leakstat.Diagnosis.Signatures;
using Leakstat.Diagnosis.TwoHosts;
using Leakstat.Diagnosis.Verdicts;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Engine;

/// <summary>Runs every rule over the captures of one host. Captures are taken one at a time and not kept.</summary>
public sealed class Diagnoser(KnowledgeBase knowledge)
{
    /// <summary>What the trend engine is held to; the contract's bar unless a measurement asks otherwise.</summary>
    public TrendOptions Trend { get; init; } = TrendOptions.Default;

    /// <summary>Diagnoses captures of one host, given in time order; null where there is none.</summary>
    /// <param name="captures">The captures; run through once.</param>
    /// <param name="input">Says what was noticed about the input; asked once all captures are read.</param>
    /// <param name="reference">The host to compare with, or the same host before a change; null for none.</param>
    /// <param name="rounds">
    /// What was done between so many captures; null where they are no rounds of an exercise.
    /// </param>
    public DiagnosisReport? Diagnose(
        IEnumerable<Capture> captures, Func<InputReport>? input = null,
        DiagnosisReport? reference = null,
        Func<int, RoundPlan>? rounds = null)
    {
        var history = new HistoryBuilder();
        var summaries = ImmutableArray.CreateBuilder<CaptureSummary>();
        var diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();
        Capture? latest = null;
        Ledger ledger = new();
        ImmutableArray<Diagnostic> older = [];
        var messages = new RunningMessages();
        foreach (Capture read in captures)
        {
            ledger = LedgerBuilder.From(read);
            history.Add(read, ledger);
            Capture capture = messages.Complete(read, history.Boot);
            latest = NewestOfText.Complete(capture, latest);
            if (!ReferenceEquals(latest, capture))
            {
                ledger = LedgerBuilder.From(latest);
                older = latest.Diagnostics[capture.Diagnostics.Length..];
            }
            else
            {
                older = [];
            }

            summaries.Add(new CaptureSummary(capture.Source, capture.TakenAt, capture.Files));
            diagnostics.AddRange(capture.Diagnostics);
        }

        if (latest is null)
        {
            return null;
        }

        diagnostics.AddRange(older);
        if (history.LeftOut is { } leftOut)
        {
            diagnostics.Add(new Diagnostic(
                DiagnosticId.TooMany,
                $"too many names: from here on none is followed over time that was not there before "
                    + $"({Display.Count(HistoryBuilder.MostSeries)} series)",
                leftOut));
        }

        return Run(
            latest,
            ledger,
            history.Build(),
            summaries.ToImmutable(),
            diagnostics.ToImmutable(),
            input?.Invoke() ?? InputReport.Clean,
            RuleRegistry.All,
            reference,
            rounds?.Invoke(summaries.Count));
    }

    /// <summary>
    /// Diagnoses a history that was kept. Where the latest capture was kept with it, every rule runs; else those that
    /// look at the history. Null where the history is empty.
    /// </summary>
    /// <param name="host">The host's name; null where unknown.</param>
    /// <param name="history">The history.</param>
    /// <param name="latest">The latest capture in it; null where it was not kept.</param>
    /// <param name="diagnostics">Problems that were met when the captures were read.</param>
    /// <param name="input">What was noticed about the input.</param>
    public DiagnosisReport? Diagnose(
        string? host, HostHistory history, Capture? latest, ImmutableArray<Diagnostic> diagnostics, InputReport input)
    {
        if (history.Samples.IsEmpty)
        {
            return null;
        }

        Sample last = history.Samples[^1];
        Capture capture = latest ?? new Capture
        {
            Source = last.Source,
            TakenAt = last.TakenAt,
            Host = new HostIdentity { Name = host, BootedAt = last.BootedAt, UptimeSeconds = last.UptimeSeconds },
        };
        return Run(
            capture,
            LedgerBuilder.From(capture),
            history,
            [.. history.Samples.SkipLast(1).Select(
                s => new CaptureSummary(s.Source, s.TakenAt, [])), new CaptureSummary(
                    capture.Source, capture.TakenAt, capture.Files)],
            diagnostics,
            input,
            latest is null
                ? RuleRegistry.All.Where(rule => RuleRegistry.OverHistory.Contains(rule.Id))
                : RuleRegistry.All);
    }

    private DiagnosisReport Run(
        Capture latest,
        Ledger ledger,
        HostHistory history,
        ImmutableArray<CaptureSummary> captures,
        ImmutableArray<Diagnostic> diagnostics,
        InputReport input,
        IEnumerable<IRule> rules,
        DiagnosisReport? reference = null,
        RoundPlan? rounds = null)
    {
        history = MbufZoneSeries.Complete(history);
        var host = new DiagnosisCase(latest, ledger, history, knowledge, input)
        {
            Trends = TrendAnalysis.Of(history, latest, Trend),
            Diagnostics = [.. input.Problems, .. diagnostics],
            Rounds = rounds is null ? null : RoundAnalysis.Of(history, rounds, knowledge),
        };
        host = reference is null ? host : host with { Differential = HostComparison.Of(Case(reference), host) };
        DiagnosisCase whole = host;
        host = QuotedFindings.WithoutQuoted(whole);
        ImmutableArray<Finding> own = [.. rules.SelectMany(rule => rule.Evaluate(host))];
        ImmutableArray<Finding> findings =
            MixedHosts.Lower([.. own, .. QuotedFindings.Of(host, whole, rules, own)], latest, ledger);
        findings = GrowthAcrossFall.Lower(findings, host.History);
        var report = new DiagnosisReport
        {
            Host = latest.Host,
            Captures = captures,
            Ledger = ledger,
            Latest = host.Latest,
            History = host.History,
            Trends = host.Trends,
            Differential = host.Differential,
            Rounds = host.Rounds,
            Findings = FindingOrder.Sort(SaidAlready.LeaveOut(
                [.. findings.Select(f => SignatureMatch.Attach(host, f))])),
            Unjudged = UnjudgedOf(host, rules, findings),
            Diagnostics = host.Diagnostics,
            Input = host.Input,
        };
        return report with { Verdict = HostVerdicts.Of(report) };
    }

    /// <summary>Rules that were not run at all (a store keeps no capture) lack theirs as well.</summary>
    private static ImmutableArray<UnjudgedRule> UnjudgedOf(
        DiagnosisCase host, IEnumerable<IRule> run, ImmutableArray<Finding> findings)
    {
        HashSet<string> ran = [.. run.Select(r => r.Id)];

        // Messages that a text only names are not the host's: a rule may have spoken by them, and lacks nothing then.
        HashSet<string> spoke = [.. findings.Where(f => f.IsQuoted).Select(f => f.Rule)];
        return
        [
            .. RuleRegistry.All
                .Where(rule => !spoke.Contains(rule.Id))
                .Select(rule => new UnjudgedRule(
                    rule.Id, rule.Name, [.. rule.Needs.Where(n => !ran.Contains(rule.Id) || !n.IsMet(host)).Select(
                        n => n.Name)]))
                .Where(u => !u.Wants.IsEmpty),
        ];
    }

    private DiagnosisCase Case(DiagnosisReport report) =>
        new(report.Latest, report.Ledger, report.History, knowledge, report.Input)
        {
            Trends = report.Trends,
            Diagnostics = report.Diagnostics,
        };
}
