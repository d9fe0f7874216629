using Leakstat.Model;
using Leakstat.Tracing;

namespace Leakstat.Reports.Views.Traces;

/// <summary>What reports of traces say in the same words.</summary>
internal static class TraceWords
{
    /// <summary>What was followed: <c>malloc type leakmod</c>.</summary>
    public static string Suspect(TraceSuspect? suspect) => suspect switch
    {
        null => "what the script followed",
        { Kind: SuspectKind.Malloc } => $"malloc type {suspect.Name}",
        { Kind: SuspectKind.Zone or SuspectKind.Mbuf } => $"zone {suspect.Name}",
        { Kind: SuspectKind.Kmem } => "the kernel's own pages",
        _ => $"what {suspect.Name} takes by malloc(9)",
    };

    /// <summary>A weight, with its unit where it has one.</summary>
    public static string Weight(Trace trace, long weight) =>
        trace.Form == TraceForm.Outstanding ? Display.Bytes(weight) : Display.Count(weight);

    /// <summary>A span of time; traces are short.</summary>
    public static string Span(TimeSpan span) => span < TimeSpan.FromSeconds(1)
        ? $"{span.TotalMilliseconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture)} ms"
        : Display.Duration(span);

    /// <summary>The verdict in one sentence.</summary>
    public static string Headline(Trace trace)
    {
        if (trace.Losses.Any(l => l.Kind == TraceLossKind.NotStarted))
        {
            return "The trace did not start.";
        }

        if (trace.Form == TraceForm.Aggregated)
        {
            return trace.Sites.IsEmpty
                ? "Nothing was aggregated."
                : $"{Display.Count(trace.Sites.Length, "entry", "entries")} of aggregations; what was released is "
                    + "not taken off.";
        }

        string over = trace.Duration is { } duration ? $" over {Span(duration)}" : "";
        string events =
            $"{Display.Count(trace.Allocations, "allocation", "allocations")} and "
                + $"{Display.Count(trace.Releases, "release", "releases")}{over}";
        if (trace.Sites.IsEmpty)
        {
            return $"Nothing of {Suspect(trace.Suspect)} is outstanding: {events}.";
        }

        string age = trace.Bounds is { MinimumAge: > 0 } bounds && trace.EndedBy == "time"
            ? $", all at least {bounds.MinimumAge} s old"
            : "";
        return $"{Display.Count(trace.Count, "block", "blocks")} ({Display.Bytes(trace.Bytes ?? 0)}) of "
            + $"{Suspect(trace.Suspect)} "
            + $"{(trace.Count == 1 ? "is" : "are")} outstanding{age}: {events}.";
    }

    /// <summary>
    /// That every allocation that began was seen to return; null where some were not, or where nothing counted them.
    /// </summary>
    public static string? SelfCheck(Trace trace) => trace is { Unseen: 0, Requests: { } requests }
        ? $"Counted against itself: {Display.Count(requests, "allocation", "allocations")} began, and all were seen to "
            + "return."
        : null;

    /// <summary>What makes the numbers less than the whole, one sentence each.</summary>
    public static IEnumerable<string> Reservations(Trace trace)
    {
        foreach (TraceLoss loss in trace.Losses)
        {
            string times = loss.Count is { } count and > 1 ? $" ({Display.Count(count)} in all)" : "";
            yield return loss.Kind switch
            {
                TraceLossKind.Drops => $"records were lost{times}: a block shown may have been released, and others "
                    + $"are missing [{loss.At}: {loss.Text}]",
                TraceLossKind.AggregationDrops => $"aggregated values were lost{times}: the numbers are too small "
                    + $"[{loss.At}: {loss.Text}]",
                TraceLossKind.DynamicVariableDrops => $"there was no room for variables{times}: allocations were "
                    + $"missed [{loss.At}: {loss.Text}]",
                TraceLossKind.Errors => $"the program met errors{times} [{loss.At}: {loss.Text}]",
                TraceLossKind.TooMany => $"more than leakstat keeps{times}: {loss.Text}",
                _ => $"DTrace refused: {loss.Text} [{loss.At}]",
            };
        }

        switch (trace)
        {
            case { Suspect: null }:
                break;
            case { EndedBy: null }:
                yield return "the program's last line is missing: the output is cut, and blocks shown may have been "
                    + "released since";
                break;
            case { EndedBy: "rate" }:
                yield return $"the program stopped itself above {Display.Count(trace.Bounds?.EventsPerSecond ?? 0)} "
                    + "events per second; follow fewer addresses (--sample)";
                break;
            case { EndedBy: not "time" }:
                yield return $"the program stopped before its time ({trace.EndedBy}): blocks shown may be younger "
                    + "than asked for";
                break;
            default:
                break;
        }

        if (trace.Unseen is > 0 and { } unseen)
        {
            yield return $"{Display.Count(unseen)} of {Display.Count(trace.Requests ?? 0)} allocations were "
                + "not seen to "
                + "return: they left the allocator by a function without a probe, or had not returned when the trace "
                + "ended; they are missing here";
        }

        if (trace is { Bounds.Sample: > 1 })
        {
            yield return $"one address in {Display.Count(trace.Bounds.Sample)} was followed: multiply for an "
                + "estimate of all";
        }

        if (trace.SkippedLines > 0)
        {
            yield return $"{Display.Count(trace.SkippedLines, "line was", "lines were")} not understood";
        }
    }
}
