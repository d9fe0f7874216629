using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Captures.Transcripts;

/// <summary>A text as the outputs in it: one, of a file that holds a command's output; many, of a transcript.</summary>
internal sealed class Transcript
{
    private const int LinesToFirstRow = 40;

    private Transcript(ReadOnlyMemory<byte> text, IReadOnlyList<TranscriptCapture> captures, bool hasTooMany)
    {
        Text = text;
        Captures = captures;
        HasTooMany = hasTooMany;
    }

    /// <summary>The text in UTF-8 and cleaned; its lines are numbered as those of the file.</summary>
    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>The captures in it, in their order; none where nothing was recognised.</summary>
    public IReadOnlyList<TranscriptCapture> Captures { get; }

    /// <summary>Whether there were more outputs than the bound.</summary>
    public bool HasTooMany { get; }

    /// <summary>Numbers of the lines that are longer than the bound; they were left out.</summary>
    public IReadOnlyList<int> LongLines { get; private init; } = [];

    /// <summary>The system other than FreeBSD that it says it is of; null where it names none.</summary>
    public OtherSystem? Other { get; private init; }

    /// <summary>Number of different commands.</summary>
    public int Commands => Captures.SelectMany(c => c.Outputs).Select(o => o.Format.Command).Distinct().Count();

    /// <summary>Takes a text apart.</summary>
    public static Transcript Read(SourceFile file, ReadOnlyMemory<byte> bytes, bool isCut, ReadLimits limits)
    {
        ReadOnlyMemory<byte> text = TextDecoding.ToUtf8(bytes);
        ReadOnlyMemory<byte> raw = text;
        IFormat? named = NamedFormat.Of(file, text.Span);
        bool isDocument = StartsDocument(text.Span);
        if (named is null && !isDocument && LinePrefixes.BeginsWithFile(text.Span))
        {
            text = LinePrefixes.TakeOff(text);
        }

        IFormat? whole = named
            ?? (!isDocument && LineCleaning.HasMarkdown(text.Span) ? null : WholeFormat(text.Span));
        if (named is null && whole is { NamesHosts: true } && RowHosts.AreSeveral(text.Span))
        {
            whole = null;
        }

        if (!isDocument)
        {
            text = whole is null ? Cleaned(text) : text;
            text = whole is null || whole.TakesAnyLine || whole.TakesFirst ? BrokenLines.Join(text) : text;
        }

        var quoted = new QuotedLines(raw, text);
        bool isOfPeople = !isDocument && named is null && (whole is null || whole.TakesAnyLine);
        text = isOfPeople ? QuotedRows.Lift(text) : text;
        if (whole is { } format)
        {
            var output = new CommandOutput(format, new TextSection(file, text, IsCut: isCut), null, HasStart: true);
            output = isOfPeople ? quoted.Marked(output) : output;
            return new Transcript(
                text, [new TranscriptCapture([output], null, null, IsCrashSummary: false)], hasTooMany: false)
            {
                Other = isDocument || named is not null ? null : OtherSystem.Of(raw.Span),
            };
        }

        bool isCrashSummary = CrashSummary.Is(text.Span);
        TranscriptReader reader = TranscriptReader.Read(file, text, isCut, isCrashSummary, limits);
        if (isCrashSummary)
        {
            IReadOnlyList<CommandOutput> outputs = CrashSummary.WithPanic(file, text, reader.Outputs);
            return new Transcript(
                text,
                outputs.Count == 0
                    ? []
                    : [new TranscriptCapture(outputs, CrashSummary.Host(text.Span), null, IsCrashSummary: true)],
                reader.HasTooMany);
        }

        return new Transcript(
            text,
            IsProseWithDate(text.Span, reader.Outputs)
                ? []
                : TranscriptSplit.Split([.. reader.Outputs.Select(quoted.Marked)], reader.Marks),
            reader.HasTooMany)
        {
            LongLines = reader.LongLines,
            Other = isDocument ? null : OtherSystem.Of(raw.Span),
        };
    }

    /// <summary>
    /// Whether nothing was recognised but dates, among lines of another kind: a mail has one in its head, and is no
    /// capture for it.
    /// </summary>
    private static bool IsProseWithDate(ReadOnlySpan<byte> text, IReadOnlyList<CommandOutput> outputs)
    {
        if (outputs.Count == 0 || outputs.Any(o => o.Format.Command != "date"))
        {
            return false;
        }

        var lines = new LineReader(text, 1, null);
        int others = 0;
        while (lines.Read())
        {
            others += Scan.IsEmpty(lines.Line) || outputs[0].Format.Fit(lines.Line) != LineFit.None ? 0 : 1;
        }

        return others > 0;
    }

