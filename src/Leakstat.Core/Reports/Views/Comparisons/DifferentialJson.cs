using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.History;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Comparisons;

/// <summary>The member <c>comparison</c>: two hosts side by side. The object around it is that of B.</summary>
internal static class DifferentialJson
{
    /// <summary>Writes the member.</summary>
    public static void Write(Utf8JsonWriter json, HostDifferential compared)
    {
        json.WriteStartObject("comparison");
        WriteSide(json, "a", compared.A, compared.NameOfA);
        WriteSide(json, "b", compared.B, compared.NameOfB);
        json.WriteBoolean("judged", compared.IsJudged);
        if (compared.Overlap is { } overlap && overlap.To >= overlap.From)
        {
            json.WriteStartObject("uptime");
            json.Number("fromHours", overlap.From);
            json.Number("toHours", overlap.To);
            json.WriteNumber("points", overlap.Points.Length);
            json.WriteEndObject();
        }

        json.WriteStartArray("notes");
        foreach (string note in compared.Notes)
        {
            json.WriteStringValue(PrintableText.ValidUtf16(note));
        }

        json.WriteEndArray();
        json.WriteStartArray("changes");
        foreach (HistoryEvent change in compared.Changes)
        {
            json.WriteStartObject();
            json.Text("kind", change.Kind);
            json.Text("text", change.Text);
            json.At(change.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("load");
        foreach (ComparedLoad load in compared.Load)
        {
            json.WriteStartObject();
            json.Text("name", load.Name);
            json.Number("a", load.A);
            json.Number("b", load.B);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("unchanged", compared.Unchanged);
        json.WriteStartArray("series");
        foreach (ComparedSeries series in compared.Series)
        {
            WriteSeries(json, series);
            json.FlushSome();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What differs, in a word.</summary>
    internal static string Word(GrowthChange change) => change switch
    {
        GrowthChange.Begins => "begins",
        GrowthChange.Faster => "faster",
        GrowthChange.Slower => "slower",
        GrowthChange.Ends => "ends",
        GrowthChange.Explained => "explained",
        _ => "none",
    };

    private static void WriteSide(Utf8JsonWriter json, string member, DiagnosisCase side, string name)
    {
        json.WriteStartObject(member);
        json.Text("label", name);
        json.Text("name", side.Latest.Host.Name);
        json.Text("release", side.Latest.Host.Release?.Text);
        json.Text("arch", side.Latest.Host.Architecture);
        json.Whole("physicalMemory", side.Latest.Host.PhysicalMemory?.Value);
        json.WriteNumber("captures", side.History.Samples.Length);
        json.Text("first", side.History.Samples[0].Source);
        json.Text("last", side.History.Samples[^1].Source);
        json.WriteEndObject();
    }

    private static void WriteSeries(Utf8JsonWriter json, ComparedSeries series)
    {
        json.WriteStartObject();
        json.WriteStartObject("subject");
        json.WriteString("kind", Words.Of(series.Subject.Kind));
        json.Text("name", series.Subject.Name);
        json.WriteEndObject();
        json.WriteString("in", series.Presence switch { Presence.OnlyInA => "a", Presence.OnlyInB => "b", _ => "both" });
        WriteNames(json, "namesInA", series.NamesInA);
        WriteNames(json, "namesInB", series.NamesInB);
        WriteRate(json, "a", series.RateInA, series.BytesInA);
        WriteRate(json, "b", series.RateInB, series.BytesInB);
        WriteRate(json, "difference", series.Difference, null);
        json.WriteString("change", Word(series.Change));
        json.WriteBoolean("significant", series.Chance < 1);
        if (series.Chance < 1)
        {
            json.WriteNumber("chance", series.Chance);
        }

        if (series.Scale > 1)
        {
            json.Number("scale", series.Scale);
        }

        json.Text("reason", series.Reason);
        json.Text("owner", series.Owners.IsEmpty ? null : series.Owners[0].Module);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string member, IReadOnlyCollection<string> names)
    {
        if (names.Count == 0)
        {
            return;
        }

        json.WriteStartArray(member);
        foreach (string name in names)
        {
            json.WriteStringValue(PrintableText.ValidUtf16(name));
        }

        json.WriteEndArray();
    }

    private static void WriteRate(Utf8JsonWriter json, string member, ComparedRate? rate, long? bytes)
    {
        if (rate is null && bytes is null)
        {
            return;
        }

        json.WriteStartObject(member);
        json.Whole("bytes", bytes);
        json.Number("bytesPerHour", rate?.PerHour);
        json.Number("low", rate?.Low);
        json.Number("high", rate?.High);
        json.WriteEndObject();
    }
}
