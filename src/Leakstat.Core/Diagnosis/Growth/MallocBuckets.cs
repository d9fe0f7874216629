using Leakstat.History;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Growth;

/// <summary>Malloc's zones beside malloc's types: who counts what.</summary>
internal static class MallocBuckets
{
    /// <summary>Blocks that may be without a type in any capture: what comes and goes between two commands.</summary>
    private const long MostWithoutType = 1000;

    /// <summary>The same as a share of all blocks: one in so many.</summary>
    private const long ShareWithoutType = 100;

    /// <summary>Captures of a hundred that have to agree; a few may be cut.</summary>
    private const int MostOfCaptures = 90;

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

        int both = 0, agree = 0;
        for (int i = from; i < count; i++)
        {
            if (types[i] > 0 && zones[i] > 0)
            {
                both++;
                long tolerated = Math.Max(MostWithoutType, zones[i] / ShareWithoutType);
                agree += Arithmetic.Subtract(zones[i], types[i]) <= tolerated ? 1 : 0;
            }
        }

        return both > 0 && agree * 100L >= both * (long)MostOfCaptures;
    }
}
