using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>Malloc's zones beside malloc's types: who counts what.</summary>
internal static class MallocBuckets
{
    /// <summary>Blocks that may be without a type in any capture: what comes and goes between two commands.</summary>
    private const long MostWithoutType = 1000;

    /// <summary>Blocks that may come and go between two commands of one capture.</summary>
    public const long BetweenCommands = 16;

    /// <summary>The same as a share of all blocks: one in so many.</summary>
    private const long ShareWithoutType = 100;

    /// <summary>
    /// Share of what malloc's zones gained that may be without a type: more of it is growth that no type shows.
    /// </summary>
    private const double GainWithoutType = 0.05;

    /// <summary>Captures of a hundred that have to agree; a few may be cut.</summary>
    private const int MostOfCaptures = 90;

    /// <summary>
    /// Blocks of malloc's zones that may be without a type in every capture of a history, of so many blocks.
    /// </summary>
    public static long ToleratedOf(long blocks) => Math.Max(MostWithoutType, blocks / ShareWithoutType);

    /// <summary>
    /// Whether the types of <c>vmstat -m</c> count every block in malloc's zones, as they do from 13.0 on where no row
    /// was lost: then each block is judged with its type, and a zone, which mixes many, says nothing more.
    /// </summary>
    public static bool HoldTypesOnly(HostHistory history)
    {
        int count = history.Samples.Length, from = history.CurrentBootStart;
        long?[] values = new long?[count];
        long[] types = new long[count], zones = new long[count];
        foreach (Series series in history.Series)
        {
            long[]? sums = series.Key.Kind switch
            {
                SeriesKind.MallocInUse => types,
                SeriesKind.ZoneUsed when ZoneKinds.IsMallocBucket(series.Key.Name) => zones,
                _ => null,
            };
            if (sums is null)
            {
                continue;
            }

            series.CopyTo(0, values);
            for (int i = from; i < count; i++)
            {
                sums[i] = Arithmetic.Add(sums[i], Math.Max(values[i] ?? 0, 0));
            }
        }

        int[] both = [.. Enumerable.Range(from, count - from).Where(i => types[i] > 0 && zones[i] > 0)];
        int agree = both.Count(i => Arithmetic.Subtract(zones[i], types[i]) <= ToleratedOf(zones[i]));
        return both.Length > 0 && agree * 100L >= both.Length * (long)MostOfCaptures
            && !GapGrows(both, types, zones);
    }

    /// <summary>Whether blocks without a type become more than commands one behind the other make them.</summary>
    private static bool GapGrows(int[] captures, long[] types, long[] zones)
    {
        int part = Math.Max(captures.Length / 4, 1);
        double gained = Gained(i => zones[i]);
        return Gained(i => (double)zones[i] - types[i]) > Math.Max(GainWithoutType * gained, BetweenCommands);

        double Gained(Func<int, double> of) => captures[^part..].Average(of) - captures[..part].Average(of);
    }
}
