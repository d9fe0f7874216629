using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Leakstat.Reports.Forms.Json;

/// <summary>
/// A document that was written by itself, as an entry of a list in a larger one: hosts that were judged one after
/// another and are not held.
/// </summary>
/// <param name="Text">The document, UTF-8, indented as this project writes JSON.</param>
[JsonConverter(typeof(RawPartConverter))]
internal sealed record RawPart(ReadOnlyMemory<byte> Text);

/// <summary>Writes it, moved to the right to where it stands.</summary>
internal sealed class RawPartConverter : JsonConverter<RawPart>
{
    private const int IndentOfLevel = 2;

    /// <inheritdoc/>
    public override RawPart Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("parts are written only");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RawPart value, JsonSerializerOptions options)
    {
        // No string of JSON holds a line end, so that each is one between members. The writer puts none in front of
        // what it is given as it is.
        string line = "\n" + new string(' ', writer.CurrentDepth * IndentOfLevel);
        writer.WriteRawValue(
            line + Encoding.UTF8.GetString(value.Text.Span).TrimEnd('\n').Replace("\n", line, StringComparison.Ordinal),
            skipInputValidation: true);
    }
}
