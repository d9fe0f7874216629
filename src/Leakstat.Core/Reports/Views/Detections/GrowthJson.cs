using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Detections;

/// <summary>What was not found, as JSON: the sensitivity of a history, and what rises without being a finding.</summary>
internal static class GrowthJson
{
    /// <summary>Writes <c>sensitivity</c> and <c>rising</c>; nothing where the captures are too few for a trend.</summary>
    public static void Write(Utf8JsonWriter json, DiagnosisReport report)
    {
        if (HistorySensitivity.Of(report.History, report.Trends) is not { } sensitivity)
        {
            return;
        }

        json.WriteStartObject("sensitivity");
        json.Whole("zoneBytesPerDay", sensitivity.ZoneBytesPerDay);
        json.Whole("typeBytesPerDay", sensitivity.TypeBytesPerDay);
        json.Whole("unaccountedBytesPerDay", sensitivity.UnaccountedBytesPerDay);
        json.WriteEndObject();
        json.WriteStartArray("rising");
        foreach (RisingSeries series in RisingBlock.Of(report))
        {
            json.WriteStartObject();
            json.WriteStartObject("subject");
            json.WriteString("kind", series.Key.Kind switch
            {
                SeriesKind.ZoneUsed => "zone",
                SeriesKind.MallocBytes => "malloc",
                _ => "wired",
            });
            json.Text("name", series.Key.Name);
            json.WriteEndObject();
            json.WriteNumber("bytes", series.Bytes);
            json.Number("probability", series.Probability);
            json.WriteString("why", PrintableText.ValidUtf16(series.Why));
            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
    }
}
