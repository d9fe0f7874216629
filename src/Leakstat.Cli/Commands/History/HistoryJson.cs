using System.Text.Encodings.Web;
using System.Text.Json;
using Leakstat.Cli.Hosting;

namespace Leakstat.Cli.Commands.History;

/// <summary>The JSON of <c>leakstat history</c>: one object with its schema and one list.</summary>
internal static class HistoryJson
{
    /// <summary>Writes it on standard output.</summary>
    public static void Write(Terminal terminal, string list, Action<Utf8JsonWriter> items)
    {
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(terminal.JsonOutput, options))
        {
            json.WriteStartObject();
            json.WriteString("schema", "leakstat.history/1");
            json.WriteStartArray(list);
            items(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        terminal.Output.Write("\n"u8);
        terminal.Output.Flush();
    }
}
