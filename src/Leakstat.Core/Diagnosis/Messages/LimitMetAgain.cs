using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// A limit that bursts meet again and again between the captures: its messages became more between two captures and
/// more again later, and the last rise is no longer ago than the longest pause between two of them.
/// </summary>
/// <param name="More">Messages that came since the first look that had any.</param>
/// <param name="Since">That look.</param>
/// <param name="Last">Messages that came at the last rise.</param>
/// <param name="LastAt">The look that had them first.</param>
internal sealed record LimitMetAgain(long More, MessageLook Since, long Last, MessageLook LastAt)
{
    /// <summary>The same of messages of one limit; null where it was met once, or has been quiet since.</summary>
    /// <param name="context">The case.</param>
    /// <param name="messages">Its messages.</param>
    public static LimitMetAgain? Of(DiagnosisCase context, IEnumerable<KernelMessage> messages)
    {
        if (context.Latest.Messages?.Look is not { Before: not null } now)
        {
            return null;
        }

        MessageLook start = now;
        while (start.Before is { } before)
        {
            start = before;
        }

        // What the first look had came at some time before it, and counts as of it.
        var rises = new SortedDictionary<int, (MessageLook Look, long Times)>();
        foreach (KernelMessage message in messages)
        {
            MessageLook look = message.NewAt ?? start;
            long times = 1L + message.Repeated;
            rises[look.Number] = (look, (rises.TryGetValue(look.Number, out (MessageLook, long Times) same)
                ? same.Times
                : 0) + times);
        }

        if (rises.Count < 2)
        {
            return null;
        }

        (MessageLook Look, long Times)[] met = [.. rises.Values];
        double pause = met.Zip(met.Skip(1), (one, next) => Between(one.Look, next.Look)).Max();
        return Between(met[^1].Look, now) <= pause
            ? new LimitMetAgain(met.Skip(1).Sum(m => m.Times), met[0].Look, met[^1].Times, met[^1].Look)
            : null;
    }

    /// <summary>The evidence that it goes on, however little is in use at a capture.</summary>
    public IEnumerable<Evidence> Evidence()
    {
        string since = Since.TakenAt is { } first
            ? $"since the capture of {Display.Time(first)}"
            : $"since capture {Display.Count(Since.Number + 1)} of this boot";
        yield return new Evidence(
            $"{Display.Count(More)} more such {(More == 1 ? "message" : "messages")} {since}: bursts meet the limit "
                + "between the captures",
            More);
        if (More > Last && LastAt.Before is { } before)
        {
            yield return new Evidence(
                before.TakenAt is { } from && LastAt.TakenAt is { } to
                    ? $"{Display.Count(Last)} of them between {Display.Time(from)} and {Display.Time(to)}"
                    : $"{Display.Count(Last)} of them just before capture {Display.Count(LastAt.Number + 1)} of this "
                        + "boot",
                Last);
        }
    }

    /// <summary>Hours where the times are known, else the number of captures.</summary>
    private static double Between(MessageLook one, MessageLook next) =>
        one.TakenAt is { } from && next.TakenAt is { } to && to > from
            ? (to - from).TotalHours
            : next.Number - one.Number;
}
