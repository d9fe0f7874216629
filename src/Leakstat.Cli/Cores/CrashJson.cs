using System.Text.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Cli.Cores;

/// <summary>The crashes as JSON, schema <c>leakstat.core/1</c>.</summary>
internal static class CrashJson
{
    /// <summary>Writes one object.</summary>
    public static void Write(string folder, IReadOnlyList<CrashOutcome> outcomes, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("schema", "leakstat.core/1");
        json.WriteStartObject("tool");
        json.WriteString("name", Tool.Name);
        json.WriteString("version", Tool.Version);
        json.WriteEndObject();
        json.WriteString("directory", folder);
        json.WriteStartArray("crashes");
        foreach (CrashOutcome outcome in outcomes)
        {
            Write(json, outcome);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CrashOutcome outcome)
    {
        CrashEntry entry = outcome.Entry;
        json.WriteStartObject();
        json.WriteNumber("number", entry.Number);
        json.WriteString("state", outcome.IsNew ? "analysed" : entry.IsDone ? "done" : "new");
        json.WriteStartArray("files");
        foreach (CrashFile file in entry.Files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteString("kind", file.Kind switch
            {
                CrashFileKind.Dump => "dump",
                CrashFileKind.Encrypted => "encrypted dump",
                CrashFileKind.TextDump => "text dump",
                CrashFileKind.Info => "info",
                _ => "summary",
            });
            json.WriteNumber("bytes", file.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Text("host", outcome.Info.GetValueOrDefault("Hostname"));
        Text("panic", outcome.Info.GetValueOrDefault("Panic String"));
        Text("dumpTime", outcome.Info.GetValueOrDefault("Dumptime"));
        Text("status", outcome.Info.GetValueOrDefault("Dump Status"));
        if (outcome.IsNew ? outcome.HasReport : entry.IsDone)
        {
            json.WriteString("report", entry.Report);
        }

        Lines("headlines", outcome.Headlines);
        Lines("backtrace", outcome.Backtrace);
        Lines("problems", outcome.Problems);
        json.WriteEndObject();

        void Text(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                json.WriteString(name, value);
            }
        }

        void Lines(string name, IReadOnlyList<string> lines)
        {
            if (lines.Count > 0)
            {
                json.WriteStartArray(name);
                foreach (string line in lines)
                {
                    json.WriteStringValue(line);
                }

                json.WriteEndArray();
            }
        }
    }
}
