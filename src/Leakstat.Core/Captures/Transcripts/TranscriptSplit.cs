using Leakstat.Captures.Commands;
using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// Parts the outputs of a text into captures: a second look at a host begins where an output comes again that prints
/// everything at once, another host where a prompt has another name.
/// </summary>
internal static class TranscriptSplit
{
    /// <summary>The captures, in their order.</summary>
    public static List<TranscriptCapture> Split(
        IReadOnlyList<CommandOutput> outputs, IReadOnlyList<TranscriptMark> marks)
    {
        List<TranscriptCapture> captures = [];
        List<CommandOutput> current = [];
        HashSet<string> seen = [];
        int first = 0;
        for (int i = 0; i < outputs.Count; i++)
        {
            CommandOutput output = outputs[i];
            bool isRepeat = RepeatKey(output) is { } key && !seen.Add(key) && output.HasStart && !output.IsExcerpt;
            if (isRepeat || (current.Count > 0 && IsOfAnotherHost(marks, first, i)))
            {
                string? begun = RepeatKey(output);
                captures.Add(Capture(current, first, i, marks));
                current = [];
                seen = begun is null ? [] : [begun];
                first = i;
            }

            current.Add(output);
        }

        if (current.Count > 0)
        {
            captures.Add(Capture(current, first, outputs.Count + 1, marks));
        }

        return JoinMessages(captures);
    }

    /// <summary>
    /// In a log that several hosts write to, the lines of each stand between those of the others: what is nothing but
    /// such lines belongs to the capture of its host that came before.
    /// </summary>
    private static List<TranscriptCapture> JoinMessages(List<TranscriptCapture> captures)
    {
        List<TranscriptCapture> joined = [];
        Dictionary<string, int> byHost = [];
        foreach (TranscriptCapture capture in captures)
        {
            if (capture.Host is { } host && capture.Outputs.All(o => o.Format.NamesHosts)
                && byHost.TryGetValue(host, out int index))
            {
                joined[index] = joined[index] with { Outputs = [.. joined[index].Outputs, .. capture.Outputs] };
                continue;
            }

            if (capture.Host is not null)
            {
                byHost[capture.Host] = joined.Count;
            }

            joined.Add(capture);
        }

        return joined;
    }

    /// <summary>Whether the prompts in front of two outputs are of hosts with different names.</summary>
    private static bool IsOfAnotherHost(IReadOnlyList<TranscriptMark> marks, int before, int output)
    {
        string? then = null;
        string? now = null;
        foreach (TranscriptMark mark in marks)
        {
            then = mark.Before <= before ? mark.Host ?? then : then;
            now = mark.Before <= output ? mark.Host ?? now : now;
        }

        return then is not null && now is not null && !IsShortFor(then, now) && !IsShortFor(now, then);
    }

    private static bool IsShortFor(string name, string full) =>
        full.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            && (full.Length == name.Length || full[name.Length] == '.');

    private static string? RepeatKey(CommandOutput output)
    {
        if (output.IsExcerpt)
        {
            return null;
        }

        CommandDescriptor command = CommandRegistry.Of(output.Format);
        if (command.RepeatStartsCapture)
        {
            return output.Format.Name;
        }

        if (!command.SameStartStartsCapture || output.Command is null)
        {
            return null;
        }

        // What the command says of names that the host does not have is none of its rows.
        LineReader lines = output.Section.Lines();
        while (lines.Read())
        {
            int end = lines.Line.StartsWith("sysctl: "u8) ? 0 : lines.Line.IndexOfAny(":="u8);
            if (end > 0)
            {
                return end < 200 ? System.Text.Encoding.UTF8.GetString(lines.Line[..end]) : null;
            }
        }

        return null;
    }

    private static TranscriptCapture Capture(
        List<CommandOutput> outputs, int first, int behind, IReadOnlyList<TranscriptMark> marks)
    {
        string? host = null;
        DateTimeOffset? takenAt = null;
        foreach (TranscriptMark mark in marks)
        {
            // A date between two captures belongs to the one that follows it.
            if (mark.Before >= first && mark.Before < behind)
            {
                takenAt ??= mark.Date;
            }

            // The prompt in front of the first output, else the next there is.
            host = mark.Before <= first ? mark.Host ?? host : host ?? mark.Host;
        }

        // Whole outputs count before excerpts of the same.
        return new TranscriptCapture([.. outputs.OrderBy(o => o.IsExcerpt)], host, takenAt, IsCrashSummary: false);
    }
}
