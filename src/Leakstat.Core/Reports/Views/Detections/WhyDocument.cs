using System.Text.Json.Serialization;

namespace Leakstat.Reports.Views.Detections;

/// <summary>Why series of one name are judged as they are, <c>leakstat.why/1</c>.</summary>
internal sealed record WhyDocument(string Schema, string Name, IEnumerable<WhyDocument.SeriesPart> Series)
{
    /// <summary>One series, its class, and each piece of evidence with its weight.</summary>
    public sealed record SeriesPart(
        string Kind,
        string Class,
        double? Chance,
        double? Probability,
        long? BytesPerDayToBeNamed,
        IEnumerable<EvidencePart> Evidence);

    /// <summary>One piece of evidence; the weight is in natural logarithms of odds.</summary>
    public sealed record EvidencePart(string Kind, double? Weight, string Text);
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(WhyDocument))]
internal sealed partial class WhyJsonContext : JsonSerializerContext;
