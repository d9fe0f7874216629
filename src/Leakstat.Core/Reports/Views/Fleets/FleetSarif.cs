using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Fleet;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>Several hosts as one SARIF log: a run for each, worst first, told apart by its automation id.</summary>
internal static class FleetSarif
{
    /// <summary>The run of one host.</summary>
    public static void WritePart(FleetHost host, DiagnosisReport report, Stream output) =>
        SarifReport.WriteRun(report, $"{Tool.Name}/{host.Label}/", output);

    /// <summary>Writes the log.</summary>
    public static void Write(FleetDocument document, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, JsonMembers.Options))
        {
            SarifReport.BeginLog(json);
            foreach (FleetHost host in document.Fleet.Hosts)
            {
                json.WriteRawValue(FleetJson.Indented(document.Part("sarif", host).Span), skipInputValidation: true);
                json.Flush();
            }

            SarifReport.EndLog(json);
        }

        output.WriteByte((byte)'\n');
    }
}
