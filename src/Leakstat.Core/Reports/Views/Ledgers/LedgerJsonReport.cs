using System.Text.Json;
using Leakstat.Accounting;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Ledgers;

/// <summary>
/// The ledger alone as JSON, <c>leakstat.ledger/1</c>: the head and the ledger of the diagnosis JSON.
/// </summary>
public static class LedgerJsonReport
{
    /// <summary>Writes the ledger of one capture.</summary>
    public static void Write(Capture capture, Ledger ledger, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, JsonMembers.Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", "leakstat.ledger/1");
            JsonHead.Write(json, capture.Host);
            json.WriteStartObject("capture");
            json.Text("source", capture.Source);
            json.Time("takenAt", capture.TakenAt);
            json.WriteEndObject();
            json.WritePropertyName("ledger");
            LedgerJson.Write(json, ledger);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
