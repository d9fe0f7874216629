using System.Globalization;
using Leakstat.Diagnosis.Contracts;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// What programs say when the kernel answered ENOBUFS, by what they tried: a larger socket buffer than may be
/// (<c>sbreserve_locked</c>, <c>sys/kern/uipc_sockbuf.c</c>), or to send.
/// </summary>
/// <param name="Sizes">Messages of programs that asked for a socket buffer of some size.</param>
/// <param name="Asked">The largest size in them, bytes; null where none says it.</param>
/// <param name="Others">The other messages.</param>
/// <param name="SaysCall">Whether one of the others says what was tried.</param>
internal sealed record BufferSpaceMessages(MessageGroup? Sizes, long? Asked, MessageGroup? Others, bool SaysCall)
{
    /// <summary>No program asks for a socket buffer smaller than that and is refused.</summary>
    private const long LeastSize = 4096;

    private static readonly string[] s_sizes = ["SNDBUF", "RCVBUF", "SEND BUFFER", "RECEIVE BUFFER", "SETSOCKOPT"];

    /// <summary>Part of the name of a call that answers ENOBUFS for another reason than the size of a buffer.</summary>
    private static readonly string[] s_calls = ["send", "write", "socket", "connect", "accept", "bind", "ping"];

    /// <summary>Reads them; null where there are none.</summary>
    public static BufferSpaceMessages? Of(DiagnosisCase context)
    {
        // One that does not say what was tried is the echo of one that does, where there is such.
        bool hasSize = CurrentBoot.Of(context).Any(m => Kind(m.Text) == "size");
        MessageGroup? sizes = null;
        MessageGroup? others = null;
        foreach ((string kind, MessageGroup group) in MessageGroup.By(
            context, text => hasSize && Kind(text) == "other" && !IsOfCall(text) ? "size" : Kind(text)))
        {
            sizes = kind == "size" ? group : sizes;
            others = kind == "other" ? group : others;
        }

        long asked = CurrentBoot.Of(context).Where(m => Kind(m.Text) == "size").Select(m => Largest(m.Text))
            .DefaultIfEmpty().Max();
        return sizes is null && others is null
            ? null
            : new BufferSpaceMessages(
                sizes,
                asked >= LeastSize ? asked : null,
                others,
                CurrentBoot.Of(context).Any(m => Kind(m.Text) == "other" && IsOfCall(m.Text)));
    }

    private static bool IsOfCall(string text) =>
        s_calls.Any(call => text.Contains(call, StringComparison.OrdinalIgnoreCase));

    private static string? Kind(string text)
    {
        bool isSize = s_sizes.Any(s => text.Contains(s, StringComparison.OrdinalIgnoreCase));
        return text.Contains("No buffer space available", StringComparison.Ordinal) ? isSize ? "size" : "other"
            : isSize && text.Contains(" was not granted", StringComparison.Ordinal) ? "size"
            : null;
    }

    /// <summary>The largest number behind the option's name: times and process ids stand in front of it.</summary>
    private static long Largest(string text)
    {
        int start = s_sizes.Select(s => text.IndexOf(s, StringComparison.OrdinalIgnoreCase)).Where(i => i >= 0).Min();
        long largest = 0;
        foreach (string word in text[start..].Split(' ', '=', ',', ';', '(', ')', ':'))
        {
            if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                largest = Math.Max(largest, number);
            }
        }

        return largest;
    }
}
