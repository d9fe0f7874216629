using Leakstat.Diagnosis.Contracts;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Verdicts;

/// <summary>
/// Whether rows of a table stand twice with all their numbers, as where a text was pasted twice or joined from pieces
/// that overlap. Names may be equal (jails with network stacks have zones of one name); busy counters are not.
/// </summary>
internal static class DoubledRowsGap
{
    /// <summary>Requests from which two zones do not have the same number of them.</summary>
    private const long BusyZone = 100;

    /// <summary>Types of one name are rare, and jails have none of their own.</summary>
    private const long BusyType = 1;

    /// <summary>Equal rows that are no chance.</summary>
    private const int Least = 5;

    /// <summary>The gap of <c>vmstat -z</c>; null where no rows stand twice.</summary>
    public static Gap? OfZones(Capture capture) => capture.Zones is { } zones
        ? Of(
            "vmstat -z",
            zones.Rows.Where(row => row.Requests >= BusyZone),
            row => row with { Line = 0 },
            row => zones.At(row))
        : null;

    /// <summary>The gap of <c>vmstat -m</c>; null where no rows stand twice.</summary>
    public static Gap? OfTypes(Capture capture) => capture.MallocTypes is { } types
        ? Of(
            "vmstat -m",
            types.Rows.Where(row => row.Requests >= BusyType),
            row => row with { Line = 0 },
            row => types.At(row))
        : null;

    private static Gap? Of<T>(string command, IEnumerable<T> rows, Func<T, T> withoutLine, Func<T, SourceLine> at)
    {
        HashSet<T> seen = [];
        T[] again = [.. rows.Where(row => !seen.Add(withoutLine(row)))];
        return again.Length >= Least
            ? new Gap(
                command,
                $"{Display.Count(again.Length)} rows in use stand twice with the same numbers: its sums are too large, "
                    + "and what was lost for them is not known",
                at(again[0]))
            : null;
    }
}
