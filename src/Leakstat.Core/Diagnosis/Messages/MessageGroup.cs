using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// Messages that say the same thing: one line of evidence with a count, the first and the last of them.
/// </summary>
/// <param name="Count">
/// Number of them, as far as the buffer or the text reaches. What syslogd(8) wrote into a log stands in the buffer as
/// well, and a title and a sentence name it once more: where a log has them, its lines are counted and no others.
/// </param>
/// <param name="First">The first one's text.</param>
/// <param name="FirstAt">Where the first stands.</param>
/// <param name="LastAt">Where the last stands.</param>
internal readonly record struct MessageGroup(int Count, string First, SourceLine FirstAt, SourceLine LastAt)
{
    /// <summary>Those that are counted.</summary>
    public ImmutableArray<KernelMessage> Counted { get; private init; }

    /// <summary>Whether all since the host's boot are counted, as far as its buffer reaches back.</summary>
    private bool IsSinceBoot { get; init; }

    /// <summary>
    /// The messages of the running boot that match, grouped by key, in order of first mention; a null key is no match.
    /// </summary>
    public static ImmutableArray<(string Key, MessageGroup Group)> By(DiagnosisCase context, Func<string, string?> key)
    {
        var order = new List<string>();
        var groups = new Dictionary<string, List<KernelMessage>>();
        foreach (KernelMessage message in CurrentBoot.Of(context))
        {
            if (key(message.Text) is not { } name)
            {
                continue;
            }

            if (!groups.TryGetValue(name, out List<KernelMessage>? group))
            {
                order.Add(name);
                groups.Add(name, group = []);
            }

            group.Add(message);
        }

        bool isWhole = CurrentBoot.IsWhole(context);
        return [.. order.Select(name => (name, Of(context, groups[name], isWhole)))];
    }

    private static MessageGroup Of(DiagnosisCase context, List<KernelMessage> messages, bool isWhole)
    {
        List<KernelMessage> counted = messages.Exists(m => m.IsLogged) ? messages.FindAll(m => m.IsLogged) : messages;
        long count = counted.Sum(m => 1L + m.Repeated);
        return new MessageGroup(
            (int)Math.Min(count, int.MaxValue),
            counted[0].Text.Trim(),
            CurrentBoot.At(context, counted[0]),
            CurrentBoot.At(context, counted[^1]))
        {
            Counted = [.. counted],
            IsSinceBoot = isWhole,
        };
    }

    /// <summary>The evidence: the message as printed, how often, and where the last one stands.</summary>
    public IEnumerable<Evidence> Evidence() => EvidenceOf("the kernel");

    /// <summary>The same of what a program says.</summary>
    public IEnumerable<Evidence> EvidenceOfProgram() => EvidenceOf("a program");

    private IEnumerable<Evidence> EvidenceOf(string speaker)
    {
        yield return new Evidence($"{speaker} says: {First}", Count, Unit.Items, FirstAt);
        if (Count > 1)
        {
            yield return new Evidence(
                IsSinceBoot
                    ? $"{Display.Count(Count)} such messages since boot, the last one here"
                    : $"named {Display.Count(Count)} times in the text, the last time here",
                Count, Unit.Items, LastAt);
        }
    }
}
