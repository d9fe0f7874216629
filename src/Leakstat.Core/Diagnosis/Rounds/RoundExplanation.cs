using System.Collections.Immutable;
using Leakstat.Diagnosis.Growth;
using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Rounds;

/// <summary>Why a rise over rounds is no leak: a counter of what the exercise made rose with it.</summary>
internal static class RoundExplanation
{
    /// <summary>
    /// Counters that rise with what a host has to do, and the words by which the table of owners names them.
    /// </summary>
    private static readonly ImmutableArray<(string Word, string Counter)> s_words =
    [
        ("process", ExplainingCounters.Processes),
        ("process", ExplainingCounters.ProcessItems),
        ("thread", ExplainingCounters.Threads),
        ("thread", ExplainingCounters.ThreadItems),
        ("vnode", GrowthExplanations.VnodeCounter),
        ("file", GrowthExplanations.VnodeCounter),
        ("file", "open files"), ("descriptor", "open files"), ("socket", "sockets"), ("connection", "TCP connections"),
    ];

    /// <summary>For what other code uses too; null where nothing explains it.</summary>
    public static string? Of(
        HostHistory history, SeriesKey key, ImmutableArray<int> boundaries, long[] counts, KnowledgeBase knowledge)
    {
        IEnumerable<string> followed = GrowthExplanations.IsListed(key.Name) ? GrowthExplanations.For(key.Name) : [];
        if (followed.Contains(GrowthExplanations.ArcCounter))
        {
            return "a cache of ZFS, which gives it back when memory is short";
        }

        if (!followed.Any())
        {
            string[] texts =
            [
                .. (key.Kind == SeriesKind.ZoneUsed ? knowledge.Zone(key.Name) : knowledge.MallocType(key.Name))
                    .Select(e => e.GrowsWith).Where(t => t.Length > 0),
            ];
            if (texts.Length > 0)
            {
                followed = s_words.Where(
                    w => texts.Any(t => t.Contains(w.Word, StringComparison.OrdinalIgnoreCase))).Select(
                    w => w.Counter);
            }
            else
            {
                // What it follows is not known: only a counter whose steps are its own explains it.
                return s_words.Select(w => w.Counter).Distinct().Select(
                    c => Follows(history, c, boundaries, counts, 0.7, isAmountEnough: false)).FirstOrDefault(
                        e => e is not null);
            }
        }

        return followed.Select(c => Follows(history, c, boundaries, counts, 0.5, isAmountEnough: true)).FirstOrDefault(
            e => e is not null);
    }

    /// <summary>For what belongs to the module that is tried: only a counter that it follows step by step.</summary>
    public static string? OfOwn(HostHistory history, ImmutableArray<int> boundaries, long[] counts) =>
        s_words.Select(w => w.Counter).Distinct().Select(
            c => Follows(history, c, boundaries, counts, 0.9, isAmountEnough: false)).FirstOrDefault(
                e => e is not null);

    private static string? Follows(
        HostHistory history,
        string counter,
        ImmutableArray<int> boundaries, long[] counts, double least, bool isAmountEnough)
    {
        if (history.Find(SeriesKind.Counter, counter) is not { } series)
        {
            return null;
        }

        long[] values = [.. boundaries.Select(i => series[i] ?? 0)];
        long gain = Arithmetic.Subtract(values[^1], values[0]);
        long wanted = Arithmetic.Subtract(counts[^1], counts[0]);
        bool follows = gain > 0 && ((isAmountEnough && gain >= wanted / 2) || Correlation(values, counts) > least);
        return follows
            ? $"{counter} rose from {Amount(counter, values[0])} to {Amount(counter, values[^1])} meanwhile"
            : null;
    }

    private static string Amount(string counter, long value) =>
        counter == ExplainingCounters.PageableMemory || counter == ExplainingCounters.SwapUsed
            || counter.Contains("memory", StringComparison.Ordinal)
            || counter.Contains("space", StringComparison.Ordinal)
            || counter.Contains("KVA", StringComparison.Ordinal)
            ? Display.Bytes(value)
            : Display.Count(value);

    /// <summary>
    /// Correlation of the steps; 0 where either takes the same step every time, which follows nothing.
    /// </summary>
    private static double Correlation(long[] one, long[] other)
    {
        int steps = one.Length - 1;
        double meanOne = ((double)one[^1] - one[0]) / steps;
        double meanOther = ((double)other[^1] - other[0]) / steps;
        double product = 0;
        double squaresOne = 0;
        double squaresOther = 0;
        for (int i = 0; i < steps; i++)
        {
            double a = (double)one[i + 1] - one[i] - meanOne;
            double b = (double)other[i + 1] - other[i] - meanOther;
            product += a * b;
            squaresOne += a * a;
            squaresOther += b * b;
        }

        return squaresOne > 0 && squaresOther > 0 ? product / Math.Sqrt(squaresOne * squaresOther) : 0;
    }
}
