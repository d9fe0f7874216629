using System.Text.Json;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Reports.Forms.Json;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;
using Leakstat.Reports.Views.Ledgers;

namespace Leakstat.Watch;

/// <summary>A watch without a screen: a view as plain lines, or as one line of JSON.</summary>
public static class WatchLines
{
    /// <summary>Schema of the JSON.</summary>
    public const string Schema = "leakstat.watch/1";

    /// <summary>The view with so many rows, as lines of text.</summary>
    public static void WriteText(
        WatchSnapshot snapshot, WatchState state, WatchLayout layout, int rows, TextWriter output)
    {
        rows = Math.Clamp(rows, 1, 900);
        layout = (layout with { Height = rows + 12 }).For(snapshot);

        // The last line of a screen tells the keys, and there is room for more rows than were asked for.
        foreach (string line in WatchScreen.Draw(snapshot, state, layout).Lines().Take(
            layout.Height - 1 - (layout.Rows - rows)).Where(l => l.Length > 0))
        {
            output.Write(line);
            output.Write('\n');
        }
    }

    /// <summary>
    /// The view as one object on one line; every row, in the order asked for. Sizes are bytes, rates bytes per hour.
    /// </summary>
    public static void WriteJson(WatchSnapshot snapshot, WatchState state, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, JsonMembers.Options with { Indented = false }))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            JsonHead.Write(json, snapshot.Latest.Host);
            json.Text("source", snapshot.Latest.Source);
            json.Time("takenAt", snapshot.Latest.TakenAt);
            json.WriteNumber("captures", snapshot.Samples);
            json.Time("since", snapshot.Since);
            json.WritePropertyName("ledger");
            LedgerJson.Write(json, snapshot.Ledger);
            json.WriteStartArray("rows");
            foreach (WatchRow row in WatchOrder.Of(snapshot, state))
            {
                WriteRow(json, row, snapshot);
            }

            json.WriteEndArray();
            json.WriteStartArray("findings");
            foreach (Finding finding in snapshot.Report?.Findings ?? [])
            {
                FindingJson.Write(json, finding);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        output.Flush();
    }

    private static void WriteRow(Utf8JsonWriter json, WatchRow row, WatchSnapshot snapshot)
    {
        json.WriteStartObject();
        json.WriteString("kind", Words.Of(row.Subject.Kind));
        json.Text("name", row.Subject.Name);
        json.WriteNumber("bytes", row.Bytes);
        json.Whole("items", row.Items);
        json.Whole("freeBytes", row.FreeBytes);
        json.Whole("change", row.Change);
        json.Number("bytesPerHour", row.BytesPerHour);
        json.Whole("failures", row.Failures);
        if (row.Bound is { } bound)
        {
            json.WriteStartObject("bound");
            json.Text("name", bound.Name);
            json.WriteNumber("most", bound.Most);
            json.WriteNumber("used", bound.Used);
            json.WriteString("unit", bound.IsBytes ? "bytes" : "items");
            json.WriteEndObject();
        }

        if (snapshot.Owners.Of(row.Subject) is [var owner, ..])
        {
            json.Text("owner", owner.Module);
        }

        if (row.IsStale)
        {
            json.WriteBoolean("stale", true);
        }

        json.At(row.At);
        json.WriteEndObject();
        json.FlushSome();
    }
}
