using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>Views of dumps as JSON, each with its schema, the kernel in front and the notes behind.</summary>
public static class DumpJson
{
    private static readonly DumpJsonContext s_context = new(JsonForm.Options());

    /// <summary>Writes a view.</summary>
    public static void Write(DumpView view, Stream output)
    {
        ArgumentNullException.ThrowIfNull(view);
        JsonForm.Write(view is DumpLeaksView leaks ? DumpLeaksDocument.Of(leaks) : view, s_context, output);
    }
}

/// <summary>Serializers of the views, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DumpSummaryView))]
[JsonSerializable(typeof(DumpZonesView))]
[JsonSerializable(typeof(DumpTypesView))]
[JsonSerializable(typeof(DumpLeaksDocument))]
[JsonSerializable(typeof(DumpAddressView))]
[JsonSerializable(typeof(DumpReferencesView))]
[JsonSerializable(typeof(DumpMessagesView))]
internal sealed partial class DumpJsonContext : JsonSerializerContext;

/// <summary>A kernel address as JSON has it: text, because numbers of that size lose digits in many readers.</summary>
internal sealed class AddressConverter : JsonConverter<ulong>
{
    /// <inheritdoc/>
    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ulong.Parse(reader.GetString().AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue($"0x{value:x16}");
    }
}
