using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>The diagnosis as JSON, <c>leakstat.diagnosis/1</c>.</summary>
public static class JsonReport
{
    private static readonly DiagnosisJsonContext s_context = new(JsonForm.Options());

    /// <summary>Writes the report as one UTF-8 object with a line end behind it.</summary>
    public static void Write(DiagnosisReport report, Stream output) => Write(report, null, output);

    /// <summary>Writes the report without what takes longer than to judge the host; for fleets.</summary>
    internal static void WriteBrief(DiagnosisReport report, Stream output) => JsonForm.Write(
        DiagnosisDocument.Of(report, null, hasSensitivity: false), s_context.DiagnosisDocument, output);

    /// <summary>Writes the report and, for <c>leakstat detect</c>, what the history lacks.</summary>
    public static void Write(DiagnosisReport report, TrendNeeds? needs, Stream output) =>
        JsonForm.Write(DiagnosisDocument.Of(report, needs), s_context.DiagnosisDocument, output);
}
