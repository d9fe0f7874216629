using Leakstat.Captures.Text;

namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// syslogd(8) writes a message that comes again once more only, as <c>last message repeated 5 times</c>, with or
/// without its own name in front (<c>usr.sbin/syslogd/syslogd.c</c>, <c>fprintlog_successive</c>).
/// </summary>
internal static class RepeatedMessage
{
    /// <summary>Words that stand in front of it at most: a time of three words, host, tag.</summary>
    private const int LongestPrefix = 120;

    /// <summary>Whether a line says so, and how often the message came again.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out int times)
    {
        times = 0;
        int start = line.IndexOf("last message repeated "u8);
        if (start < 0 || start > LongestPrefix)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = line[(start + "last message repeated "u8.Length)..];
        ReadOnlySpan<byte> number = Scan.Word(ref rest);
        rest = Scan.Trim(rest);
        return (rest.SequenceEqual("times"u8) || rest.SequenceEqual("time"u8))
            && Scan.TryInteger(number, out long value) && value > 0
            && (times = (int)Math.Min(value, int.MaxValue)) > 0;
    }
}
