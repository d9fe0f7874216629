using Leakstat.Reports.Forms.Json;
using Leakstat.Tracing;
using Leakstat.Tracing.Programs;

namespace Leakstat.Reports.Views.Traces;

/// <summary>What was traced, within which bounds, and what was lost on the way.</summary>
internal sealed record TraceSummaryPart(
    string? Source,
    string Form,
    SubjectPart? Suspect,
    string? Release,
    TraceSummaryPart.BoundsPart? Bounds,
    string? EndedBy,
    bool Whole,
    double? DurationSeconds,
    long? Allocations,
    long? Releases,
    long? Requests,
    long? Returned,
    long? Unseen,
    TraceSummaryPart.OutstandingPart? Outstanding,
    IEnumerable<TraceSummaryPart.LossPart> Losses,
    long SkippedLines)
{
    public static TraceSummaryPart Of(Trace trace)
    {
        bool pairs = trace.Form == TraceForm.Outstanding;
        return new TraceSummaryPart(
            trace.Source,
            pairs ? "outstanding" : "aggregated",
            trace.Suspect is { } suspect ? new SubjectPart(ProgramText.Word(suspect.Kind), suspect.Name) : null,
            trace.Release?.Text,
            trace.Bounds is { } bounds
                ? new BoundsPart(
                    bounds.Seconds, bounds.MinimumAge, bounds.MinimumBytes, bounds.Sample, bounds.EventsPerSecond)
                : null,
            trace.EndedBy,
            trace.IsWhole,
            JsonForm.Number(trace.Duration?.TotalSeconds),
            pairs ? trace.Allocations : null,
            pairs ? trace.Releases : null,
            pairs ? trace.Requests : null,
            pairs ? trace.Returned : null,
            pairs ? trace.Unseen : null,
            pairs ? new OutstandingPart(trace.Count, trace.Bytes ?? 0) : null,
            trace.Losses.Select(LossPart.Of),
            trace.SkippedLines);
    }

    /// <summary>The bounds that the D program kept itself to.</summary>
    public sealed record BoundsPart(
        long Seconds, long MinimumAgeSeconds, long MinimumBytes, long Sample, long EventsPerSecond);

    /// <summary>What was allocated and not given back.</summary>
    public sealed record OutstandingPart(long Count, long Bytes);

    /// <summary>What DTrace could not record.</summary>
    public sealed record LossPart(string Kind, long? Count, string? Text, string? At)
    {
        public static LossPart Of(TraceLoss loss) => new(
            loss.Kind switch
            {
                TraceLossKind.Drops => "drops",
                TraceLossKind.AggregationDrops => "aggregation drops",
                TraceLossKind.DynamicVariableDrops => "dynamic variable drops",
                TraceLossKind.Errors => "errors",
                TraceLossKind.NotStarted => "not started",
                _ => "too many",
            },
            loss.Count,
            loss.Text,
            JsonForm.At(loss.At));
    }
}
