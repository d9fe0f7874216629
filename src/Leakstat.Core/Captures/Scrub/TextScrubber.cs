using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Leakstat.Captures.Formats;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Transcripts;
using Leakstat.Model;

namespace Leakstat.Captures.Scrub;

/// <summary>Scrubs one text: each line as the output that it belongs to asks for. Line numbers stay.</summary>
internal sealed partial class TextScrubber(Pseudonyms names, ScrubOptions options, ReadLimits limits)
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

        var processes = new ProcessScrub(names, _lines);
        var learner = new NameLearner(names);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > LineScrubber.LongestLine)
            {
                continue;
            }

            learner.Line(lines[i], formats[i]?.Command);
            if (formats[i]?.Command is "ps" or "top")
            {
                processes.Learn(lines[i], formats[i]!.Command == "top");
            }
        }
    }

    /// <summary>The text without what is secret; null where it is left out, with the reason in <see cref="Refusal"/>.</summary>
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
        bool isTranscript = text.Captures.Sum(c => c.Outputs.Count) != 1 || Enumerable.Range(0, lines.Length).Any(i => formats[i] is null && !string.IsNullOrWhiteSpace(lines[i]));
        bool isCrashSummary = text.Captures.Any(c => c.IsCrashSummary);
        var sysctl = new SysctlScrub(names, _lines);
        var processes = new ProcessScrub(names, _lines);
        var output = new StringBuilder(bytes.Length + 1024);
        IFormat? before = null;
        for (int i = 0; i < lines.Length; i++)
        {
            if (formats[i] != before)
            {
                sysctl.Reset();
                processes.Reset();
                before = formats[i];
            }

            string line = lines[i];
            bool hasReturn = line.EndsWith('\r');
            line = hasReturn ? line[..^1] : line;
            bool aligned = formats[i]?.Command is "ps" or "top" or "swapinfo";
            string scrubbed = line.Length > LineScrubber.LongestLine && formats[i]?.Name.EndsWith("/text", StringComparison.Ordinal) != false
                ? names.TakeOut()
                : formats[i] is { } format
                    ? InOutput(line, format, sysctl, processes, isTranscript)
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
    private string InOutput(string line, IFormat format, SysctlScrub sysctl, ProcessScrub processes, bool isTranscript)
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

        LineFit fit = format.Fit(Encoding.Latin1.GetBytes(line));
        switch (format.Command)
        {
            case "vmstat -z" or "vmstat -m" or "vmstat -s" or "netstat -m" when format.Name.EndsWith("/text", StringComparison.Ordinal):
                // Names of zones and types are the kernel's and its modules'; all else is numbers.
                return fit >= LineFit.Row ? line : _lines.Strict(line);
            case "sysctl":
                return sysctl.Line(line);
            case "cat /boot/loader.conf" or "cat /etc/sysctl.conf":
                return sysctl.Setting(line);
            case "ps" when format.Name.EndsWith("/text", StringComparison.Ordinal):
                return processes.PsRow(line);
            case "top":
                return processes.TopLine(line);
            case "uname -a":
                return Uname(line);
            case "kldstat":
                return DocumentOr(format, line, static (self, l) => self.Kldstat(l));
            case "dmesg":
                return Message(line, isTranscript);
            case "zfs-stats":
                // Labels are the tool's and names the kernel's where a number stands behind them.
                return fit >= LineFit.Continues && Figures().IsMatch(line) ? _lines.Generic(line) : _lines.Strict(line);
            default:
                return DocumentOr(format, line, (self, l) => fit >= LineFit.Row ? self._lines.Generic(l) : self._lines.Strict(l));
        }
    }

    private string DocumentOr(IFormat format, string line, Func<TextScrubber, string, string> text) =>
        format.Name.EndsWith("/text", StringComparison.Ordinal) ? text(this, line) : DocumentScrub.Line(line, _lines, names);

    /// <summary>A line that belongs to no output: prompts, titles, dates and rules stay, prose does not.</summary>
    private string Between(string line, bool isCrashSummary, int index)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        if (line.AsSpan().IndexOfAnyExcept(Decoration) < 0 || DateLine.TryRead(bytes, out _))
        {
            return line;
        }

        if (isCrashSummary && index < 20 && line.Contains(" dumped core - see ", StringComparison.Ordinal))
        {
            int end = line.IndexOf(' ', StringComparison.Ordinal);
            return _lines.Host(line[..end]) + _lines.Generic(line[end..]);
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
            return _lines.Generic(prompt);
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
            + (behind.StartsWith(':') ? ":" : "") + (behind.TrimStart(':', ' ').Length > 1 ? (behind.StartsWith(':') ? "~ " : " ~") : "")
            + close + (mark < 0 ? "" : behind[mark] + " ");
    }

    /// <summary><c>FreeBSD host 14.2-RELEASE …</c>.</summary>
    private string Uname(string line)
    {
        string[] words = line.Split(' ', 3);
        return words.Length == 3 && words[0] is "FreeBSD" or "JUNOS" or "HardenedBSD" && words[1].Length > 0 && !char.IsAsciiDigit(words[1][0])
            ? $"{words[0]} {_lines.Host(words[1])} {_lines.Generic(words[2])}"
            : words.Length == 1 ? WordOfUname(line) : _lines.Generic(line);
    }

    private string WordOfUname(string line) => names.Knows(SecretKind.Host, line.Trim().Split('.')[0]) ? _lines.Host(line.Trim()) : _lines.Generic(line);

    /// <summary>Rows with files; a folder that is not one of the system's is somebody's.</summary>
    private string Kldstat(string line)
    {
        int open = line.IndexOf("(/", StringComparison.Ordinal);
        int close = line.LastIndexOf(')');
        if (open < 0 || close < open)
        {
            return line;
        }

        string path = line[(open + 1)..close];
        string folder = path[..path.LastIndexOf('/')];
        bool isSystem = folder.StartsWith("/boot", StringComparison.Ordinal) || folder is "/usr/local/modules" or "/modules";
        return isSystem ? line : string.Concat(line.AsSpan(0, open + 1), names.Mark(SecretKind.Path, folder), path.AsSpan(folder.Length), line.AsSpan(close));
    }

    /// <summary>
    /// A kernel message. In a paste almost any line may follow the messages, so that there only what the kernel alone says
    /// stays in its words; the lines of other programs in a log do not.
    /// </summary>
    private string Message(string line, bool isTranscript)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        ReadOnlySpan<byte> message = LogPrefix.Strip(bytes, out bool isLogged);
        string text = Encoding.Latin1.GetString(message);
        string before = line[..(line.Length - text.Length)];
        bool isKernel = isLogged || KernelMessageText.StartsBuffer(message) || KernelMessageText.IsDistinctive(message) || NameLearner.IsOfDevice(text);
        if (isLogged)
        {
            before = NameLearner.LogHost(before) is (int start, int length)
                ? before[..start] + _lines.Host(before.Substring(start, length)) + before[(start + length)..]
                : _lines.Generic(before);
        }
        else if (NameLearner.IsLogLine(line))
        {
            return _lines.Strict(line);
        }

        return before + (isKernel || !isTranscript ? _lines.Generic(text) : _lines.Strict(text));
    }

    /// <summary>
    /// What stands for a line of prose. It begins as the line did: by its first character an output is told to go on or to be
    /// at its end.
    /// </summary>
    private string TakenOut(string line)
    {
        string text = line.TrimStart();
        string removed = names.TakeOut();
        return line[..(line.Length - text.Length)] + (char.IsAsciiLetter(text[0]) ? removed.Trim('[', ']') : removed);
    }

    private void LearnHost(string? host) => NameLearner.LearnHost(names, host);

    [GeneratedRegex(@"^\s*[A-Za-z0-9][A-Za-z0-9 ()/,_.+-]{0,60}(:|\s{2,})\s*[0-9][0-9.,:%]*([kKmMGTP]|\s|%|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Figures();

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
                for (bool first = true; line >= 0 && line < lines.Length && (first || (joined && left > 0)); first = false, line++)
                {
                    formats[line] ??= output.Format;
                    left -= lines[line].Length + 1;
                }
            }
        }

        return formats;
    }
}
