using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Leakstat.Model;

namespace Leakstat.Reports.Forms.Json;

/// <summary>
/// How every JSON of this project is written. A view says what it holds as a document (a record whose members stand in
/// the order they are printed) with a serializer that is generated when the program is built; what is unknown is null
/// there and absent in the text.
/// </summary>
public static class JsonForm
{
    /// <summary>
    /// Options for one generated serializer. Text stands as it is where JSON allows it: the encoder still escapes every
    /// control character, and the output is never put into a page.
    /// </summary>
    /// <param name="indented">
    /// Whether each member has a line; lines for programs that read line by line are not indented.
    /// </param>
    public static JsonSerializerOptions Options(bool indented = true) => new()
    {
        WriteIndented = indented,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new ValidTextConverter(), new WholeNumberConverter() },
    };

    /// <summary>Writes one document, UTF-8 with a line end behind it. The stream stays open.</summary>
    public static void Write<TDocument>(TDocument document, JsonTypeInfo<TDocument> serializer, Stream output)
    {
        JsonSerializer.Serialize(output, document, serializer);
        output.WriteByte((byte)'\n');
    }

    /// <summary>As the other, for a document of one of several kinds.</summary>
    public static void Write(object document, JsonSerializerContext serializers, Stream output)
    {
        JsonSerializer.Serialize(output, document, serializers.GetTypeInfo(document.GetType())!);
        output.WriteByte((byte)'\n');
    }

    /// <summary>
    /// A computed number, whole where it is large, six decimals below a thousand; null where it is none.
    /// </summary>
    internal static double? Number(double? value) => value is { } known && double.IsFinite(known)
        ? Math.Abs(known) >= 1000 ? Math.Round(known) : Math.Round(known, 6)
        : null;

    /// <summary>
    /// A probability, three decimals; what is not certain never reads as 1, and null stands for none.
    /// </summary>
    internal static double? Probability(double value)
    {
        if (double.IsNaN(value))
        {
            return null;
        }

        double rounded = Math.Round(Math.Clamp(value, 0, 1), 3);
        return value < 1 && rounded >= 1 ? 0.999 : rounded;
    }

    /// <summary>
    /// A time as the contract writes it, ISO 8601 UTC; fractions of a second only where there are some.
    /// </summary>
    internal static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF", CultureInfo.InvariantCulture) + "Z";

    /// <inheritdoc cref="Time(DateTimeOffset)"/>
    internal static string? Time(DateTimeOffset? time) => time is { } known ? Time(known) : null;

    /// <summary><c>file:line</c>; null where there is none.</summary>
    internal static string? At(SourceLine? at) => at?.ToString();

    /// <summary>A list that is left out where it is empty.</summary>
    internal static IReadOnlyList<TItem>? NotEmpty<TItem>(IReadOnlyList<TItem> items) => items.Count > 0 ? items : null;
}
