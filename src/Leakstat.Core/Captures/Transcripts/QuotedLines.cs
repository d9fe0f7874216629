using Leakstat.Captures.Commands.Dmesg;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Decides of each kernel message of a text whether it is a line of its own, as a log or a terminal shows it, or
/// whether people only speak of it: in a sentence, or in a mail that this one answers, or in the remarks and strings of
/// source code. The one place where that is decided; what rests on such lines alone is said with that reserve.
/// </summary>
/// <param name="raw">The text as it came, with the marks of quoting.</param>
/// <param name="text">The text cleaned, before messages were lifted out of its sentences; lines have equal
/// numbers.</param>
internal sealed class QuotedLines(ReadOnlyMemory<byte> raw, ReadOnlyMemory<byte> text)
{
    /// <summary>So many small words make a line a sentence where nothing else says that it is a message.</summary>
    private const int WordsOfSentence = 3;

    /// <summary>Messages have some of their own.</summary>
    private const int WordsBesideMessage = 4;

    /// <summary>A sentence runs through no more messages than that; more of them are a log.</summary>
    private const int MostInSentence = 4;

    /// <summary>Lines over which a sentence is followed back to its start.</summary>
    private const int LongestLeadIn = 4;

    /// <summary>What programs say in front of a panic that they report.</summary>
    private static readonly byte[][] s_reports = [[.. "reboot after "u8], [.. "message buffer:"u8]];

    /// <summary>A title, a blank line, who wrote when.</summary>
    private const int TitleLines = 4;

    private readonly Lazy<List<Range>> _raw = new(() => LinePrefixes.LinesOf(raw.Span));
    private readonly Lazy<List<Range>> _lines = new(() => LinePrefixes.LinesOf(text.Span));
    private SourceCode? _code;
    private int[]? _ownAbove;
    private bool? _hasOwnWords;

    /// <summary>The output as quoted or not, and where it is one of kernel messages, with its lines marked.</summary>
    public CommandOutput Marked(CommandOutput output)
    {
        LineReader first = output.Section.Lines();
        output = output with { IsQuoted = first.Read() && IsOfAnother(first.Number) };
        if (output.Format is not DmesgText messages)
        {
            return output;
        }

        Dictionary<int, LineStanding> standings = [];
        bool hasMessage = false;
        LineReader lines = output.Section.Lines();
        while (lines.Read())
        {
            LineStanding standing = Standing(messages, lines.Line, lines.Number);
            hasMessage |= standing != LineStanding.Prose && messages.Fit(lines.Line) >= LineFit.Row;
            if (standing != LineStanding.Own)
            {
                standings[lines.Number] = standing;
            }
        }

        // What stands around the remarks of source code is code.
        if (!hasMessage && standings.ContainsValue(LineStanding.Prose))
        {
            lines = output.Section.Lines();
            while (lines.Read())
            {
                standings[lines.Number] = LineStanding.Prose;
            }
        }

        return standings.Count == 0
            ? output
            : output with { Section = output.Section with { Standings = standings } };
    }

    private LineStanding Standing(DmesgText messages, ReadOnlySpan<byte> taken, int number)
    {
        ReadOnlySpan<byte> line = Line(number);
        if (Scan.IsEmpty(taken) || line.IsEmpty)
        {
            return LineStanding.Own;
        }

        _code ??= new SourceCode(raw, _raw.Value);
        if (_code.Holds(number))
        {
            return LineStanding.Prose;
        }

        if (IsOfAnother(number))
        {
            return LineStanding.Quoted;
        }

        if (LogPrefix.IsStamped(line))
        {
            return LineStanding.Own;
        }

        (int start, int length) = QuotedMessage.In(line).GetOffsetAndLength(line.Length);
        bool isRow = messages.Fit(line) >= LineFit.Row;
        if (!isRow)
        {
            // A sentence over the end of a line has its message in neither of the two lines.
            bool isLifted = length > 0 || !taken.StartsWith(Scan.Trim(line));
            if (!isLifted)
            {
                return Sentence.SmallWords(line) >= WordsOfSentence && KernelLogLine.FitOf(line) < LineFit.Row
                    ? LineStanding.Prose
                    : LineStanding.Own;
            }

            if (length == 0
                || (!BeginsPre(RawLine(number), line.Slice(start, length))
                    && IsInSentence(line[..start], line[(start + length)..])))
            {
                return LineStanding.Quoted;
            }
        }
        else if (MessageTemplate.StateOf(line) != BrokenState.Whole && Sentence.SmallWords(line) >= WordsBesideMessage)
        {
            return LineStanding.Quoted;
        }

        return IsSpokenOf(messages, number) || ArticleHeading.Is(text.Span, _lines.Value, number)
            ? LineStanding.Quoted
            : LineStanding.Own;
    }

