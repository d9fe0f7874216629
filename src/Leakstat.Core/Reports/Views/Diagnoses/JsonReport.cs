using System.Collections.Immutable;
using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Comparisons;
using Leakstat.Reports.Views.Detections;
using Leakstat.Reports.Views.Findings;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>The diagnosis as JSON, <c>leakstat.diagnosis/1</c>.</summary>
public static class JsonReport
{
    /// <summary>Writes the report as one UTF-8 object with a line end behind it.</summary>
    public static void Write(DiagnosisReport report, Stream output) => Write(report, null, output);

    /// <summary>Writes the report and, for <c>leakstat detect</c>, what the history lacks.</summary>
    public static void Write(DiagnosisReport report, TrendNeeds? needs, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, JsonMembers.Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", "leakstat.diagnosis/1");
            JsonHead.Write(json, report.Host);
            WriteCaptures(json, report.Captures);
            json.WritePropertyName("ledger");
            LedgerJson.Write(json, report.Ledger);
            json.WriteStartArray("findings");
            foreach (Finding finding in report.Findings)
            {
                FindingJson.Write(json, finding);
                json.FlushSome();
            }

            json.WriteEndArray();
            WriteDiagnostics(json, report.Diagnostics);
            WriteEvents(json, report.History);
            WriteInput(json, report.Input);
            WriteNeeds(json, report, needs);
            GrowthJson.Write(json, report);
            if (report.Differential is { } compared)
            {
                DifferentialJson.Write(json, compared);
            }

            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteFiles(Utf8JsonWriter json, ImmutableArray<CaptureFile> files)
    {
        // A capture has at least one; of those in a store they are not known.
        if (files.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("files");
        foreach (CaptureFile file in files)
        {
            json.WriteStartObject();
            json.Text("name", file.Name);
            json.Text("format", file.Format);
            json.WriteNumber("rows", file.Rows);
            json.WriteNumber("skippedLines", file.SkippedLines);
            json.WriteString("use", Words.Of(file.Use));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNeeds(Utf8JsonWriter json, DiagnosisReport report, TrendNeeds? needs)
    {
        if (needs is null)
        {
            return;
        }

        json.WriteStartObject("trends");
        json.WriteNumber("captures", needs.Captures);
        json.WriteNumber("needed", needs.Needed);
        json.WriteBoolean("enough", needs.IsEnough);
        json.Whole("judged", report.Trends?.Results.Count);
        json.WriteStartArray("missing");
        foreach (string missing in needs.Missing)
        {
            json.WriteStringValue(PrintableText.ValidUtf16(missing));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCaptures(Utf8JsonWriter json, ImmutableArray<CaptureSummary> captures)
    {
        json.WriteStartArray("captures");
        foreach (CaptureSummary capture in captures)
        {
            json.WriteStartObject();
            json.Text("source", capture.Source);
            json.Time("takenAt", capture.TakenAt);
            WriteFiles(json, capture.Files);
            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
    }

    private static void WriteDiagnostics(Utf8JsonWriter json, ImmutableArray<Diagnostic> diagnostics)
    {
        json.WriteStartArray("diagnostics");
        foreach (Diagnostic diagnostic in diagnostics)
        {
            json.WriteStartObject();
            json.Text("id", diagnostic.Id);
            json.Text("text", diagnostic.Text);
            json.At(diagnostic.At);
            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
    }

    private static void WriteEvents(Utf8JsonWriter json, HostHistory history)
    {
        json.WriteStartArray("events");
        foreach (HistoryEvent happened in history.Events)
        {
            json.WriteStartObject();
            json.Text("kind", happened.Kind);
            json.Text("text", happened.Text);
            Sample? sample = happened.Sample >= 0 && happened.Sample < history.Samples.Length
                ? history.Samples[happened.Sample]
                : null;
            json.Text("capture", sample?.Source);
            json.Time("before", sample?.TakenAt);
            json.At(happened.At);
            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
    }

    private static void WriteInput(Utf8JsonWriter json, InputReport input)
    {
        if (input.OtherHosts.IsEmpty && input.ClockBackwards.IsEmpty && input.Repeated.IsEmpty)
        {
            return;
        }

        json.WriteStartObject("input");
        json.WriteStartArray("otherHosts");
        foreach ((string host, int captures) in input.OtherHosts)
        {
            json.WriteStartObject();
            json.Text("name", host);
            json.WriteNumber("captures", captures);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("clockBackwards");
        foreach ((string earlier, string later) in input.ClockBackwards)
        {
            json.WriteStartObject();
            json.Text("earlier", earlier);
            json.Text("later", later);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("repeated");
        foreach (string source in input.Repeated)
        {
            json.WriteStringValue(PrintableText.ValidUtf16(source));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
