using System.Text.Json;
using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Forms.Json;

/// <summary>Text of captures and dumps may hold anything; halves of surrogate pairs cannot be encoded.</summary>
internal sealed class ValidTextConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(PrintableText.ValidUtf16(value));

    /// <inheritdoc/>
    public override string ReadAsPropertyName(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(PrintableText.ValidUtf16(value));
}

/// <summary>A computed number that is whole is written without an exponent, however large.</summary>
internal sealed class WholeNumberConverter : JsonConverter<double>
{
    /// <summary>What a 64-bit number holds for certain.</summary>
    private const double MostWhole = 9e18;

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (value == Math.Truncate(value) && Math.Abs(value) < MostWhole)
        {
            writer.WriteNumberValue((long)value);
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }
}
