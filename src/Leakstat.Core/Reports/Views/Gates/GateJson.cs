using Leakstat.Diagnosis.Gate;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Gates;

/// <summary>A gate's decision as JSON, <c>leakstat.gate/1</c>; findings as in <c>leakstat.diagnosis/1</c>.</summary>
internal static class GateJson
{
    private static readonly GateJsonContext s_context = new(JsonForm.Options());

    /// <summary>Writes it as one UTF-8 object with a line end behind it.</summary>
    public static void Write(GateResult result, Stream output) =>
        JsonForm.Write(GateDocument.Of(result), s_context.GateDocument, output);
}
