using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Dumps;

/// <summary>Views of dumps as JSON, each with its schema, the kernel in front and the notes behind.</summary>
public static class DumpJson
{
    private static readonly DumpJsonContext s_context = new(JsonForm.Options());

    /// <summary>Writes the summary.</summary>
    public static void Write(DumpSummaryView view, Stream output) =>
        JsonForm.Write(view, s_context.DumpSummaryView, output);

    /// <summary>Writes the zones.</summary>
    public static void Write(DumpZonesView view, Stream output) =>
        JsonForm.Write(view, s_context.DumpZonesView, output);

    /// <summary>Writes the malloc types.</summary>
    public static void Write(DumpTypesView view, Stream output) =>
        JsonForm.Write(view, s_context.DumpTypesView, output);

    /// <summary>Writes the leaks.</summary>
    public static void Write(DumpLeaksView view, Stream output)
    {
        ArgumentNullException.ThrowIfNull(view);
        JsonForm.Write(DumpLeaksDocument.Of(view), s_context.DumpLeaksDocument, output);
    }

    /// <summary>Writes what an address is.</summary>
    public static void Write(DumpAddressView view, Stream output) =>
        JsonForm.Write(view, s_context.DumpAddressView, output);

    /// <summary>Writes who points to a block.</summary>
    public static void Write(DumpReferencesView view, Stream output) =>
        JsonForm.Write(view, s_context.DumpReferencesView, output);

    /// <summary>Writes the message buffer.</summary>
    public static void Write(DumpMessagesView view, Stream output) =>
        JsonForm.Write(view, s_context.DumpMessagesView, output);
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
