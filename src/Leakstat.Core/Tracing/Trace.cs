using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Tracing;

/// <summary>What the numbers of a trace are.</summary>
public enum TraceForm
{
    /// <summary>Allocations paired with releases by address: what is outstanding.</summary>
    Outstanding,

    /// <summary>
    /// Aggregations as they were printed: whatever the script summed or counted, releases not taken off.
    /// </summary>
    Aggregated,
}

/// <summary>What DTrace printed, read back.</summary>
public sealed record Trace
{
    /// <summary>File that was read, as it is printed.</summary>
    public required string Source { get; init; }

    /// <summary>What the numbers are.</summary>
    public required TraceForm Form { get; init; }

    /// <summary>
    /// The suspect, as the program's first line names it; null where no program of leakstat wrote this.
    /// </summary>
    public TraceSuspect? Suspect { get; init; }

    /// <summary>Release that the program was written for; null where unknown.</summary>
    public FreeBsdRelease? Release { get; init; }

    /// <summary>The program's bounds; null where no program of leakstat wrote this.</summary>
    public TraceBounds? Bounds { get; init; }

    /// <summary>Why the program ended (<c>time</c>, <c>rate</c>, …); null where its last line is missing.</summary>
    public string? EndedBy { get; init; }

    /// <summary>
    /// From the program's beginning to its end, or from the first event to the last; null where unknown.
    /// </summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Allocations read.</summary>
    public long Allocations { get; init; }

    /// <summary>
    /// Allocations of the suspect that began while they were recorded, counted in the kernel; null where the program
    /// does not count them.
    /// </summary>
    public long? Requests { get; init; }

    /// <summary>Those of <see cref="Requests"/> whose return was seen too, failed ones among them.</summary>
    public long? Returned { get; init; }

    /// <summary>
    /// Allocations that began and were not seen to return, so that their addresses are unknown; null where the program
    /// does not count them.
    /// </summary>
    public long? Unseen => Requests is { } began && Returned is { } ended ? Math.Max(began - ended, 0) : null;

    /// <summary>Releases read, those of blocks that were allocated before included.</summary>
    public long Releases { get; init; }

    /// <summary>The stacks, largest first: by bytes, then count, then text.</summary>
    public ImmutableArray<TraceSite> Sites { get; init; } = [];

    /// <summary>What DTrace lost, in its own words; where it is not empty the numbers are not whole.</summary>
    public ImmutableArray<TraceLoss> Losses { get; init; } = [];

    /// <summary>Problems of the text.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; init; } = [];

    /// <summary>Whether anything in the text is what dtrace prints; an aggregation can be empty.</summary>
    public bool IsRecognised { get; init; }

    /// <summary>Lines that were not understood.</summary>
    public long SkippedLines { get; init; }

    /// <summary>
    /// Whether the program ran to the end of its time and nothing was lost: only then is what is shown all there is.
    /// </summary>
    public bool IsWhole => Losses.IsEmpty && Unseen is not > 0 && (Suspect is null || EndedBy == "time");

    /// <summary>Outstanding blocks, or the sum of the counts.</summary>
    public long Count => Sites.Aggregate(0L, (sum, s) => Arithmetic.Add(sum, s.Count ?? 0));

    /// <summary>Outstanding bytes; null where no size was printed.</summary>
    public long? Bytes => Sites.Any(s => s.Bytes is not null)
        ? Sites.Aggregate(0L, (sum, s) => Arithmetic.Add(sum, s.Bytes ?? 0))
        : null;
}

/// <summary>One stack and what was allocated there.</summary>
public sealed record TraceSite
{
    /// <summary>The stack, innermost frame first; empty where an aggregation had none.</summary>
    public required StackFrames Stack { get; init; }

    /// <summary>Further keys of an aggregation, as printed; empty for none.</summary>
    public string Key { get; init; } = "";

    /// <summary>Outstanding blocks; null for an aggregation, which does not say what it counts.</summary>
    public long? Count { get; init; }

    /// <summary>Outstanding bytes; null where unknown.</summary>
    public long? Bytes { get; init; }

    /// <summary>Value of an aggregation, in whatever unit the script summed; null for paired events.</summary>
    public long? Value { get; init; }

    /// <summary>Age of the oldest outstanding block; null where unknown.</summary>
    public TimeSpan? Oldest { get; init; }

    /// <summary>Age of the youngest.</summary>
    public TimeSpan? Youngest { get; init; }

    /// <summary>Address of the oldest outstanding block, to look at in a crash dump; null where unknown.</summary>
    public ulong? Address { get; init; }

    /// <summary>What sites are ordered and drawn by: bytes, else the aggregation's value, else the count.</summary>
    public long Weight => Bytes ?? Value ?? Count ?? 0;
}

/// <summary>Something that DTrace said it lost or could not do.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Count">How often, summed; null where it does not say.</param>
/// <param name="Text">Its own words, of the first time.</param>
/// <param name="At">Where.</param>
public sealed record TraceLoss(TraceLossKind Kind, long? Count, string Text, SourceLine At);

/// <summary>Kinds of losses (<c>cddl/contrib/opensolaris/lib/libdtrace/common/dt_handle.c</c>).</summary>
public enum TraceLossKind
{
    /// <summary>Records lost: the buffer was full.</summary>
    Drops,

    /// <summary>Aggregated values lost.</summary>
    AggregationDrops,

    /// <summary>Variables not kept: allocations were missed.</summary>
    DynamicVariableDrops,

    /// <summary>A clause failed, on a bad pointer say.</summary>
    Errors,

    /// <summary>The program did not start.</summary>
    NotStarted,

    /// <summary>More addresses or stacks than leakstat keeps.</summary>
    TooMany,
}
