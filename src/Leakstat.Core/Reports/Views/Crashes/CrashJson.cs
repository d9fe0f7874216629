using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Crashes;

/// <summary>The crashes as JSON, schema <c>leakstat.core/1</c>.</summary>
public static class CrashJson
{
    private static readonly CrashJsonContext s_context = new(JsonForm.Options());

    /// <summary>Writes one object with a line end behind it.</summary>
    public static void Write(string folder, IReadOnlyList<CrashView> crashes, Stream output) => JsonForm.Write(
        new CrashDocument("leakstat.core/1", ToolPart.This, folder, crashes), s_context.CrashDocument, output);
}

/// <summary>The whole document.</summary>
internal sealed record CrashDocument(string Schema, ToolPart Tool, string Directory, IReadOnlyList<CrashView> Crashes);

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CrashDocument))]
internal sealed partial class CrashJsonContext : JsonSerializerContext;
