using System.Text;
using System.Text.Json;
using Leakstat.Fleet;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Fleets;

/// <summary>Several hosts as JSON, <c>leakstat.fleet/1</c>: one diagnosis each, worst first, and the causes.</summary>
internal static class FleetJson
{
    /// <summary>Columns that the diagnosis of a host is moved to the right by.</summary>
    private const string Indent = "    ";

    /// <summary>Writes one UTF-8 object with a line end behind it.</summary>
    public static void Write(FleetDocument document, Stream output)
    {
        FleetReport fleet = document.Fleet;
        using (var json = new Utf8JsonWriter(output, JsonMembers.Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", "leakstat.fleet/1");
            JsonHead.WriteTool(json);
            json.Time("asOf", fleet.AsOf);
            json.WriteStartArray("hosts");
            foreach (FleetHost host in fleet.Hosts)
            {
                json.WriteRawValue(Indented(document.Part("json", host).Span), skipInputValidation: true);
                json.Flush();
            }

            json.WriteEndArray();
            WriteCauses(json, fleet);
            json.WriteStartArray("diagnostics");
            foreach (Diagnostic problem in fleet.Diagnostics)
            {
                json.WriteStartObject();
                json.Text("id", problem.Id);
                json.Text("text", problem.Text);
                json.At(problem.At);
                json.WriteEndObject();
                json.FlushSome();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteCauses(Utf8JsonWriter json, FleetReport fleet)
    {
        json.WriteStartArray("causes");
        foreach (FleetCause cause in fleet.Causes)
        {
            json.WriteStartObject();
            json.WriteStartObject("subject");
            json.WriteString("kind", Words.Of(cause.Subject.Kind));
            json.Text("name", cause.Subject.Name);
            json.WriteEndObject();
            json.WriteString("verdict", Words.Of(cause.Finding.Verdict));
            json.WriteStartArray("hosts");
            foreach (FleetHost host in cause.Hosts)
            {
                json.WriteStringValue(PrintableText.ValidUtf16(host.Label));
            }

            json.WriteEndArray();
            json.WriteStartArray("separatedBy");
            json.WriteEndArray();
            json.WriteEndObject();
            json.FlushSome();
        }

        json.WriteEndArray();
    }

    /// <summary>
    /// A diagnosis as a member of the array. No string of JSON holds a line end, so that each is one between members.
    /// </summary>
    internal static string Indented(ReadOnlySpan<byte> diagnosis) => Encoding.UTF8.GetString(diagnosis)
        .TrimEnd('\n').Replace("\n", "\n" + Indent, StringComparison.Ordinal);
}
