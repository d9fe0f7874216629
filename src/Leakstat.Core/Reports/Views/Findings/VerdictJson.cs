using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Findings;

/// <summary>The verdict over a host as a member of JSON: <c>"verdict": {"state": "unknown", "text": …}</c>.</summary>
internal static class VerdictJson
{
    public static void Write(Utf8JsonWriter json, HostVerdict verdict, string text)
    {
        json.WriteStartObject("verdict");
        json.WriteString("state", Words.Of(verdict.State));
        json.Text("text", text);
        if (!verdict.Missing.IsEmpty)
        {
            json.WriteStartArray("missing");
            foreach (Gap gap in verdict.Missing)
            {
                json.WriteStringValue(PrintableText.ValidUtf16(Headline.GapText(gap)));
            }

            json.WriteEndArray();
        }

        json.Time("until", verdict.Until);
        json.Text("command", verdict.Command?.ToString());
        json.WriteEndObject();
    }
}
