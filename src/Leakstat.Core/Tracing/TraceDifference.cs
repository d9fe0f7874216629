using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Tracing;

/// <summary>A stack in two traces.</summary>
/// <param name="Stack">The stack, without offsets: another build of the same function is the same place.</param>
/// <param name="Key">Further keys of an aggregation.</param>
/// <param name="Before">The stack in the first trace; null where it is not there.</param>
/// <param name="After">The stack in the second.</param>
public sealed record SiteChange(StackFrames Stack, string Key, TraceSite? Before, TraceSite? After)
{
    /// <summary>Change of the weight (<see cref="TraceSite.Weight"/>).</summary>
    public long Change => Arithmetic.Subtract(After?.Weight ?? 0, Before?.Weight ?? 0);

    /// <summary>Change of the number of blocks; null where neither says it.</summary>
    public long? CountChange => Before?.Count is null && After?.Count is null
        ? null
        : Arithmetic.Subtract(After?.Count ?? 0, Before?.Count ?? 0);
}

/// <summary>Two traces side by side, stack by stack.</summary>
public static class TraceDifference
{
    /// <summary>What changed, the largest rise first; stacks that are alike in both are left out.</summary>
    public static ImmutableArray<SiteChange> Of(Trace before, Trace after)
    {
        Dictionary<(StackFrames, string), TraceSite> first = Merge(before);
        Dictionary<(StackFrames, string), TraceSite> second = Merge(after);
        return
        [
            .. first.Keys.Union(second.Keys)
                .Select(k => new SiteChange(k.Item1, k.Item2, first.GetValueOrDefault(k), second.GetValueOrDefault(k)))
                .Where(c => c.Change != 0 || c.CountChange is not (null or 0))
                .OrderByDescending(c => c.Change)
                .ThenBy(c => c.Key, StringComparer.Ordinal)
                .ThenBy(c => string.Join('\n', c.Stack.Frames), StringComparer.Ordinal),
        ];
    }

    /// <summary>Sites whose stacks are alike but for offsets, summed.</summary>
    private static Dictionary<(StackFrames, string), TraceSite> Merge(Trace trace)
    {
        Dictionary<(StackFrames, string), TraceSite> merged = [];
        foreach (TraceSite site in trace.Sites)
        {
            var stack = new StackFrames([.. site.Stack.Frames.Select(f => f with { Offset = null })]);
            merged[(stack, site.Key)] = merged.TryGetValue((stack, site.Key), out TraceSite? same)
                ? same with
                {
                    Count = Add(same.Count, site.Count),
                    Bytes = Add(same.Bytes, site.Bytes),
                    Value = Add(same.Value, site.Value),
                }
                : site with { Stack = stack };
        }

        return merged;
    }

    private static long? Add(long? a, long? b) => a is { } x && b is { } y ? Arithmetic.Add(x, y) : a ?? b;
}