    /// <summary>
    /// Whether what stands around a message is a sentence, and not the name of a program or device, marks of a list, or
    /// quotation marks around all of it.
    /// </summary>
    private static bool IsInSentence(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        if (LogPrefix.EndsWithStamp(before))
        {
            return IsGiven(before);
        }

        foreach (byte[] report in s_reports)
        {
            if (before.IndexOf(report) >= 0)
            {
                return false;
            }
        }

        ReadOnlySpan<byte> name = before.TrimEnd(" \t"u8);
        bool isName = !HasLetter(name)
            || (name[^1] is (byte)':' or (byte)']' or (byte)'>' && Sentence.SmallWords(name) == 0);
        return !isName || HasLetter(after);
    }

    /// <summary>Whether a line of a log is the value of a setting, or what a command that is typed is given.</summary>
    private static bool IsGiven(ReadOnlySpan<byte> before)
    {
        bool isCommand = before.TrimStart(" \t"u8) is [(byte)'$' or (byte)'#' or (byte)'%', (byte)' ', ..];
        return before.IndexOf(" = "u8) >= 0 || (isCommand && before.IndexOfAny((byte)'"', (byte)'\'') >= 0);
    }

    /// <summary>
    /// Whether a message begins what <c>pre</c> holds in a page that was written without ends of lines.
    /// </summary>
    private static bool BeginsPre(ReadOnlySpan<byte> page, ReadOnlySpan<byte> message)
    {
        int at = page.IndexOf(message);
        int pre = at < 0 ? -1 : page[..at].LastIndexOf("<pre"u8);
        if (pre < 0)
        {
            return false;
        }

        // Nothing but further tags in between.
        ReadOnlySpan<byte> tags = Scan.Trim(page[pre..at]);
        while (!tags.IsEmpty && tags[0] == '<' && tags.IndexOf((byte)'>') is >= 0 and var end)
        {
            tags = tags[(end + 1)..];
        }

        return tags.IsEmpty;
    }

    /// <summary>
    /// Whether a message that has lines of its own stands within a sentence that began before it and goes on behind
    /// it, or is announced as an example. What a writer says of a machine of his own is a report all the same.
    /// </summary>
    private bool IsSpokenOf(DmesgText messages, int number)
    {
        int first = number;
        while (first > 1 && number - first < MostInSentence && messages.Fit(Line(first - 1)) >= LineFit.Row)
        {
            first--;
        }

        int last = number;
        while (last < _lines.Value.Count && last - first < MostInSentence
            && messages.Fit(Line(last + 1)) >= LineFit.Row)
        {
            last++;
        }

        if (last - first >= MostInSentence)
        {
            return false;
        }

        int before = Scan.IsEmpty(Line(first - 1)) ? first - 2 : first - 1;
        int behind = Scan.IsEmpty(Line(last + 1)) ? last + 2 : last + 1;
        ReadOnlySpan<byte> leadIn = Line(before);
        if (leadIn.IsEmpty || PromptLine.TryRead(leadIn, out _))
        {
            return false;
        }

        byte[] sentence = SentenceTo(before);
        bool runsThrough = Sentence.IsOpenAtEnd(leadIn) && Sentence.GoesOn(Line(behind));
        return (runsThrough || Sentence.AnnouncesExample(sentence)) && !Sentence.IsOfWriter(sentence);
    }

