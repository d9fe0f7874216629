using System.Text.Json;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.DumpLeaks;

/// <summary>
/// What leakstat found in a crash dump (<c>leakstat dump VMCORE leaks --json</c>, schema <c>leakstat.dumpleaks/1</c>):
/// as a file of a capture, or as part of a dump that is read as one.
/// </summary>
internal sealed class DumpLeaksJson : IFormat
{
    private static ReadOnlySpan<byte> Schema => "leakstat.dumpleaks/1"u8;

    /// <inheritdoc/>
    public string Name => "dump-leaks/json";

    /// <inheritdoc/>
    public string Command => "leakstat dump leaks";

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) => FitsDocument(line) ? LineFit.Header : LineFit.None;

    /// <inheritdoc/>
    public bool FitsDocument(ReadOnlySpan<byte> head)
    {
        head = head[..Math.Min(head.Length, DocumentText.HeadBytes)];
        if (!DocumentText.Starts(head) || head.IndexOf(Schema) < 0)
        {
            return false;
        }

        try
        {
            var json = new Utf8JsonReader(head, isFinalBlock: false, default);
            return json.Read() && json.TokenType == JsonTokenType.StartObject
                && json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("schema"u8)
                && json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals(Schema);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        var lines = new LineCounter(section);
        var reading = new DumpLeaksReading(section.File, capture);
        ReadOnlySpan<byte> text = section.Bytes.Span;
        var json = new Utf8JsonReader(text, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions
        {
            MaxDepth = capture.Limits.DocumentDepth,
        }));
        string? fault = "the document ends before its end; the groups that are whole are used";
        try
        {
            while (json.Read())
            {
                reading.Take(ref json, ref lines);
                if (json.CurrentDepth == 0 && json.TokenType == JsonTokenType.EndObject)
                {
                    fault = null;
                    break;
                }
            }
        }
        catch (JsonException)
        {
            fault = "the document is malformed here; the groups before are used";
        }

        if (fault is not null)
        {
            capture.Report(DiagnosticId.MalformedDocument, fault, section.At(lines.At((int)json.BytesConsumed)));
        }

        capture.Offer(reading.Table(), PartRank.Json);
        return new FormatResult(reading.Rows, reading.Skipped);
    }
}
