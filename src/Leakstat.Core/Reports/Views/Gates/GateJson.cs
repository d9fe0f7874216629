using System.Globalization;
using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Gate;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Gates;

/// <summary>A gate's decision as JSON, <c>leakstat.gate/1</c>; findings as in <c>leakstat.diagnosis/1</c>.</summary>
public static class GateJson
{
    /// <summary>Writes it as one UTF-8 object with a line end behind it.</summary>
    public static void Write(GateResult result, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, JsonMembers.Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", "leakstat.gate/1");
            JsonHead.Write(json, result.Report.Host);
            json.WriteBoolean("clean", result.IsClean);
            json.WriteString("state", result.IsFailed ? "failed" : result.IsClean ? "clean" : "unknown");
            json.Text("unjudged", result.IsFailed ? null : result.Unjudged);
            json.WriteNumber("rounds", result.Rounds.Plan.Rounds);
            json.Text("module", result.Rounds.Plan.Module);
            json.WriteNumber("judged", result.Rounds.Judged);
            json.WriteStartArray("findings");
            foreach (Finding leak in result.Leaks)
            {
                FindingJson.Write(json, leak);
            }

            json.WriteEndArray();
            WriteKnown(json, result);
            WriteTexts(json, "baseline", GateWords.BaselineNotes(result));
            WriteModules(json, result);
            WriteRising(json, result);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteKnown(Utf8JsonWriter json, GateResult result)
    {
        json.WriteStartArray("known");
        foreach (KnownLeak known in result.Known)
        {
            json.WriteStartObject();
            json.Text("title", known.Finding.Title);
            WriteSubject(json, known.Finding.Subject);
            json.Text("until", known.Entry.Until?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.Text("why", known.Entry.Why);
            json.At(known.Entry.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteModules(Utf8JsonWriter json, GateResult result)
    {
        json.WriteStartArray("modules");
        foreach (ModuleNote note in result.Modules)
        {
            json.WriteStartObject();
            json.WriteBoolean("fails", note.Fails);
            json.Text("text", note.Text);
            json.At(note.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRising(Utf8JsonWriter json, GateResult result)
    {
        json.WriteStartArray("rising");
        foreach (RoundSubject kept in result.Rounds.Subjects)
        {
            json.WriteStartObject();
            WriteSubject(json, kept.Subject);
            json.WriteString("outcome", GateWords.Word(kept));
            json.Text("why", GateWords.Why(kept) is { Length: > 0 } why ? why : null);
            json.Number("itemsPerRound", kept.Test.PerRound);
            json.Whole("bytesPerRound", kept.BytesPerRound);
            json.WriteBoolean("ofModule", kept.IsOwn);
            json.WriteStartArray("counts");
            foreach (long count in kept.Counts)
            {
                json.WriteNumberValue(count);
            }

            json.WriteEndArray();
            json.At(kept.LastAt);
            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
    }

    private static void WriteSubject(Utf8JsonWriter json, Subject subject)
    {
        json.WriteStartObject("subject");
        json.WriteString("kind", BaselineEntry.KindOf(subject));
        json.Text("name", subject.Name);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(PrintableText.ValidUtf16(text));
        }

        json.WriteEndArray();
    }
}
