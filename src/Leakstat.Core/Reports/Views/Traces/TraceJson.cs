using System.Text.Json;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Tracing;
using Leakstat.Tracing.Programs;

namespace Leakstat.Reports.Views.Traces;

/// <summary>
/// A trace as JSON, <c>leakstat.trace/1</c>. Sizes are bytes, ages seconds; what is unknown is absent.
/// </summary>
public static class TraceJson
{
    /// <summary>Writes the trace as one UTF-8 object with a line end behind it.</summary>
    public static void Write(Trace trace, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, JsonMembers.Options))
        {
            json.WriteStartObject();
            WriteHead(json);
            WriteTrace(json, trace);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    /// <summary>Writes what changed between two traces.</summary>
    public static void WriteDifference(Trace before, Trace after, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, JsonMembers.Options))
        {
            json.WriteStartObject();
            WriteHead(json);
            foreach ((string name, Trace trace) in new[] { ("before", before), ("after", after) })
            {
                json.WriteStartObject(name);
                WriteSummary(json, trace);
                json.WriteEndObject();
            }

            json.WriteStartArray("changes");
            foreach (SiteChange change in TraceDifference.Of(before, after))
            {
                json.WriteStartObject();
                json.WriteNumber("change", change.Change);
                json.Whole("countChange", change.CountChange);
                json.Whole("before", change.Before?.Weight);
                json.Whole("after", change.After?.Weight);
                WriteStack(json, change.Stack, change.Key);
                json.WriteEndObject();
                json.FlushSome();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteHead(Utf8JsonWriter json)
    {
        json.WriteString("schema", "leakstat.trace/1");
        json.WriteStartObject("tool");
        json.WriteString("name", Tool.Name);
        json.WriteString("version", Tool.Version);
        json.WriteEndObject();
    }

    private static void WriteTrace(Utf8JsonWriter json, Trace trace)
    {
        WriteSummary(json, trace);
        json.WriteStartArray("sites");
        foreach (TraceSite site in trace.Sites)
        {
            json.WriteStartObject();
            json.Whole("count", site.Count);
            json.Whole("bytes", site.Bytes);
            json.Whole("value", site.Value);
            json.Number("oldestSeconds", site.Oldest?.TotalSeconds);
            json.Number("youngestSeconds", site.Youngest?.TotalSeconds);
            json.Text("address", site.Address is { } address ? $"0x{address:x}" : null);
            WriteStack(json, site.Stack, site.Key);
            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
        json.WriteStartArray("diagnostics");
        foreach (Diagnostic diagnostic in trace.Diagnostics)
        {
            json.WriteStartObject();
            json.Text("id", diagnostic.Id);
            json.Text("text", diagnostic.Text);
            json.At(diagnostic.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSummary(Utf8JsonWriter json, Trace trace)
    {
        json.Text("source", trace.Source);
        json.WriteString("form", trace.Form == TraceForm.Outstanding ? "outstanding" : "aggregated");
        if (trace.Suspect is { } suspect)
        {
            json.WriteStartObject("suspect");
            json.WriteString("kind", ProgramText.Word(suspect.Kind));
            json.Text("name", suspect.Name);
            json.WriteEndObject();
        }

        json.Text("release", trace.Release?.Text);
        if (trace.Bounds is { } bounds)
        {
            json.WriteStartObject("bounds");
            json.WriteNumber("seconds", bounds.Seconds);
            json.WriteNumber("minimumAgeSeconds", bounds.MinimumAge);
            json.WriteNumber("minimumBytes", bounds.MinimumBytes);
            json.WriteNumber("sample", bounds.Sample);
            json.WriteNumber("eventsPerSecond", bounds.EventsPerSecond);
            json.WriteEndObject();
        }

        json.Text("endedBy", trace.EndedBy);
        json.WriteBoolean("whole", trace.IsWhole);
        json.Number("durationSeconds", trace.Duration?.TotalSeconds);
        if (trace.Form == TraceForm.Outstanding)
        {
            json.WriteNumber("allocations", trace.Allocations);
            json.WriteNumber("releases", trace.Releases);
            json.Whole("requests", trace.Requests);
            json.Whole("returned", trace.Returned);
            json.Whole("unseen", trace.Unseen);
            json.WriteStartObject("outstanding");
            json.WriteNumber("count", trace.Count);
            json.Whole("bytes", trace.Bytes ?? 0);
            json.WriteEndObject();
        }

        json.WriteStartArray("losses");
        foreach (TraceLoss loss in trace.Losses)
        {
            json.WriteStartObject();
            json.WriteString("kind", loss.Kind switch
            {
                TraceLossKind.Drops => "drops",
                TraceLossKind.AggregationDrops => "aggregation drops",
                TraceLossKind.DynamicVariableDrops => "dynamic variable drops",
                TraceLossKind.Errors => "errors",
                TraceLossKind.NotStarted => "not started",
                _ => "too many",
            });
            json.Whole("count", loss.Count);
            json.Text("text", loss.Text);
            json.At(loss.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("skippedLines", trace.SkippedLines);
    }

    private static void WriteStack(Utf8JsonWriter json, StackFrames stack, string key)
    {
        json.Text("key", key.Length > 0 ? key : null);
        if (stack.Site is { } site)
        {
            json.WriteStartObject("site");
            json.Text("module", site.Module.Length > 0 ? site.Module : null);
            json.Text("function", site.Function);
            json.WriteEndObject();
        }

        json.WriteStartArray("frames");
        foreach (TraceFrame frame in stack.Frames)
        {
            json.WriteStringValue(PrintableText.ValidUtf16(frame.ToString()));
        }

        json.WriteEndArray();
    }
}
