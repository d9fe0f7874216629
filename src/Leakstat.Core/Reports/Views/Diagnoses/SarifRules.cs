using System.Collections.Immutable;
using System.Text.Json;
using Leakstat.Diagnosis.Engine;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Diagnoses;

/// <summary>The rules (and kinds of input problems) that a SARIF run refers to, with the rules' own pages as help.</summary>
internal static class SarifRules
{
    public static void Write(Utf8JsonWriter json, ImmutableArray<string> rules, ImmutableArray<string> problems)
    {
        json.WriteStartArray("rules");
        foreach (string id in rules)
        {
            string name = RuleRegistry.All.FirstOrDefault(r => r.Id == id)?.Name ?? id;
            json.WriteStartObject();
            json.WriteString("id", id);
            WriteText(json, "shortDescription", name);
            string page = Page(id) ?? $"{name}. leakstat explain {id} says what it means and what to do.";
            json.WriteStartObject("help");
            json.Text("text", page);
            json.Text("markdown", page);
            json.WriteEndObject();
            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
        json.WriteStartArray("notifications");
        foreach (string id in problems)
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.Text("text", text);
        json.WriteEndObject();
    }

    private static string? Page(string id)
    {
        using Stream? stream = typeof(SarifRules).Assembly.GetManifestResourceStream($"Rules/{id}.md");
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
