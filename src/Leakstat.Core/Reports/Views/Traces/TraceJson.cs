using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Json;
using Leakstat.Tracing;

namespace Leakstat.Reports.Views.Traces;

/// <summary>
/// A trace as JSON, <c>leakstat.trace/1</c>. Sizes are bytes, ages seconds; what is unknown is absent.
/// </summary>
public static class TraceJson
{
    private const string Schema = "leakstat.trace/1";

    private static readonly TraceJsonContext s_context = new(JsonForm.Options());

    /// <summary>Writes the trace as one UTF-8 object with a line end behind it.</summary>
    public static void Write(Trace trace, Stream output) =>
        JsonForm.Write(TraceDocument.Of(Schema, trace), s_context.TraceDocument, output);

    /// <summary>Writes what changed between two traces.</summary>
    public static void WriteDifference(Trace before, Trace after, Stream output) => JsonForm.Write(
        new TraceChangesDocument(
            Schema,
            ToolPart.This,
            TraceSummaryPart.Of(before),
            TraceSummaryPart.Of(after),
            TraceDifference.Of(before, after).Select(TraceChangePart.Of)),
        s_context.TraceChangesDocument,
        output);
}

/// <summary>Serializers of traces, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TraceDocument))]
[JsonSerializable(typeof(TraceChangesDocument))]
internal sealed partial class TraceJsonContext : JsonSerializerContext;
