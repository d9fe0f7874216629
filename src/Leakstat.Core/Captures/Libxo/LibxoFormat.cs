using System.Collections.Immutable;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Libxo;

/// <summary>The output of one command as libxo writes it, in JSON or in XML, compact or printed for reading.</summary>
internal sealed class LibxoFormat : IFormat
{
    private readonly LibxoForm _form;
    private readonly ImmutableArray<LibxoForm> _all;
    private readonly bool _isXml;

    private LibxoFormat(LibxoForm form, ImmutableArray<LibxoForm> all, bool isXml)
    {
        _form = form;
        _all = all;
        _isXml = isXml;
        Name = form.Name + (isXml ? "/xml" : "/json");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Command => _form.Command;

    /// <inheritdoc/>
    public bool IsUsed => _form.Table is not null;

    /// <summary>
    /// Every command in both forms. Of several that a document could be of it is the first; a document may hold the
    /// tables of several commands (<c>vmstat --libxo json -m -z</c>), so that each form knows them all.
    /// </summary>
    public static IEnumerable<LibxoFormat> Of(ImmutableArray<LibxoForm> forms) =>
        forms.SelectMany(
            form => new[] { new LibxoFormat(form, forms, isXml: false), new LibxoFormat(form, forms, isXml: true) });

    /// <inheritdoc/>
    public bool ReportsEveryLine => true;

    /// <inheritdoc/>
    public LineFit Fit(ReadOnlySpan<byte> line) => FitsDocument(line) ? LineFit.Header : LineFit.None;

    /// <inheritdoc/>
    public bool FitsDocument(ReadOnlySpan<byte> head)
    {
        if (!DocumentText.Starts(head))
        {
            return false;
        }

        DocumentHead keys = Head(head);
        if (!_form.Has(keys))
        {
            return false;
        }

        foreach (LibxoForm form in _all)
        {
            if (form.Has(keys))
            {
                return ReferenceEquals(form, _form);
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public FormatResult Read(TextSection section, CaptureBuilder capture)
    {
        if (!IsUsed)
        {
            return default;
        }

        ReadOnlySpan<byte> text = section.Bytes.Span;
        var reading = new LibxoReading(capture, section.File, _all);
        var lines = new LineCounter(section);
        int skipped = 0;
        int documents = 0;
        int at = 0;
        while (at < text.Length)
        {
            ReadOnlySpan<byte> rest = text[at..];
            int lineEnd = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = lineEnd < 0 ? rest : rest[..lineEnd];
            if (DocumentText.Starts(line) && !Head(rest).Command.IsEmpty)
            {
                DocumentFault fault = _isXml
                    ? XmlEvents.Read(rest, at, ref lines, capture.Limits, reading, out int length)
                    : JsonEvents.Read(rest, at, ref lines, capture.Limits, reading, out length);
                at += length;
                documents++;
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
                    capture.Report(
                        DiagnosticId.BadLine, "not a part of the document; skipped", section.At(lines.At(at)));
                }

                at += line.Length + 1;
            }
        }

        reading.Offer(_isXml ? PartRank.Xml : PartRank.Json);
        return new FormatResult(reading.Rows, skipped + reading.Skipped) { Headers = documents };
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

    private DocumentHead Head(ReadOnlySpan<byte> text) => _isXml ? DocumentHead.Xml(text) : DocumentHead.Json(text);
}
