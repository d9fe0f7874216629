using System.Collections.Immutable;
using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Findings;

/// <summary>One finding as the contract writes it.</summary>
internal static class FindingJson
{
    public static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("rule", finding.Rule);
        json.Text("title", finding.Title);
        json.WriteString("severity", Words.Of(finding.Severity));
        json.WriteString("verdict", Words.Of(finding.Verdict));
        json.WriteStartObject("subject");
        json.WriteString("kind", Words.Of(finding.Subject.Kind));
        json.Text("name", finding.Subject.Name);
        json.WriteEndObject();
        json.Chance("confidence", finding.Confidence);
        WriteEvidence(json, finding.Evidence);
        WriteGrowth(json, finding.Growth);
        WriteExhaustion(json, finding.Exhaustion);
        WriteOwners(json, finding.Owners);
        WriteAdvice(json, finding.Advice);
        json.WriteEndObject();
    }

    private static void WriteEvidence(Utf8JsonWriter json, ImmutableArray<Evidence> evidence)
    {
        json.WriteStartArray("evidence");
        foreach (Evidence line in evidence)
        {
            json.WriteStartObject();
            json.Text("text", line.Text);
            if (line.Value is { } value && double.IsFinite(value))
            {
                json.Number("value", value);
                json.WriteString("unit", Words.Of(line.Unit));
            }

            json.At(line.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteGrowth(Utf8JsonWriter json, ObservedGrowth? growth)
    {
        if (growth is null)
        {
            return;
        }

        json.WriteStartObject("growth");
        json.Number("bytesPerHour", growth.BytesPerHour);
        json.Number("low", growth.Low);
        json.Number("high", growth.High);
        json.Time("since", growth.Since);
        json.Number("itemsPerHour", growth.ItemsPerHour);
        json.Whole("bytes", growth.Bytes);
        json.WriteEndObject();
    }

    private static void WriteExhaustion(Utf8JsonWriter json, ExhaustionTime? exhaustion)
    {
        if (exhaustion is null)
        {
            return;
        }

        json.WriteStartObject("exhaustion");
        json.Text("of", exhaustion.Of);
        json.Time("at", exhaustion.At);
        json.Time("low", exhaustion.Low);
        json.Time("high", exhaustion.High);
        json.WriteEndObject();
    }

    private static void WriteOwners(Utf8JsonWriter json, ImmutableArray<Owner> owners)
    {
        json.WriteStartArray("owners");
        foreach (Owner owner in owners)
        {
            json.WriteStartObject();
            json.Text("module", owner.Module);
            json.Text("source", owner.Source);
            json.Text("why", owner.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAdvice(Utf8JsonWriter json, ImmutableArray<Advice> advice)
    {
        json.WriteStartArray("advice");
        foreach (Advice item in advice)
        {
            json.WriteStartObject();
            json.Text("kind", item.Kind);
            json.Text("text", item.Text);
            json.WriteStartArray("commands");
            foreach (string command in item.Commands)
            {
                json.WriteStringValue(PrintableText.ValidUtf16(command));
            }

            json.WriteEndArray();
            if (item.Persist is { } persist)
            {
                json.WriteStartObject("persist");
                json.Text("file", persist.File);
                json.Text("line", persist.Line);
                json.WriteEndObject();
            }

            json.Text("risk", item.Risk);
            json.Text("revert", item.Revert);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
