using System.Buffers;
using System.Text;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Secrets;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Transcripts;
using Leakstat.Model;

namespace Leakstat.Captures.Scrub;

/// <summary>Scrubs one text: each line as the output that it belongs to asks for. Line numbers stay.</summary>
internal sealed class TextScrubber(Pseudonyms names, ScrubOptions options, ReadLimits limits)
{
    private static readonly SearchValues<char> Decoration = SearchValues.Create(" \t\r-=_*#`~>.+");

    private readonly LineScrubber _lines = new(names);

    /// <summary>Why a text is left out; null where it is not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Learns names from the places that tell what they are.</summary>
    public void Learn(string path, ReadOnlyMemory<byte> bytes)
    {
        if (CaptureManifest.TryRead(bytes.Span) is { } manifest)
        {
            LearnHost(manifest.Host);
            return;
        }

        var text = Transcript.Read(new SourceFile(path), bytes, isCut: false, limits);
        IFormat?[] formats = FormatsOf(text, out string[] lines);
        foreach (TranscriptCapture capture in text.Captures)
        {
            LearnHost(capture.Host);
        }

        var scrubs = new OutputScrubs(names, _lines);
        var learner = new NameLearner(names);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > LineScrubber.LongestLine)
            {
                continue;
            }

            if (formats[i] is { } format)
            {
                if (format.Name.EndsWith("/text", StringComparison.Ordinal))
                {
                    scrubs.Of(format).Learn(lines[i]);
                }
                else if (HasKernelNames(format))
                {
                    DocumentScrub.Learn(lines[i], _lines, names);
                }
            }
            else
            {
                learner.Between(lines[i]);
            }