    /// <summary>The sentence that a line ends, or the last of it.</summary>
    private byte[] SentenceTo(int number)
    {
        List<byte> sentence = [];
        for (int i = number; i > Math.Max(0, number - LongestLeadIn) && !Scan.IsEmpty(Line(i)); i--)
        {
            ReadOnlySpan<byte> line = Line(i);
            int end = line.LastIndexOf(". "u8);
            sentence.InsertRange(0, [.. end < 0 ? line : line[(end + 2)..], (byte)' ']);
            if (end >= 0 || (i < number && line.TrimEnd(" \t"u8).EndsWith("."u8)))
            {
                break;
            }
        }

        return [.. sentence];
    }

    /// <summary>
    /// Whether the text has words of its own beside what it quotes: those that only say who wrote that, and the head of
    /// a mail, are none. A text that is quoted as a whole was handed on.
    /// </summary>
    private bool HasOwnWords => _hasOwnWords ??= FindOwnWords();

    private bool FindOwnWords()
    {
        for (int i = 1; i <= _raw.Value.Count; i++)
        {
            if (!Scan.IsEmpty(RawLine(i)) && !IsMarked(i) && !IsTitle(i) && !IsHeadOfMail(i)
                && !IsAttribution(i))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether a line ends in a colon, or goes on with one that does, right in front of what is quoted.
    /// </summary>
    private bool IsAttribution(int number)
    {
        for (int i = number; i < number + 2 && i < _raw.Value.Count; i++)
        {
            int next = Scan.IsEmpty(RawLine(i + 1)) ? i + 2 : i + 1;
            if (Scan.Trim(RawLine(i)).EndsWith(":"u8) && IsMarked(next))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a line at the top is a heading, or its kind and day: it names what follows.</summary>
    private bool IsTitle(int number)
    {
        ReadOnlySpan<byte> line = RawLine(number);
        return number <= TitleLines
            && (line.StartsWith("# "u8) || (line.IndexOf(" · "u8) > 0 && Scan.IsDigit(line[^1])));
    }

    /// <summary>Whether a line is of the head of a mail, which has several.</summary>
    private bool IsHeadOfMail(int number) =>
        IsHead(RawLine(number)) && (IsHead(RawLine(number - 1)) || IsHead(RawLine(number + 1)));

    private static bool IsHead(ReadOnlySpan<byte> line) =>
        line.IndexOf(": "u8) is > 0 and var colon
        && char.IsAsciiLetterUpper((char)line[0])
        && line[..colon].IndexOfAny(" \t"u8) < 0;

    /// <summary>
    /// Whether a line is marked as quoted beside the writer's own words, and is not what the writer shows with them:
    /// <c>Here is a sample from my log:</c>.
    /// </summary>
    private bool IsOfAnother(int number)
    {
        if (!IsMarked(number) || !HasOwnWords)
        {
            return false;
        }

        int own = (_ownAbove ??= FindOwnAbove())[number];
        return !Scan.Trim(RawLine(own)).EndsWith(":"u8) || !Sentence.IsOfWriter(SentenceTo(own));
    }

    /// <summary>By number of a line: the last line above it that is neither marked nor blank; 0 for none.</summary>
    private int[] FindOwnAbove()
    {
        int[] above = new int[_raw.Value.Count + 2];
        for (int i = 1; i <= _raw.Value.Count; i++)
        {
            above[i + 1] = IsMarked(i) || Scan.IsEmpty(RawLine(i)) ? above[i] : i;
        }

        return above;
    }

    private bool IsMarked(int number) => LineCleaning.IsMarked(RawLine(number));

    private ReadOnlySpan<byte> RawLine(int number) => LineOf(raw, _raw.Value, number);

    private ReadOnlySpan<byte> Line(int number) => LineOf(text, _lines.Value, number);

    private static ReadOnlySpan<byte> LineOf(ReadOnlyMemory<byte> text, List<Range> lines, int number) =>
        number >= 1 && number <= lines.Count ? text.Span[lines[number - 1]].TrimEnd("\r"u8) : default;

    private static bool HasLetter(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            if (char.IsAsciiLetter((char)b))
            {
                return true;
            }
        }

        return false;
    }
}
