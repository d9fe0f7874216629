using System.Text.Json;
using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Crashes;

/// <summary>The crashes as JSON, schema <c>leakstat.core/1</c>.</summary>
public static class CrashJson
{
    /// <summary>Writes one object.</summary>
    public static void Write(string folder, IReadOnlyList<CrashView> crashes, Stream output) => JsonSerializer.Serialize(
        output, new CrashDocument("leakstat.core/1", new CrashTool(Tool.Name, Tool.Version), folder, crashes), CrashJsonContext.Default.CrashDocument);
}

/// <summary>The whole document.</summary>
internal sealed record CrashDocument(string Schema, CrashTool Tool, string Directory, IReadOnlyList<CrashView> Crashes);

/// <summary>Who wrote it.</summary>
internal sealed record CrashTool(string Name, string Version);

/// <summary>Serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CrashDocument))]
internal sealed partial class CrashJsonContext : JsonSerializerContext;
