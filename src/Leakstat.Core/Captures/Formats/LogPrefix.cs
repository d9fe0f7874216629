using System.Buffers;
using Leakstat.Captures.Text;

namespace Leakstat.Captures.Formats;

/// <summary>Takes off what stands in front of a kernel message: priority, time of boot, syslog's time, host and tag.</summary>
internal static class LogPrefix
{
    private static readonly SearchValues<byte> Seconds = SearchValues.Create("0123456789."u8);

    /// <summary>
    /// The message alone: without <c>&lt;6&gt;</c> (<c>kern.msgbuf_show_timestamp</c> and <c>dmesg -a</c> leave
    /// priorities), <c>[123.456789]</c>, <c>Nov 20 19:00:01 host kernel: </c> and RFC 5424's
    /// <c>&lt;2&gt;1 2026-11-20T19:00:01.000000+00:00 host kernel - - - </c>.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="isLogged">Whether syslog named the kernel as the source.</param>
    public static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> line, out bool isLogged)
    {
        ReadOnlySpan<byte> text = StripPriority(line);
        isLogged = TryLogged(ref text);
        text = StripPriority(text);
        return StripUptime(text);
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

        // host kernel: message, or with -v: <kern.crit> host kernel: message
        ReadOnlySpan<byte> host = Scan.Word(ref rest);
        if (host.Length > 2 && host[0] == '<' && host[^1] == '>')
        {
            host = Scan.Word(ref rest);
        }

        ReadOnlySpan<byte> tag = Scan.Word(ref rest);
        if (tag.SequenceEqual("kernel"u8))
        {
            for (int i = 0; i < 3; i++)
            {
                if (!Scan.Word(ref rest).SequenceEqual("-"u8))
                {
                    return false;
                }
            }
        }
        else if (!tag.SequenceEqual("kernel:"u8))
        {
            return false;
        }

        text = rest.IsEmpty ? rest : rest[1..];
        return true;
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

        return first.Length == 3
            && CalendarWords.Month(first) > 0
            && Scan.TryInteger(Scan.Word(ref text), out long day)
            && day is >= 1 and <= 31
            && IsClock(Scan.Word(ref text));
    }

    private static bool IsIsoTime(ReadOnlySpan<byte> word) =>
        word.Length >= 19 && word[4] == '-' && word[7] == '-' && word[10] == 'T' && IsClock(word.Slice(11, 8));

    private static bool IsClock(ReadOnlySpan<byte> word) => word.Length == 8 && word[2] == ':' && word[5] == ':';
}
