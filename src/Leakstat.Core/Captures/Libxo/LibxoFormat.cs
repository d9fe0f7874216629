using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Libxo;

/// <summary>The output of one command as libxo writes it, in JSON or in XML, compact or printed for reading.</summary>
internal sealed class LibxoFormat(LibxoKind kind, bool isXml) : IFormat
{
    /// <summary>Every command in both forms.</summary>
    public static ImmutableArray<IFormat> All { get; } =
        [.. LibxoKind.All.SelectMany(k => new IFormat[] { new LibxoFormat(k, isXml: false), new LibxoFormat(k, isXml: true) })];

    /// <inheritdoc/>
    public string Name { get; } = kind.Name + (isXml ? "/xml" : "/json");

    /// <inheritdoc/>
    public string Command => kind.Command;

    /// <inheritdoc/>
    public bool IsUsed => kind.IsUsed;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) => FitsDocument(line) ? LineFit.Header : LineFit.None;

    /// <inheritdoc/>
    public bool FitsDocument(ReadOnlySpan<byte> head) => DocumentText.Starts(head) && kind.Is(Head(head));

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        if (!IsUsed)
        {
            return default;
        }

        ReadOnlySpan<byte> text = section.Bytes.Span;
        var reading = new LibxoReading(capture, section.File);
        var lines = new LineCounter(section);
        int skipped = 0;
        int at = 0;
        while (at < text.Length)
        {
            ReadOnlySpan<byte> rest = text[at..];
            int lineEnd = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = lineEnd < 0 ? rest : rest[..lineEnd];
            if (DocumentText.Starts(line) && !Head(rest).Command.IsEmpty)
            {
                DocumentFault fault = isXml
                    ? XmlEvents.Read(rest, at, ref lines, capture.Limits, reading, out int length)
                    : JsonEvents.Read(rest, at, ref lines, capture.Limits, reading, out length);
                at += length;
                reading.Reset();
                if (fault != DocumentFault.None)
                {
                    Report(fault, capture, section.At(lines.At(fault == DocumentFault.Cut ? at - 1 : at)));
                    break;
                }
            }
            else
            {
                if (line.ContainsAnyExcept(" \t\r"u8))
                {
                    skipped++;
                    capture.Report(DiagnosticId.BadLine, "not a part of the document; skipped", section.At(lines.At(at)));
                }

                at += line.Length + 1;
            }
        }

        reading.Offer(isXml ? PartRank.Xml : PartRank.Json);
        return new FormatResult(reading.Rows, skipped + reading.Skipped);
    }

    private static void Report(DocumentFault fault, CaptureBuilder capture, SourceLine at)
    {
        if (fault == DocumentFault.TooDeep)
        {
            capture.Report(DiagnosticId.TooDeep, "the document is nested too deep; what stands before is used", at);
            return;
        }

        capture.Report(
            DiagnosticId.MalformedDocument,
            fault == DocumentFault.Cut
                ? "the document ends before its end; the rows that are whole are used"
                : "the document is malformed here; the rows before are used",
            at);
    }

    private DocumentHead Head(ReadOnlySpan<byte> text) => isXml ? DocumentHead.Xml(text) : DocumentHead.Json(text);
}
