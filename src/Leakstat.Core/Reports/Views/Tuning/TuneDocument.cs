using System.Text.Json.Serialization;
using Leakstat.Diagnosis.Advising;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Tuning;

/// <summary>The plan of <c>leakstat tune</c>, <c>leakstat.tune/1</c>.</summary>
internal sealed record TuneDocument(
    string Schema, ToolPart Tool, HostPart Host, IEnumerable<TuneDocument.FilePart> Files,
        IEnumerable<TuneDocument.FilePart>? Optional, IEnumerable<string> Read, IReadOnlyList<string>? Missing)
{
    /// <summary>The lines for one configuration file.</summary>
    public sealed record FilePart(string File, IEnumerable<LinePart> Lines)
    {
        public static FilePart Of(TuneBlock block) => new(block.File, block.Lines.Select(LinePart.Of));
    }

    /// <summary>One setting, why it is proposed, and the way back.</summary>
    public sealed record LinePart(
        string Line,
        string Name,
        string Value,
        string Rule,
        string Why,
        string Text,
        IEnumerable<string> Commands,
        string? Risk,
        string? Revert)
    {
        public static LinePart Of(TuneLine line) => new(
            line.Line,
            line.Name,
            line.Value,
            line.Rule,
            line.Why,
            line.Text,
            line.Commands.Select(command => command.ToString()),
            line.Risk,
            line.Revert);
    }
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TuneDocument))]
internal sealed partial class TuneJsonContext : JsonSerializerContext;
