using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// Messages that say the same thing: one line of evidence with a count, the first and the last of them.
/// </summary>
/// <param name="Count">Number of them since boot, as far as the buffer reaches back.</param>
/// <param name="First">The first one's text.</param>
/// <param name="FirstAt">Where the first stands.</param>
/// <param name="LastAt">Where the last stands.</param>
internal readonly record struct MessageGroup(int Count, string First, SourceLine FirstAt, SourceLine LastAt)
{
    /// <summary>
    /// The messages of the running boot that match, grouped by key, in order of first mention; a null key is no match.
    /// </summary>
    public static ImmutableArray<(string Key, MessageGroup Group)> By(DiagnosisCase context, Func<string, string?> key)
    {
        var order = new List<string>();
        var groups = new Dictionary<string, MessageGroup>();
        foreach (KernelMessage message in CurrentBoot.Of(context))
        {
            if (key(message.Text) is not { } name)
            {
                continue;
            }

            SourceLine at = CurrentBoot.At(context, message);
            if (groups.TryGetValue(name, out MessageGroup group))
            {
                groups[name] = group with { Count = Sum(group.Count, message), LastAt = at };
            }
            else
            {
                order.Add(name);
                groups.Add(name, new MessageGroup(Sum(0, message), message.Text.Trim(), at, at));
            }
        }

        return [.. order.Select(name => (name, groups[name]))];
    }

    /// <summary>The message and its repetitions, added to those before it.</summary>
    private static int Sum(int before, KernelMessage message) =>
        (int)Math.Min((long)before + 1 + message.Repeated, int.MaxValue);

    /// <summary>The evidence: the message as printed, how often, and where the last one stands.</summary>
    public IEnumerable<Evidence> Evidence()
    {
        yield return new Evidence($"the kernel says: {First}", Count, Unit.Items, FirstAt);
        if (Count > 1)
        {
            yield return new Evidence(
                $"{Display.Count(Count)} such messages since boot, the last one here", Count, Unit.Items, LastAt);
        }
    }
}
