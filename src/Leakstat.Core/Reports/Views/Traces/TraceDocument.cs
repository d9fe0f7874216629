using Leakstat.Reports.Forms.Json;
using Leakstat.Tracing;

namespace Leakstat.Reports.Views.Traces;

/// <summary>A trace and its allocation sites. Its members are named and ordered as they are printed.</summary>
internal sealed record TraceDocument
{
    public required string Schema { get; init; }

    public required ToolPart Tool { get; init; }

    public string? Source { get; init; }

    public required string Form { get; init; }

    public SubjectPart? Suspect { get; init; }

    public string? Release { get; init; }

    public TraceSummaryPart.BoundsPart? Bounds { get; init; }

    public string? EndedBy { get; init; }

    public required bool Whole { get; init; }

    public double? DurationSeconds { get; init; }

    public long? Allocations { get; init; }

    public long? Releases { get; init; }

    public long? Requests { get; init; }

    public long? Returned { get; init; }

    public long? Unseen { get; init; }

    public TraceSummaryPart.OutstandingPart? Outstanding { get; init; }

    public required IEnumerable<TraceSummaryPart.LossPart> Losses { get; init; }

    public required long SkippedLines { get; init; }

    public required IEnumerable<TraceSitePart> Sites { get; init; }

    public required IEnumerable<DiagnosticPart> Diagnostics { get; init; }

    public static TraceDocument Of(string schema, Trace trace)
    {
        var summary = TraceSummaryPart.Of(trace);
        return new TraceDocument
        {
            Schema = schema,
            Tool = ToolPart.This,
            Source = summary.Source,
            Form = summary.Form,
            Suspect = summary.Suspect,
            Release = summary.Release,
            Bounds = summary.Bounds,
            EndedBy = summary.EndedBy,
            Whole = summary.Whole,
            DurationSeconds = summary.DurationSeconds,
            Allocations = summary.Allocations,
            Releases = summary.Releases,
            Requests = summary.Requests,
            Returned = summary.Returned,
            Unseen = summary.Unseen,
            Outstanding = summary.Outstanding,
            Losses = summary.Losses,
            SkippedLines = summary.SkippedLines,
            Sites = trace.Sites.Select(TraceSitePart.Of),
            Diagnostics = trace.Diagnostics.Select(DiagnosticPart.Of),
        };
    }
}

/// <summary>What changed between two traces.</summary>
internal sealed record TraceChangesDocument(
    string Schema,
    ToolPart Tool,
    TraceSummaryPart Before,
    TraceSummaryPart After,
    IEnumerable<TraceChangePart> Changes);

/// <summary>A place that allocates, and what of it is outstanding.</summary>
internal sealed record TraceSitePart(
    long? Count,
    long? Bytes,
    long? Value,
    double? OldestSeconds,
    double? YoungestSeconds,
    string? Address,
    string? Key,
    FunctionPart? Site,
    IEnumerable<string> Frames)
{
    public static TraceSitePart Of(TraceSite site) => new(
        site.Count,
        site.Bytes,
        site.Value,
        JsonForm.Number(site.Oldest?.TotalSeconds),
        JsonForm.Number(site.Youngest?.TotalSeconds),
        site.Address is { } address ? $"0x{address:x}" : null,
        site.Key.Length > 0 ? site.Key : null,
        FunctionPart.Of(site.Stack),
        site.Stack.Frames.Select(frame => frame.ToString()));
}

/// <summary>A place whose outstanding memory changed.</summary>
internal sealed record TraceChangePart(
    long Change,
    long? CountChange,
    long? Before,
    long? After,
    string? Key,
    FunctionPart? Site,
    IEnumerable<string> Frames)
{
    public static TraceChangePart Of(SiteChange change) => new(
        change.Change,
        change.CountChange,
        change.Before?.Weight,
        change.After?.Weight,
        change.Key.Length > 0 ? change.Key : null,
        FunctionPart.Of(change.Stack),
        change.Stack.Frames.Select(frame => frame.ToString()));
}

/// <summary>The function that asked for the memory.</summary>
internal sealed record FunctionPart(string? Module, string Function)
{
    public static FunctionPart? Of(StackFrames stack) => stack.Site is { } site
        ? new FunctionPart(site.Module.Length > 0 ? site.Module : null, site.Function)
        : null;
}
