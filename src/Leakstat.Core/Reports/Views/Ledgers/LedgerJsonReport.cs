using System.Text.Json.Serialization;
using Leakstat.Accounting;
using Leakstat.Model;
using Leakstat.Reports.Forms.Json;

namespace Leakstat.Reports.Views.Ledgers;

/// <summary>
/// The ledger alone as JSON, <c>leakstat.ledger/1</c>: the head and the ledger of the diagnosis JSON.
/// </summary>
public static class LedgerJsonReport
{
    private static readonly LedgerJsonContext s_context = new(JsonForm.Options());

    /// <summary>Writes the ledger of one capture.</summary>
    public static void Write(Capture capture, Ledger ledger, Stream output) => JsonForm.Write(
        new LedgerDocument(
            "leakstat.ledger/1",
            ToolPart.This,
            HostPart.Of(capture.Host),
            new LedgerDocument.CapturePart(capture.Source, JsonForm.Time(capture.TakenAt)),
            LedgerPart.Of(ledger)),
        s_context.LedgerDocument,
        output);
}

/// <summary>The whole document.</summary>
internal sealed record LedgerDocument(
    string Schema, ToolPart Tool, HostPart Host, LedgerDocument.CapturePart Capture, LedgerPart Ledger)
{
    /// <summary>Which capture it is of.</summary>
    public sealed record CapturePart(string Source, string? TakenAt);
}

/// <summary>Its serializer, generated when the program is built.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(LedgerDocument))]
internal sealed partial class LedgerJsonContext : JsonSerializerContext;
