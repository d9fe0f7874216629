using System.Text.Json.Serialization;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>Several hosts as one SARIF log: a run for each, worst first, told apart by its automation id.</summary>
internal static class FleetSarif
{
    private static readonly FleetSarifContext s_context = new(JsonForm.Options());

    /// <summary>The run of one host.</summary>
    public static void WritePart(FleetHost host, DiagnosisReport report, Stream output) =>
        SarifReport.WriteRun(report, $"{Tool.Name}/{host.Label}/", output);

    /// <summary>Writes the log.</summary>
    public static void Write(FleetDocument document, Stream output) => JsonForm.Write(
        new FleetSarifDocument(
            SarifDocument.Address,
            SarifDocument.SarifVersion,
            document.Fleet.Hosts.Select(h => new RawPart(document.Part("sarif", h)))),
        s_context.FleetSarifDocument,
        output);
}

/// <summary>A SARIF log with a run for each host.</summary>
internal sealed record FleetSarifDocument(
    [property: JsonPropertyName("$schema")] string SchemaAddress, string Version, IEnumerable<RawPart> Runs);

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FleetSarifDocument))]
internal sealed partial class FleetSarifContext : JsonSerializerContext;
