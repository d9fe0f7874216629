using System.Buffers;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// Takes off what stands in front of a kernel message: priority, time of boot, syslog's time, host and tag.
/// </summary>
internal static class LogPrefix
{
    private static readonly SearchValues<byte> Seconds = SearchValues.Create("0123456789."u8);

    /// <summary>What no host's name has: a tag, a priority or a setting does.</summary>
    private static readonly SearchValues<byte> NoName = SearchValues.Create("/:[<=("u8);

    /// <summary>Length of <c>02:11:09</c>.</summary>
    private const int TimeLength = 8;

    /// <summary>Words between the time and <c>kernel:</c>: host, priority or severity, a number.</summary>
    private const int MostWordsToTag = 4;

    /// <summary>
    /// The message alone: without <c>&lt;6&gt;</c> (<c>kern.msgbuf_show_timestamp</c> and <c>dmesg -a</c> leave
    /// priorities), <c>[123.456789]</c>, <c>Nov 20 19:00:01 host kernel: </c> and RFC 5424's
    /// <c>&lt;2&gt;1 2026-11-20T19:00:01.000000+00:00 host kernel - - - </c>; also of older systems (<c>/kernel:</c>),
    /// of logs without the name of who wrote a line, and in the columns of OPNsense's and pfSense's log viewers.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="isLogged">Whether syslog named the kernel as the source.</param>
    public static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> line, out bool isLogged) =>
        StripUptime(StripLog(line, out isLogged));

    /// <summary>
    /// The time since boot that the kernel put in front of its message (<c>[123.456789]</c>); empty where it put none.
    /// </summary>
    public static ReadOnlySpan<byte> UptimeOf(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = StripLog(line, out _);
        return Scan.Trim(text[..^StripUptime(text).Length]);
    }

    private static ReadOnlySpan<byte> StripLog(ReadOnlySpan<byte> line, out bool isLogged)
    {
        ReadOnlySpan<byte> text = StripPriority(line);
        isLogged = TryLogged(ref text);

        // A quoted line often keeps the name of who wrote it and loses time and host.
        text = !isLogged && text.StartsWith("kernel: "u8) ? text["kernel: ".Length..] : text;
        return StripPriority(text);
    }

    /// <summary>
    /// Whether a line is one of a log by what stands in front: a time, a priority, the time since boot, or the kernel
    /// as who wrote it.
    /// </summary>
    public static bool IsStamped(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = line;
        return TryTime(ref rest) || Strip(line, out bool isLogged).Length < line.Length || isLogged;
    }

    /// <summary>
    /// Whether words end in what syslog writes in front of a message: <c>the log has Mar  3 02:11:09 fw kernel:</c>.
    /// </summary>
    public static bool EndsWithStamp(ReadOnlySpan<byte> words)
    {
        ReadOnlySpan<byte> text = words.TrimEnd(" \t"u8);
        for (int i = text.Length - 1; text.EndsWith("kernel:"u8) && i >= TimeLength; i--)
        {
            ReadOnlySpan<byte> time = text[(i - TimeLength)..i];
            if (time[2] == ':' && time[5] == ':' && Scan.IsDigit(time[0]) && Scan.IsDigit(time[4])
                && Scan.IsDigit(time[7]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The host that syslog names in front of a kernel message; empty where it names none.</summary>
    public static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = StripPriority(line);
        ReadOnlySpan<byte> logged = rest;
        if (!TryTime(ref rest) || !TryLogged(ref logged))
        {
            return default;
        }

        ReadOnlySpan<byte> host = Scan.Word(ref rest);
        bool isName = host.Length > 0 && host.IndexOfAny(NoName) < 0 && !host.SequenceEqual("kernel"u8)
            && !host.ContainsAnyInRange((byte)0x80, (byte)0xff) && char.IsAsciiLetterOrDigit((char)host[0]);

        // OPNsense's log viewer has the severity in that column.
        return isName && rest.StartsWith(" "u8) ? host : default;
    }

    private static ReadOnlySpan<byte> StripPriority(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[0] != '<')
        {
            return text;
        }

        int close = text[..Math.Min(text.Length, 6)].IndexOf((byte)'>');
        return close > 1 && Scan.TryInteger(text[1..close], out _) ? text[(close + 1)..] : text;
    }

    private static ReadOnlySpan<byte> StripUptime(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[0] != '[' || !(Scan.IsDigit(text[1]) || text[1] == ' '))
        {
            return text;
        }

        int close = text[..Math.Min(text.Length, 24)].IndexOf((byte)']');
        if (close < 0 || Scan.Trim(text[1..close]).ContainsAnyExcept(Seconds))
        {
            return text;
        }

        text = text[(close + 1)..];
        return text.IsEmpty || text[0] != ' ' ? text : text[1..];
    }

    private static bool TryLogged(ref ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text;
        if (!TryTime(ref rest))
        {
            return false;
        }

        // Between time and message stand host, priority, severity and the like, and the name of who wrote it.
        bool inColumns = rest.StartsWith("\t"u8);
        ReadOnlySpan<byte> behindHost = default;
        for (int i = 0; i < MostWordsToTag && !rest.IsEmpty; i++)
        {
            ReadOnlySpan<byte> word = Scan.Word(ref rest);
            if (i == 0)
            {
                behindHost = rest;
            }

            ReadOnlySpan<byte> tag = word.StartsWith("/"u8) ? word[1..] : word;
            bool isTagged = tag.SequenceEqual("kernel:"u8);
            if (!isTagged && !tag.SequenceEqual("kernel"u8))
            {
                continue;
            }

            ReadOnlySpan<byte> message = rest.IsEmpty ? rest : rest[1..];
            if (!isTagged && !TryStructured(ref message))
            {
                // pfSense's log viewer leaves host and colon out.
                if (!inColumns && !KernelMessageText.IsDistinctive(Scan.Trim(message)))
                {
                    return false;
                }

                message = Scan.Trim(message);
                message = message.StartsWith("-"u8) ? Scan.Trim(message[1..]) : message;
            }

            text = inColumns ? message.TrimEnd("\t "u8) : message;
            return true;
        }

        // Without the name of who wrote it: what nothing but the kernel says is the kernel's.
        ReadOnlySpan<byte> untagged = StripPriority(Scan.Trim(behindHost));
        if (KernelMessageText.IsDistinctive(untagged))
        {
            text = untagged;
            return true;
        }

        return false;
    }

    /// <summary>
    /// Takes process, message id and structured data of RFC 5424 off: <c>- - - </c>, <c>- - [meta sequenceId="54"]
    /// </c>.
    /// </summary>
    private static bool TryStructured(scoped ref ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text;
        ReadOnlySpan<byte> process = Scan.Word(ref rest);
        ReadOnlySpan<byte> id = Scan.Word(ref rest);
        if (process.IsEmpty || id.IsEmpty || !(process.SequenceEqual("-"u8) || Scan.TryInteger(process, out _)))
        {
            return false;
        }

        rest = rest.TrimStart(" "u8);
        if (rest.StartsWith("-"u8))
        {
            rest = rest[1..];
        }
        else
        {
            // Elements in brackets, one behind the other; a bracket in a value is escaped.
            if (!rest.StartsWith("["u8))
            {
                return false;
            }

            while (rest.StartsWith("["u8))
            {
                int close = Closing(rest);
                if (close < 0)
                {
                    return false;
                }

                rest = rest[(close + 1)..];
            }
        }

        text = rest.IsEmpty ? rest : rest[1..];
        return true;
    }

    private static int Closing(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ']')
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Takes <c>Nov 20 19:00:01</c> or <c>1 2026-11-20T19:00:01.1+00:00</c> off the front.</summary>
    private static bool TryTime(ref ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> first = Scan.Word(ref text);
        if (first.Length is 0 or > 40)
        {
            return false;
        }

        if (first.SequenceEqual("1"u8))
        {
            first = Scan.Word(ref text);
        }

        if (IsIsoTime(first))
        {
            return true;
        }

        if (IsIsoDate(first))
        {
            return Scan.Word(ref text) is { Length: >= 8 } time && IsClock(time[..8]);
        }

        return first.Length == 3
            && CalendarWords.Month(first) > 0
            && Scan.TryInteger(Scan.Word(ref text), out long day)
            && day is >= 1 and <= 31
            && IsClock(Scan.Word(ref text));
    }

    private static bool IsIsoDate(ReadOnlySpan<byte> word) =>
        word.Length == 10 && word[4] == '-' && word[7] == '-' && Scan.IsDigit(word[0]);

    private static bool IsIsoTime(ReadOnlySpan<byte> word) =>
        word.Length >= 19 && word[4] == '-' && word[7] == '-' && word[10] == 'T' && IsClock(word.Slice(11, 8));

    private static bool IsClock(ReadOnlySpan<byte> word) => word.Length == 8 && word[2] == ':' && word[5] == ':';
}
