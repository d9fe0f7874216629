using System.Collections.Immutable;

namespace Leakstat.Captures.Sources;

/// <summary>Whether the names of captures and their times tell the same order.</summary>
public static class NameOrder
{
    /// <summary>
    /// Captures numbered in one order and dated in another: the first of a pair is dated before the second, which it
    /// follows by name.
    /// </summary>
    /// <param name="captures">
    /// Source and time of each capture, each output once: whether they were read now or come from a store.
    /// </param>
    public static ImmutableArray<(string Earlier, string Later)> ClockBackwards(
        IEnumerable<(string Source, DateTimeOffset? TakenAt)> captures)
    {
        ImmutableArray<(string, string)>.Builder found = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var folder in captures.Where(c => c.TakenAt is not null).GroupBy(
            c => Folder(c.Source), StringComparer.Ordinal))
        {
            (string Source, DateTimeOffset? TakenAt)? before = null;
            foreach (var next in InOrder([.. folder]))
            {
                if (before is { } last
                    && next.TakenAt < last.TakenAt
                    && NaturalOrder.AreNumberedAlike(last.Source, next.Source))
                {
                    found.Add((next.Source, last.Source));
                }

                before = next;
            }
        }

        return found.ToImmutable();
    }

    // Captures nearly always come in the order of their names: to see that costs less than to put them in it.
    private static IEnumerable<(string Source, DateTimeOffset? TakenAt)> InOrder(
        (string Source, DateTimeOffset? TakenAt)[] captures)
    {
        for (int i = 1; i < captures.Length; i++)
        {
            if (NaturalOrder.Instance.Compare(captures[i - 1].Source, captures[i].Source) > 0)
            {
                return captures.OrderBy(c => c.Source, NaturalOrder.Instance);
            }
        }

        return captures;
    }

    /// <summary>What a source lies in: names are compared within it.</summary>
    private static string Folder(string source) => source[..Math.Max(source.TrimEnd('/').LastIndexOf('/'), 0)];
}