            learner.Line(lines[i]);
        }
    }

    /// <summary>
    /// The text without what is secret; null where it is left out, with the reason in <see cref="Refusal"/>.
    /// </summary>
    public byte[]? Scrub(string path, ReadOnlyMemory<byte> bytes)
    {
        Refusal = null;
        if (CaptureManifest.TryRead(bytes.Span) is not null)
        {
            return ManifestScrub.Rewrite(bytes, _lines, names);
        }

        var text = Transcript.Read(new SourceFile(path), bytes, isCut: false, limits);
        if (text.Captures.Count == 0 && !options.KeepsUnknown)
        {
            Refusal = "of no form that is read";
            return null;
        }

        if (!options.KeepsUnknown && text.Captures.All(c => c.Outputs.All(o => !o.Format.IsUsed)))
        {
            Refusal = $"output of {text.Captures[0].Outputs[0].Format.Command}, which no diagnosis uses";
            return null;
        }

        IFormat?[] formats = FormatsOf(text, out string[] lines);
        bool isTranscript = text.Captures.Sum(c => c.Outputs.Count) != 1
            || Enumerable.Range(0, lines.Length).Any(i => formats[i] is null && !string.IsNullOrWhiteSpace(lines[i]));
        bool isCrashSummary = text.Captures.Any(c => c.IsCrashSummary);
        var scrubs = new OutputScrubs(names, _lines);
        var output = new StringBuilder(bytes.Length + 1024);
        IFormat? before = null;
        for (int i = 0; i < lines.Length; i++)
        {
            if (formats[i] != before)
            {
                scrubs.Reset();
                before = formats[i];
            }

            string line = lines[i];
            bool hasReturn = line.EndsWith('\r');
            line = hasReturn ? line[..^1] : line;
            bool aligned = formats[i] is { } own && scrubs.Of(own).IsAligned;
            string scrubbed = line.Length > LineScrubber.LongestLine
                && formats[i]?.Name.EndsWith("/text", StringComparison.Ordinal) != false
                ? names.TakeOut()
                : formats[i] is { } format
                    ? InOutput(line, format, scrubs, isTranscript)
                    : Between(line, isCrashSummary, i);
            output.Append(names.Restore(scrubbed, aligned)).Append(hasReturn ? "\r" : "");
            if (i + 1 < lines.Length)
            {
                output.Append('\n');
            }
        }

        return Encoding.Latin1.GetBytes(output.ToString());
    }

    /// <summary>A line of an output.</summary>
    private string InOutput(string line, IFormat format, OutputScrubs scrubs, bool isTranscript)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return line;
        }

        if (!format.IsUsed)
        {
            bool isHeading = format.Fit(Encoding.Latin1.GetBytes(line)) == LineFit.Header;
            return isHeading ? _lines.Strict(line) : options.KeepsUnknown ? _lines.Strict(line) : TakenOut(line);
        }

        return format.Name.EndsWith("/text", StringComparison.Ordinal)
            ? scrubs.Of(format).Line(line, format.Fit(Encoding.Latin1.GetBytes(line)), isTranscript)
            : DocumentScrub.Line(line, _lines, names);
    }

    /// <summary>A line that belongs to no output: prompts, titles, dates and rules stay, prose does not.</summary>
    private string Between(string line, bool isCrashSummary, int index)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        if (line.AsSpan().IndexOfAnyExcept(Decoration) < 0 || DateLine.TryRead(bytes, out _, out _))
        {
            return line;
        }

        if (isCrashSummary && index < 20 && line.Contains(" dumped core - see ", StringComparison.Ordinal))
        {
            int end = line.IndexOf(' ', StringComparison.Ordinal);
            return _lines.Host(line[..end]) + _lines.Strict(line[end..]);
        }

        if (PromptLine.TryRead(bytes, out PromptLine prompt))
        {
            string command = Encoding.Latin1.GetString(prompt.Command);
            int at = line.LastIndexOf(command, StringComparison.Ordinal);
            string before = command.Length == 0 ? line : line[..at];
            bool isKnown = CommandNames.StartsWithKnown(prompt.Command, out _);
            return Prompt(before) + (isKnown ? _lines.Strict(command) : "");
        }

        return PromptLine.IsTitle(bytes, out _) || options.KeepsUnknown ? _lines.Strict(line) : TakenOut(line);
    }

    /// <summary><c>user@host:folder #</c> in any decoration, or <c>host#</c>.</summary>
    private string Prompt(string prompt)
    {
        int at = prompt.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
        {
            return _lines.Strict(prompt);
        }

        int user = at;
        while (user > 0 && IsNameCharacter(prompt[user - 1]))
        {
            user--;
        }

        int host = at + 1;
        while (host < prompt.Length && IsNameCharacter(prompt[host]))
        {
            host++;
        }

        // The folder may be anything; what a prompt needs is its mark.
        string behind = prompt[host..];
        int mark = behind.AsSpan().IndexOfAny("#$%>");
        string close = behind.Contains(']', StringComparison.Ordinal) ? "]" : "";
        return prompt[..user].Trim() + _lines.User(prompt[user..at]) + "@" + _lines.Host(prompt[(at + 1)..host])
            + (behind.StartsWith(':')
            ? ":"
            : "") + (behind.TrimStart(':', ' ').Length > 1 ? (behind.StartsWith(':') ? "~ " : " ~") : "")
            + close + (mark < 0 ? "" : behind[mark] + " ");
    }

    /// <summary>
    /// What stands for a line of prose. It begins as the line did: by its first character an output is told to go on or
    /// to be at its end.
    /// </summary>
    private string TakenOut(string line)
    {
        string text = line.TrimStart();
        if (text.Length == 0)
        {
            // Nothing but blanks, of the kinds that are no blanks in ASCII.
            return line;
        }

        string removed = names.TakeOut();
        return line[..(line.Length - text.Length)] + (char.IsAsciiLetter(text[0]) ? removed.Trim('[', ']') : removed);
    }

    private static bool HasKernelNames(IFormat format) =>
        format.Command is "vmstat -z" or "vmstat -m" or "kldstat"
            || format.Command.StartsWith("leakstat", StringComparison.Ordinal);

    private void LearnHost(string? host) => NameLearner.LearnHost(names, host);

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';

    /// <summary>The format that each line belongs to; null for lines of none.</summary>
    private static IFormat?[] FormatsOf(Transcript text, out string[] lines)
    {
        lines = Encoding.Latin1.GetString(text.Text.Span).Split('\n');
        var formats = new IFormat?[lines.Length];
        foreach (CommandOutput output in text.Captures.SelectMany(c => c.Outputs))
        {
            Captures.Text.LineReader reader = output.Section.Lines();
            bool joined = output.Section.LineNumbers is not null;
            while (reader.Read())
            {
                int line = reader.Number - 1;
                int left = reader.Line.Length;
                for (bool first = true; line >= 0
                    && line < lines.Length
                    && (first || (joined && left > 0)); first = false, line++)
                {
                    formats[line] ??= output.Format;
                    left -= lines[line].Length + 1;
                }
            }
        }

        return formats;
    }
}
