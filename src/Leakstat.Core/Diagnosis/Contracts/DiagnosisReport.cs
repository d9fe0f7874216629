using System.Collections.Immutable;
using Leakstat.Accounting;
using Leakstat.History;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>The diagnosis of one host: everything that reports print.</summary>
public sealed record DiagnosisReport
{
    /// <summary>Who the host is, by its latest capture.</summary>
    public required HostIdentity Host { get; init; }

    /// <summary>The captures that were read, in time order.</summary>
    public required ImmutableArray<CaptureSummary> Captures { get; init; }

    /// <summary>Ledger of the latest capture.</summary>
    public required Ledger Ledger { get; init; }

    /// <summary>The latest capture whole: tables for the HTML page and the problem report.</summary>
    public required Capture Latest { get; init; }

    /// <summary>All captures as series.</summary>
    public required HostHistory History { get; init; }

    /// <summary>Verdicts of the trend engine; null where no trend can be judged.</summary>
    public TrendJudgement? Trends { get; init; }

    /// <summary>This host beside another; null where it is looked at alone.</summary>
    public HostDifferential? Differential { get; init; }

    /// <summary>What rose over the rounds of an exercise; null where the captures are no rounds.</summary>
    public RoundJudgement? Rounds { get; init; }

    /// <summary>The verdict over all of it.</summary>
    public HostVerdict Verdict { get; init; } = HostVerdict.NotJudged;

    /// <summary>Findings, the one to look at first first.</summary>
    public required ImmutableArray<Finding> Findings { get; init; }

    /// <summary>
    /// Rules that found nothing because they lacked what they judge by; the others found all in order.
    /// </summary>
    public ImmutableArray<UnjudgedRule> Unjudged { get; init; } = [];

    /// <summary>Problems met in the input, in reading order.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>What was noticed about the input as a whole.</summary>
    public InputReport Input { get; init; } = InputReport.Clean;
}

/// <summary>What reports say of one capture.</summary>
/// <param name="Source">Where it was read from.</param>
/// <param name="TakenAt">UTC time; null where unknown.</param>
/// <param name="Files">Its files.</param>
public sealed record CaptureSummary(string Source, DateTimeOffset? TakenAt, ImmutableArray<CaptureFile> Files);
