using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Histories;

/// <summary>
/// What <c>leakstat history</c> did or found, as JSON, <c>leakstat.history/1</c>: one object with its schema and one
/// list, with a line end behind it.
/// </summary>
public static class HistoryJson
{
    private const string Schema = "leakstat.history/1";

    private static readonly HistoryJsonContext s_context = new(JsonForm.Options());

    /// <summary>What was loaded: <c>loaded</c>.</summary>
    public static void Write(IReadOnlyList<LoadedHost> loaded, Stream output) =>
        Write(new HistoryDocument(Schema) { Loaded = loaded }, output);

    /// <summary>What was pruned: <c>pruned</c>.</summary>
    public static void Write(PrunedStore pruned, Stream output) =>
        Write(new HistoryDocument(Schema) { Pruned = [pruned] }, output);

    /// <summary>What was sent to an engine: <c>sent</c>.</summary>
    public static void Write(SentSamples sent, Stream output) =>
        Write(new HistoryDocument(Schema) { Sent = [sent] }, output);

    /// <summary>The hosts: <c>hosts</c>.</summary>
    public static void Write(IReadOnlyList<HistoryHost> hosts, Stream output) =>
        Write(new HistoryDocument(Schema) { Hosts = hosts }, output);

    /// <summary>The series of one host: <c>series</c>.</summary>
    public static void Write(IReadOnlyList<HistorySeries> series, Stream output) =>
        Write(new HistoryDocument(Schema) { Series = series }, output);

    /// <summary>What is wrong with the file: <c>problems</c>.</summary>
    public static void Write(IReadOnlyList<string> problems, Stream output) =>
        Write(new HistoryDocument(Schema) { Problems = problems }, output);

    private static void Write(HistoryDocument document, Stream output) =>
        JsonForm.Write(document, s_context.HistoryDocument, output);
}

/// <summary>One of its lists is there.</summary>
internal sealed record HistoryDocument(string Schema)
{
    public IReadOnlyList<LoadedHost>? Loaded { get; init; }

    public IReadOnlyList<PrunedStore>? Pruned { get; init; }

    public IReadOnlyList<SentSamples>? Sent { get; init; }

    public IReadOnlyList<HistoryHost>? Hosts { get; init; }

    public IReadOnlyList<HistorySeries>? Series { get; init; }

    public IReadOnlyList<string>? Problems { get; init; }
}

/// <summary>One exported value, a line of JSON Lines.</summary>
internal sealed record ExportedValue(
    string Host, string? Time, string Kind, string Name, long Value, long? Least, long? Greatest, string Source);

/// <summary>Serializers of histories, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(HistoryDocument))]
[JsonSerializable(typeof(ExportedValue))]
internal sealed partial class HistoryJsonContext : JsonSerializerContext;
