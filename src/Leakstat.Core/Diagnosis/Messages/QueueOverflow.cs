using System.Globalization;

namespace Leakstat.Diagnosis.Messages;

/// <summary>A connection that was refused because a program did not take those before it.</summary>
/// <param name="Socket">What the program listens at, as printed; of old releases where the kernel keeps it.</param>
/// <param name="Queued">Connections that were waiting.</param>
/// <param name="Refused">How many were refused since the message before; null where the kernel does not say.</param>
internal readonly record struct QueueOverflow(string Socket, long Queued, long? Refused)
{
    /// <summary>
    /// The backlog that the program asked for in listen(2): the kernel refuses when more than one and a half times as
    /// many wait (<c>sonewconn</c>, <c>sys/kern/uipc_socket.c</c>).
    /// </summary>
    public long Backlog => Queued * 2 / 3;

    /// <summary>
    /// Reads <c>sonewconn: pcb 0x… (0.0.0.0:443 (proto 6)): Listen queue overflow: 193 already in queue awaiting
    /// acceptance (34 occurrences), euid 0, …</c>; null for any other message.
    /// </summary>
    public static QueueOverflow? Of(string message)
    {
        const string Overflow = ": Listen queue overflow: ";
        int at = message.IndexOf(Overflow, StringComparison.Ordinal);
        if (at < 0 || !MessageText.TryBetween(message, "pcb ", Overflow, out string? pcb)
            || Number(message.AsSpan(at + Overflow.Length)) is not { } queued)
        {
            return null;
        }

        int open = pcb.IndexOf('(', StringComparison.Ordinal);
        string socket = open > 0
            ? pcb[(open + 1)..].TrimEnd(')').Replace(" (proto 6", "", StringComparison.Ordinal)
            : pcb;
        return new QueueOverflow(socket.Trim(), queued, Occurrences(message[at..]));
    }

    private static long? Occurrences(string text) =>
        text.IndexOf(" occurrences", StringComparison.Ordinal) is > 0 and var end
        && text.LastIndexOf('(', end) is >= 0 and var start ? Number(text.AsSpan(start + 1)) : null;

    private static long? Number(ReadOnlySpan<char> text)
    {
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        return long.TryParse(
            digits < 0 ? text : text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;
    }
}
