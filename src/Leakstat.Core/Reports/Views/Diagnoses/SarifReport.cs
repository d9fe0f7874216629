using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>The findings as SARIF 2.1.0, for systems that collect such results.</summary>
public static class SarifReport
{
    private static readonly SarifJsonContext s_context = new(JsonForm.Options());

    /// <summary>Writes one run with the report's findings.</summary>
    public static void Write(DiagnosisReport report, Stream output) =>
        JsonForm.Write(SarifDocument.Of(report), s_context.SarifDocument, output);

    /// <summary>Writes the run of one host by itself, for a log of several.</summary>
    /// <param name="report">The host.</param>
    /// <param name="automation">What tells its run from those of other hosts.</param>
    /// <param name="output">Where it goes.</param>
    internal static void WriteRun(DiagnosisReport report, string automation, Stream output) => JsonForm.Write(
        SarifDocument.RunPart.Of(report) with { AutomationDetails = new SarifDocument.AutomationPart(automation) },
        s_context.RunPart,
        output);
}
