using Leakstat.Captures.Registry;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Transcripts;

/// <summary>
/// A line on which a command was typed: <c>root@fw:~ # vmstat -z</c>, <c>[root@fw ~]# …</c>, <c>fw# …</c>, <c>$ …</c>,
/// or a title that is a command line.
/// </summary>
internal readonly ref struct PromptLine
{
    private const int LongestPrompt = 120;
    private const int LongestTitle = 100;

    /// <summary>The command line; empty for a prompt at which nothing was typed.</summary>
    public ReadOnlySpan<byte> Command { get; private init; }

    /// <summary>
    /// Whether the command sets a value, <c>sysctl name=value</c>: the one line that it prints names it, and what
    /// follows is no output of it.
    /// </summary>
    public bool IsSetting => Command.StartsWith("sysctl "u8) && Command.Contains((byte)'=');

    /// <summary>Host name in the prompt; empty where there is none.</summary>
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>Whether the line begins with a shell's prompt. Cheap for lines that do not.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out PromptLine prompt)
    {
        prompt = default;
        ReadOnlySpan<byte> text = Scan.Trim(line);
        ReadOnlySpan<byte> start = text.Length > LongestPrompt ? text[..LongestPrompt] : text;
        int mark = start.IndexOfAny("#$%>"u8);
        while (mark >= 0)
        {
            // The mark of a prompt is followed by a blank or by nothing: not `7%`, `#0`, `$Id`.
            if (mark + 1 == text.Length || Scan.IsBlank(text[mark + 1]))
            {
                ReadOnlySpan<byte> before = text[..mark];
                ReadOnlySpan<byte> command = Scan.Trim(text[(mark + 1)..]);
                return TryPrompt(before, command, out prompt);
            }

            int next = start[(mark + 1)..].IndexOfAny("#$%>"u8);
            mark = next < 0 ? -1 : mark + 1 + next;
        }

        return false;
    }

    /// <summary>
    /// Whether the line is a command line and nothing else, decorated at most: <c>vmstat -z:</c>,
    /// <c>=== sysctl vm.stats ===</c>. Prose that begins with a command's name is not.
    /// </summary>
    public static bool IsTitle(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> command)
    {
        command = line.Trim("=-*#:+~_ \t"u8);
        if (command.IsEmpty
            || command.Length > LongestTitle
            || !CommandNames.StartsWithKnown(command, out ReadOnlySpan<byte> rest))
        {
            return false;
        }

        // `-z` may have lost nothing to the decoration in front, it stands behind the name.
        bool any = false;
        while (true)
        {
            ReadOnlySpan<byte> word = Scan.Word(ref rest);
            if (word.IsEmpty)
            {
                return any || IsAlone(command, line);
            }

            if (word[0] == '|')
            {
                return any || IsAlone(command, line);
            }

            if (word[0] != '-' && word.IndexOf((byte)'.') <= 0)
            {
                return false;
            }

            any = true;
        }
    }

    private static bool IsAlone(ReadOnlySpan<byte> command, ReadOnlySpan<byte> line) =>
        Scan.Trim(line).Length >= command.Length && CommandNames.IsSpeaking(command);

    private static bool TryPrompt(ReadOnlySpan<byte> before, ReadOnlySpan<byte> command, out PromptLine prompt)
    {
        before = Scan.Trim(before);
        prompt = new PromptLine { Command = command };
        int at = before.IndexOf((byte)'@');
        if (at > 0)
        {
            // user@host, with a folder or not, in brackets or not; nothing of it is prose.
            ReadOnlySpan<byte> user = before[..at].TrimStart("([{"u8);
            ReadOnlySpan<byte> behind = before[(at + 1)..];
            int end = 0;
            while (end < behind.Length && IsNameByte(behind[end]))
            {
                end++;
            }

            ReadOnlySpan<byte> folder = Scan.Trim(behind[end..].TrimStart(":"u8).TrimEnd(")]}"u8));
            if (user.IsEmpty || end == 0 || !AllNameBytes(user) || !IsFolder(folder))
            {
                return false;
            }

            prompt = new PromptLine { Command = command, Host = behind[..end] };
            return true;
        }

        // Everything shorter is a prompt only in front of a command that is known.
        return (before.IsEmpty || IsFolder(before) || IsHostAndFolder(before))
            && CommandNames.StartsWithKnown(command, out ReadOnlySpan<byte> rest)
            && (rest.IsEmpty || Scan.IsBlank(rest[0]));
    }

    private static bool IsHostAndFolder(ReadOnlySpan<byte> text)
    {
        int colon = text.IndexOf((byte)':');
        return colon < 0 ? AllNameBytes(text) : AllNameBytes(text[..colon]) && IsFolder(text[(colon + 1)..]);
    }

    private static bool IsFolder(ReadOnlySpan<byte> text) =>
        text.IsEmpty
            || ((text[0] is (byte)'/' or (byte)'~' or (byte)'.' || AllNameBytes(text))
            && text.IndexOfAny(" \t,;"u8) < 0);

    private static bool AllNameBytes(ReadOnlySpan<byte> text)
    {
        foreach (byte b in text)
        {
            if (!IsNameByte(b))
            {
                return false;
            }
        }

        return !text.IsEmpty;
    }

    private static bool IsNameByte(byte b) =>
        b is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9')
            or (byte)'-' or (byte)'_' or (byte)'.';
}