    /// <summary>
    /// The format of a text that is one command's output from the first line to the last; null where it takes a closer
    /// look. Lines that do not fit do not matter, lines that begin something else do.
    /// </summary>
    internal static IFormat? WholeFormat(ReadOnlySpan<byte> text)
    {
        if (StartsDocument(text))
        {
            return WholeDocument(text);
        }

        IFormat? format = First(text);
        if (format is null)
        {
            return null;
        }

        var lines = new LineReader(text, 1, null);
        ReadOnlySpan<byte> before = default;
        int rows = 0;
        RowSequel sequel = RowSequel.Value;
        bool? isCleaningNeeded = null;
        while (lines.Read())
        {
            ReadOnlySpan<byte> line = lines.Line;
            LineFit fit = format.Fit(line);
            // Output after output, without prompts: a loop. Of top's frames its format takes the first.
            if (fit == LineFit.Header && rows > 1 && !format.TakesFirst)
            {
                return null;
            }

            rows += fit >= LineFit.Row ? 1 : 0;
            sequel = fit >= LineFit.Row && format.HasLongValues ? format.SequelOf(line) : sequel;
            if (fit < LineFit.Row
                && !Scan.IsEmpty(line)
                && (ForeignLine.BeginsElse(line, format, sequel) || ForeignLine.IsRest(before, line, format)
                    || (fit == LineFit.None && ForeignLine.HidesElse(line, format, sequel))))
            {
                return null;
            }

            // A paragraph between rows is prose, not damage; and a line may fit once it is cleaned.
            if (fit == LineFit.None && !Scan.IsEmpty(line) && !format.HasLongValues
                && (Scan.IsEmpty(before) || (isCleaningNeeded ??= LineCleaning.IsNeeded(text)) == true))
            {
                return null;
            }

            before = line;
        }

        return format;
    }

    /// <summary>The text without what mail, forums, terminals and tools put around and in front of lines.</summary>
    private static ReadOnlyMemory<byte> Cleaned(ReadOnlyMemory<byte> text)
    {
        if (QuotedPrintable.Is(text.Span))
        {
            text = QuotedPrintable.Decode(text.Span);
        }

        if (LineCleaning.IsNeeded(text.Span))
        {
            text = LineCleaning.Clean(text.Span);
        }

        return CrashSummary.Is(text.Span) ? text : LinePrefixes.TakeOff(text);
    }

    /// <summary>The format that a text is of if it is of one; null where that takes a closer look.</summary>
    internal static IFormat? Candidate(SourceFile file, ReadOnlySpan<byte> text)
    {
        if (NamedFormat.Of(file, text) is not null)
        {
            return null;
        }

        return StartsDocument(text) ? DocumentFormat(text) : First(text);
    }

    private static bool StartsDocument(ReadOnlySpan<byte> text)
    {
        var lines = new LineReader(text, 1, null);
        while (lines.Read())
        {
            if (!Scan.IsEmpty(lines.Line))
            {
                return DocumentText.Starts(lines.Line) && LineCleaning.TagLength(Scan.Trim(lines.Line)) == 0;
            }
        }

        return false;
    }

    private static IFormat? WholeDocument(ReadOnlySpan<byte> text)
    {
        if (!Scan.IsEmpty(text[DocumentText.Length(text)..].Trim(" \t\r\n"u8)))
        {
            return null;
        }

        return DocumentFormat(text);
    }

    private static IFormat? DocumentFormat(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> head = text.TrimStart(" \t\r\n"u8);
        head = head[..Math.Min(head.Length, DocumentText.HeadBytes)];
        foreach (IFormat format in CommandRegistry.Formats)
        {
            if (format.FitsDocument(head))
            {
                return format;
            }
        }

        return null;
    }

    /// <summary>The format whose row or header comes first, in the first lines and without prose in front.</summary>
    private static IFormat? First(ReadOnlySpan<byte> text)
    {
        var lines = new LineReader(text, 1, null);
        for (int i = 0; i < LinesToFirstRow && lines.Read(); i++)
        {
            if (Scan.IsEmpty(lines.Line))
            {
                continue;
            }

            if (LineCleaning.TagLength(Scan.Trim(lines.Line)) > 0)
            {
                return null;
            }

            IFormat? found = null;
            LineFit best = LineFit.Continues;
            bool continues = false;
            foreach (IFormat format in CommandRegistry.Formats)
            {
                LineFit fit = format.Fit(lines.Line);
                continues |= fit == LineFit.Continues;
                if (fit > best)
                {
                    (found, best) = (format, fit);
                }
            }

            if (found is not null)
            {
                return FitsUpTo(text, found, i) ? found : null;
            }

            if (!continues)
            {
                return null;
            }
        }

        return null;
    }

    private static bool FitsUpTo(ReadOnlySpan<byte> text, IFormat format, int lineCount)
    {
        var lines = new LineReader(text, 1, null);
        for (int i = 0; i < lineCount && lines.Read(); i++)
        {
            if (!Scan.IsEmpty(lines.Line) && format.Fit(lines.Line) == LineFit.None)
            {
                return false;
            }
        }

        return true;
    }
}
