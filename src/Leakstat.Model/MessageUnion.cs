using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Leakstat.Model;

/// <summary>
/// Adds up the kernel messages of two sources of one host: two outputs of dmesg(8), the buffer and a log. A message
/// that both have is one message, that of the log, whose lines are events. What only one of them has goes where its
/// boot is: in front of, or behind the messages of the other, so that what follows the last mark of a boot is of the
/// running one.
/// </summary>
public static class MessageUnion
{
    /// <summary>The messages of both.</summary>
    public static KernelMessages Of(KernelMessages held, KernelMessages added)
    {
        (held, added) = (OwnWith(held, added), OwnWith(added, held));

        // The one with more boots has the marks that tell which messages are of the running one.
        bool isAddedWhole = BootsIn(added.Messages) > BootsIn(held.Messages);
        (KernelMessages whole, KernelMessages other) = isAddedWhole ? (added, held) : (held, added);
        int wholeStart = whole.RunningBoot;
        int otherStart = other.RunningBoot;
        (ImmutableArray<KernelMessage> before, ImmutableArray<KernelMessage> earlier) =
            Join(whole.Messages[..wholeStart], other.Messages[..otherStart]);
        (ImmutableArray<KernelMessage> now, ImmutableArray<KernelMessage> running) =
            IsWithin(other.Messages[otherStart..], whole.Messages[..wholeStart])
                ? (whole.Messages[wholeStart..], [])
                : Join(whole.Messages[wholeStart..], other.Messages[otherStart..]);
        SourceFile file = other.IsBuffer && !whole.IsBuffer ? other.File : whole.File;
        return new KernelMessages(
            file,
            [
                .. From(other.File, earlier, file),
                .. From(whole.File, [.. before, .. now], file),
                .. From(other.File, [.. running.Where(m => !m.StartsBoot)], file),
            ],
            held.TotalLines + added.TotalLines);
    }

    /// <summary>
    /// The messages of a later look at one running host, and in front of those of its boot what an earlier look has of
    /// it and the later one lost: the buffer was cleared, or newer messages took their place.
    /// </summary>
    /// <param name="later">The later look.</param>
    /// <param name="earlier">The earlier one, of the same boot.</param>
    /// <param name="most">Lost messages to put in front; the newest of them where there are more.</param>
    public static KernelMessages WithLost(KernelMessages later, KernelMessages earlier, int most)
    {
        int start = later.RunningBoot;
        while (start < later.Messages.Length && later.Messages[start].StartsBoot)
        {
            start++;
        }

        ImmutableArray<KernelMessage> before = [.. earlier.Messages[earlier.RunningBoot..].Where(m => !m.StartsBoot)];
        ImmutableArray<KernelMessage> now = later.Messages[start..];
        bool areOfBuffer = !before.Any(m => m.IsLogged) && !now.Any(m => m.IsLogged);
        int shared = later.IsBuffer ? BufferOverlap.Of(before, now) : 0;
        ImmutableArray<KernelMessage> lost = shared > 0
            ? before[..^shared]
            : Without(before, now, static (_, _) => true, areOfBuffer);
        lost = lost.Length > most ? lost[^most..] : lost;
        return lost.IsEmpty
            ? later
            : later with
            {
                Messages =
                [
                    .. later.Messages[..start], .. From(earlier.File, lost, later.File), .. later.Messages[start..],
                ],
            };
    }

    /// <summary>What one source has as a line of its own is no mere quotation in the other.</summary>
    private static KernelMessages OwnWith(KernelMessages messages, KernelMessages others)
    {
        if (!messages.Messages.Any(m => m.IsQuoted))
        {
            return messages;
        }

        HashSet<string> own = [.. others.Messages.Where(m => !m.IsQuoted).Select(m => m.Text.Trim())];
        return messages with
        {
            Messages =
            [
                .. messages.Messages.Select(m => m with { IsQuoted = m.IsQuoted && !own.Contains(m.Text.Trim()) }),
            ],
        };
    }

    private static int BootsIn(ImmutableArray<KernelMessage> messages) => messages.Count(m => m.StartsBoot);

    /// <summary>Whether a whole boot is one of the earlier ones of the other source: taken before it ended.</summary>
    private static bool IsWithin(ImmutableArray<KernelMessage> boot, ImmutableArray<KernelMessage> earlier) =>
        boot is [{ StartsBoot: true }, ..] && Without(boot, earlier).IsEmpty;

    /// <summary>What remains of each, so that nothing is in both.</summary>
    private static (ImmutableArray<KernelMessage> Whole, ImmutableArray<KernelMessage> Other) Join(
        ImmutableArray<KernelMessage> whole, ImmutableArray<KernelMessage> other)
    {
        ImmutableArray<KernelMessage> rest =
            Without(other, whole, static (message, isLogged) => isLogged || !message.IsLogged);
        return (Without(whole, other, static (message, isLogged) =>
            isLogged && !message.IsLogged && !message.StartsBoot), rest);
    }

    private static ImmutableArray<KernelMessage> Without(
        ImmutableArray<KernelMessage> messages, ImmutableArray<KernelMessage> others) =>
        Without(messages, others, static (_, _) => true);

    /// <summary>
    /// The messages without those that the other source has, each as often as it is there and may stand for it.
    /// </summary>
    private static ImmutableArray<KernelMessage> Without(
        ImmutableArray<KernelMessage> messages,
        ImmutableArray<KernelMessage> others,
        Func<KernelMessage, bool, bool> mayStandFor,
        bool areOfBuffer = false)
    {
        // The log's time is another than the kernel's: only looks at buffers have the same.
        string KeyOf(KernelMessage message) => areOfBuffer ? message.Mark : message.Text.Trim();

        Dictionary<(string Text, bool IsLogged), long> left = [];
        foreach (KernelMessage other in others)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(left, (KeyOf(other), other.IsLogged), out _) +=
                TimesOf(other);
        }

        ImmutableArray<KernelMessage>.Builder rest = ImmutableArray.CreateBuilder<KernelMessage>();
        foreach (KernelMessage message in messages)
        {
            long more = TimesOf(message);
            foreach (bool isLogged in (ReadOnlySpan<bool>)[true, false])
            {
                (string, bool) key = (KeyOf(message), isLogged);
                if (mayStandFor(message, isLogged)
                    && left.TryGetValue(key, out long times))
                {
                    long taken = Math.Min(more, times);
                    left[key] = times - taken;
                    more -= taken;
                }
            }

            if (more > 0)
            {
                rest.Add(message with { Repeated = (int)(more - 1) });
            }
        }

        return rest.ToImmutable();
    }

    private static long TimesOf(KernelMessage message) => 1L + message.Repeated;

    private static IEnumerable<KernelMessage> From(
        SourceFile source, ImmutableArray<KernelMessage> messages, SourceFile file) =>
        messages.Select(m => (m.File ?? source) == file ? m with { File = null } : m with { File = m.File ?? source });
}
